"""A certificate authority for tests, with good and bad certificates for one name.

Programs trust it through ``SSL_CERT_FILE``: OpenSSL reads that variable, so Scrapy, httpx and Python's ssl do.
"""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BAD = ("wrong_host", "expired", "not_yet_valid", "self_signed", "unknown_ca")
"""What is wrong with a certificate; `Authority.context` makes one of each kind and ``good`` ones."""
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Authority:
    """Issues certificates; *folder* takes its files."""

    folder: Path
    _ca: trustme.CA = field(default_factory=trustme.CA, repr=False)
    _other: trustme.CA = field(default_factory=trustme.CA, repr=False)

    @property
    def trusted(self) -> Path:
        """File for ``SSL_CERT_FILE``: this authority and no other is trusted then."""
        path = self.folder / "trusted.pem"
        if not path.exists():
            self._ca.cert_pem.write_to_path(path)
        return path

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make a program trust this authority alone."""
        return {"SSL_CERT_FILE": str(self.trusted), "SSL_CERT_DIR": str(self.folder)}

    def context(self, kind: str, *names: str) -> ssl.SSLContext:
        """What a server for *names* presents: a ``good`` certificate or one of the kinds in `BAD`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if kind == "self_signed":
            context.load_cert_chain(self._self_signed(names[0]))
            return context
        self._issue(kind, names).configure_cert(context)
        return context

    def _issue(self, kind: str, names: tuple[str, ...]) -> trustme.LeafCert:
        now = datetime.now(UTC).replace(tzinfo=None)
        if kind == "good":
            return self._ca.issue_cert(*names)
        if kind == "wrong_host":
            return self._ca.issue_cert("other.example")
        if kind == "expired":
            return self._ca.issue_cert(*names, not_before=now - 2 * YEAR, not_after=now - YEAR)
        if kind == "not_yet_valid":
            return self._ca.issue_cert(*names, not_before=now + YEAR, not_after=now + 2 * YEAR)
        if kind == "unknown_ca":
            return self._other.issue_cert(*names)
        raise ValueError(f"no kind of certificate: {kind}")

    def _self_signed(self, name: str) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - YEAR)
            .not_valid_after(now + YEAR)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        path = self.folder / f"self_signed_{name}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        return path


def public_key_of(authority: Authority) -> x509.Certificate:
    """The authority's own certificate, for pins."""
    return x509.load_pem_x509_certificate(authority.trusted.read_bytes())
