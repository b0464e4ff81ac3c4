"""Whose signatures a reader takes: public keys, a file of allowed signers as ssh-keygen has it, or a fingerprint."""

from dataclasses import dataclass
from pathlib import Path

from newsmirror.exceptions import RefusedError, SigningError
from newsmirror.sshkeys import FINGERPRINT, PUBLIC, fingerprint, public_key, signer, signers_of, verify

MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Trust:
    """Either *signers*, the content of an allowed_signers file, or the *fingerprint* of one key."""

    signers: bytes | None = None
    fingerprint: str | None = None

    def check(self, message: bytes, signature: bytes) -> str:
        """The fingerprint of the key that has signed. Raises SigningError where it is not good or not trusted."""
        public = signer(signature)
        name = fingerprint(public)
        if self.fingerprint not in (None, name):
            raise SigningError(f"it is by {name}, not by the key that you trust")
        try:
            verify(message, signature, self.signers or signers_of(public))
        except SigningError as error:
            raise SigningError(f"{error} (it names the key {name})") from error
        return name


def read_trust(text: str) -> Trust:
    """What ``--key`` names. Raises RefusedError with what to give instead."""
    if FINGERPRINT.fullmatch(text):
        return Trust(fingerprint=text)
    try:
        with Path(text).open("rb") as file:
            content = file.read(MAX_BYTES)
    except OSError as error:
        raise RefusedError("--key names no file that can be read; give a public key or SHA256:…") from error
    if b"PRIVATE KEY" in content:
        try:
            return trust_of(public_key(Path(text)))
        except SigningError as error:
            raise RefusedError(f"--key names a private key, which cannot be used: {error}") from error
    lines = [line for line in content.decode(errors="replace").splitlines() if line and not line.startswith("#")]
    if not lines:
        raise RefusedError("--key names a file without keys; give a public key or SHA256:…")
    return Trust(b"".join(map(_signer_line, lines)))


def _signer_line(line: str) -> bytes:
    """A line of an allowed_signers file; that of a public key becomes one."""
    match = PUBLIC.match(line)
    return signers_of(f"{match['kind']} {match['blob']}") if match else f"{line}\n".encode()


def trust_of(public: str) -> Trust:
    """Trust in one public key."""
    return Trust(signers_of(public))
