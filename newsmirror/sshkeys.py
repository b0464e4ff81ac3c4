"""Signatures of OpenSSH: the one user of ssh-keygen. No passphrase is ever asked for, no agent and no home is used."""

import base64
import binascii
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from newsmirror.exceptions import SigningError

NAMESPACE = "newsmirror"
SECONDS = 60.0
"""Signing takes some milliseconds; a key in hardware waits for a finger."""
PUBLIC = re.compile(r"(?P<kind>(?:ssh|ecdsa|sk-)[a-z0-9@.-]+) (?P<blob>[A-Za-z0-9+/]+={0,2})(?: .*)?")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
PROBE = b"newsmirror"


@dataclass(frozen=True)
class SigningKey:
    """A private key without passphrase, and its public half."""

    file: Path
    public: str
    """``ssh-ed25519 AAAA…``"""
    days: int = 30
    """How long a statement is good for where no newer one comes."""


def read_signing(
    text: Callable[[str], str], refuse: Callable[[str, str], None], push_key: Path | None
) -> SigningKey | None:
    """Read the settings; *text* gives a setting's value, *refuse* takes (setting, what is wrong)."""
    if not text("SIGN_KEY"):
        return None
    days = text("SIGN_DAYS") or str(SigningKey.days)
    if not re.fullmatch("[1-9][0-9]{0,3}", days):
        refuse("SIGN_DAYS", f"is '{days}'; use a number of days from 1 to 9999")
        days = str(SigningKey.days)
    file = Path(text("SIGN_KEY")).expanduser().absolute()
    if fault := _file_fault(file):
        refuse("SIGN_KEY", fault)
        return None
    try:
        public = public_key(file)
        sign(file, PROBE)
    except SigningError as error:
        refuse("SIGN_KEY", f"cannot be used: {error}")
        return None
    if push_key and _is_key(push_key, public):
        refuse("SIGN_KEY", "is the key that pushes; make another one, so that who steals that one cannot sign")
    return SigningKey(file, public, int(days))


def _is_key(file: Path, public: str) -> bool:
    try:
        return public_key(file) == public
    except SigningError:  # one with a passphrase is not the one that signs
        return False


def _file_fault(file: Path) -> str | None:
    try:
        about = file.stat()
        start = os.pread(descriptor := os.open(file, os.O_RDONLY | os.O_NONBLOCK), 8, 0)
        os.close(descriptor)
    except OSError:
        return "is no file that can be read; name a private key of ssh-keygen"
    if start.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        return "is a public key; name the file without .pub that ssh-keygen has made beside it"
    if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return "can be read by other users of this machine; run chmod 600 on that file"
    return None


def public_key(file: Path) -> str:
    """The public half of a private key without passphrase. Raises SigningError."""
    said = _run("-y", "-P", "", "-f", str(file)).decode(errors="replace")
    match = PUBLIC.match(said)
    if match is None:
        raise SigningError("ssh-keygen gives no public key")
    if match["kind"].startswith("sk-"):
        raise SigningError("it is in a security key, which waits for a finger; make one with ssh-keygen -t ed25519")
    return f"{match['kind']} {match['blob']}"


def sign(file: Path, message: bytes) -> bytes:
    """The armoured signature of a message. Raises SigningError."""
    return _run("-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(file), message=message)


def verify(message: bytes, signature: bytes, signers: bytes) -> None:
    """Return where one of *signers*, the content of an allowed_signers file, has signed. Raises SigningError."""
    with tempfile.TemporaryDirectory(prefix="newsmirror-") as folder:
        places = {name: str(Path(folder) / name) for name in ("signature", "signers")}
        Path(places["signature"]).write_bytes(signature)
        Path(places["signers"]).write_bytes(signers)
        files = ("-s", places["signature"], "-f", places["signers"])
        found = _run("-Y", "find-principals", *files).decode(errors="replace").splitlines()
        if not found:
            raise SigningError("nobody who is allowed to sign has signed")
        _run("-Y", "verify", "-n", NAMESPACE, "-I", found[0].split(",")[0], *files, message=message)


def signers_of(public: str) -> bytes:
    """The content of an allowed_signers file for one public key."""
    return f'newsmirror namespaces="{NAMESPACE}" {public}\n'.encode()


def signer(signature: bytes) -> str:
    """The public key that a signature names as its own; whether it fits is `verify`'s. Raises SigningError.

    The armoured bytes are those of OpenSSH's PROTOCOL.sshsig: a magic, a version, and strings with their lengths, of
    which the key is the first.
    """
    body = b"".join(line for line in signature.splitlines() if not line.startswith(b"-----"))
    try:
        content = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise SigningError("it is no signature of ssh-keygen") from error
    key = _string(content, 10) if content.startswith(b"SSHSIG\0\0\0\1") else b""
    kind = _string(key, 0)
    if not kind or not re.fullmatch(rb"[a-z0-9@.-]{1,64}", kind):
        raise SigningError("it is no signature of ssh-keygen")
    return f"{kind.decode()} {base64.b64encode(key).decode()}"


def _string(content: bytes, start: int) -> bytes:
    length = int.from_bytes(content[start : start + 4])
    return content[start + 4 : start + 4 + length]


def fingerprint(public: str) -> str:
    """The fingerprint of a public key as ssh-keygen shows it, ``SHA256:…``."""
    digest = hashlib.sha256(base64.b64decode(public.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _run(*words: str, message: bytes = b"") -> bytes:
    """What ``ssh-keygen words`` prints. In a session of its own there is no terminal to ask at. Raises SigningError."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise SigningError("the ssh-keygen program is missing; install openssh-client")
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"}
    try:
        done = subprocess.run(  # noqa: S603  # no shell, no outside text among the arguments
            [program, *words], input=message, capture_output=True, timeout=SECONDS, env=environment,
            start_new_session=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SigningError("ssh-keygen did not come to an end in time") from error
    except OSError as error:
        raise SigningError(f"ssh-keygen cannot be started ({os.strerror(error.errno or 0)})") from error
    if done.returncode:
        raise SigningError(_words(done.stdout + done.stderr))
    return done.stdout


def _words(said: bytes) -> str:
    """The reason, in our words where it is a usual one, without paths."""
    text = said.decode(errors="replace")
    if "incorrect passphrase" in text:
        return "it has a passphrase, which nobody can type; make one with ssh-keygen -t ed25519 -N ''"
    if "invalid format" in text or "error in libcrypto" in text:
        return "it is no private key; name the file without .pub that ssh-keygen has made"
    line = next((line for line in reversed(text.splitlines()) if line.strip()), "it gave no reason")
    return "ssh-keygen says: " + re.sub(r"(?<![\w:/])/(?:[\w.+-]+/)*[\w.+-]+", "…", line.strip())[:200]
