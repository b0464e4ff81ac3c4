"""Keys that the source's certificates must have, checked in the handshake: before anything is sent or read."""

import hashlib
import ssl
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate, load_der_x509_certificate
from OpenSSL.SSL import VERIFY_FAIL_IF_NO_PEER_CERT, VERIFY_PEER, Connection
from twisted.internet._sslverify import _verifyCB
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from newsmirror.failures import RequestRefusedError

WORDS = "none of the pinned keys is in the certificates"


def pin_of(certificate: Certificate) -> bytes:
    """SHA-256 of a certificate's public key, as RFC 7469 has it."""
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(key).digest()


def check_pins(certificates: Iterable[Certificate], pins: frozenset[bytes]) -> None:
    """Raises RequestRefusedError where none of the certificates has a pinned key."""
    if pins.isdisjoint(map(pin_of, certificates)):
        raise RequestRefusedError("identity", WORDS)


@implementer(IPolicyForHTTPS)
class PinnedPolicy:
    """Scrapy's policy for TLS, with pins. For Twisted's connections."""

    def __init__(self, inner: Any, pins: frozenset[bytes]):
        self._inner = inner
        self._pins = pins

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802
        return _PinnedCreator(self._inner.creatorForNetloc(hostname, port), self._pins)


@implementer(IOpenSSLClientConnectionCreator)
class _PinnedCreator:
    def __init__(self, inner: Any, pins: frozenset[bytes]):
        self._inner = inner
        self._pins = pins

    def clientConnectionForTLS(self, protocol: Any) -> Connection:  # noqa: N802
        """Twisted's connection; its callback for each certificate of the chain is asked first, then the pins."""
        connection: Connection = self._inner.clientConnectionForTLS(protocol)
        verify = _verifyCB(protocol, self._inner._hostnameIsDnsName, self._inner._hostnameASCII)
        chain: list[Certificate] = []

        def callback(conn: Any, certificate: Any, error: int, depth: int, good: int) -> bool:
            chain.append(certificate.to_cryptography())
            good = verify(conn, certificate, error, depth, bool(good))
            if depth or not good:
                return bool(good)
            try:
                check_pins(chain, self._pins)
            except RequestRefusedError:
                protocol.failVerification(Failure())  # type: ignore[no-untyped-call]
                return False
            return True

        connection.set_verify(VERIFY_PEER | VERIFY_FAIL_IF_NO_PEER_CERT, callback)
        return connection


def pin_context(context: ssl.SSLContext, pins: frozenset[bytes]) -> None:
    """Let a context of Python's ssl check pins at the end of each handshake. For httpx's connections."""

    class Pinned(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            check_pins(_chain_of(self), pins)

    context.sslobject_class = Pinned


def _chain_of(connection: ssl.SSLObject) -> list[Certificate]:
    """The verified chain; public since Python 3.13, and inside since 3.10."""
    if hasattr(connection, "get_verified_chain"):
        return [load_der_x509_certificate(der) for der in connection.get_verified_chain()]
    chain = connection._sslobj.get_verified_chain()  # type: ignore[attr-defined]
    return [load_der_x509_certificate(ssl.PEM_cert_to_DER_cert(entry.public_bytes())) for entry in chain]
