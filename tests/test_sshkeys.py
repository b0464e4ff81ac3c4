"""Keys that sign: what is refused before the first request, in words that say what to do."""

import os
import subprocess
from pathlib import Path

import pytest

from newsmirror.exceptions import ConfigError, RefusedError, SigningError
from newsmirror.sshkeys import public_key, sign, signer, signers_of, verify
from newsmirror.trust import read_trust
from tests.test_signature import configured, make_key


def problems(folder: Path, key: Path, **settings: str) -> str:
    with pytest.raises(ConfigError) as caught:
        configured(folder / "mirror", key, **settings)
    return " / ".join(caught.value.problems)


def test_good_key(tmp_path: Path) -> None:
    key = make_key(tmp_path, "key")

    signing = configured(tmp_path / "mirror", key, SIGN_DAYS="7").signing

    assert signing
    assert (signing.file, signing.public, signing.days) == (key, public_key(key), 7)
    assert configured(tmp_path / "mirror", None).signing is None


def test_file_that_is_no_key(tmp_path: Path) -> None:
    key = make_key(tmp_path, "key")
    text = tmp_path / "text"
    text.write_text("not a key\n", encoding="ascii")
    text.chmod(0o600)
    os.mkfifo(tmp_path / "fifo", 0o600)
    unreadable = "NEWSMIRROR_SIGN_KEY is no file that can be read; name a private key of ssh-keygen"

    assert problems(tmp_path, tmp_path / "none") == problems(tmp_path, tmp_path) == unreadable
    assert problems(tmp_path, tmp_path / "fifo") == unreadable
    assert problems(tmp_path, key.with_suffix(".pub")) == (
        "NEWSMIRROR_SIGN_KEY is a public key; name the file without .pub that ssh-keygen has made beside it"
    )
    assert problems(tmp_path, text).startswith("NEWSMIRROR_SIGN_KEY cannot be used: ")
    assert str(tmp_path) not in problems(tmp_path, text)


def test_key_that_others_can_read(tmp_path: Path) -> None:
    key = make_key(tmp_path, "key")
    key.chmod(0o640)

    assert problems(tmp_path, key) == (
        "NEWSMIRROR_SIGN_KEY can be read by other users of this machine; run chmod 600 on that file"
    )


def test_key_with_a_passphrase_is_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(key)], check=True)

    assert problems(tmp_path, key) == (
        "NEWSMIRROR_SIGN_KEY cannot be used: it has a passphrase, which nobody can type; make one with "
        "ssh-keygen -t ed25519 -N ''"
    )
    with pytest.raises(SigningError):
        sign(key, b"x")


def test_key_that_pushes_is_refused(tmp_path: Path) -> None:
    key = make_key(tmp_path, "key")
    copy = tmp_path / "copy"
    copy.write_bytes(key.read_bytes())
    copy.chmod(0o600)

    assert problems(tmp_path, key, SSH_KEY=str(copy)) == (
        "NEWSMIRROR_SIGN_KEY is the key that pushes; make another one, so that who steals that one cannot sign"
    )


def test_missing_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = make_key(tmp_path, "key")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert problems(tmp_path, key) == (
        "NEWSMIRROR_SIGN_KEY cannot be used: the ssh-keygen program is missing; install openssh-client"
    )


@pytest.mark.parametrize("days", ["0", "-1", "ten", "10000", "1.5"])
def test_days(tmp_path: Path, days: str) -> None:
    assert problems(tmp_path, make_key(tmp_path, "key"), SIGN_DAYS=days) == (
        f"NEWSMIRROR_SIGN_DAYS is '{days}'; use a number of days from 1 to 9999"
    )


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_kinds_of_keys(tmp_path: Path, kind: str) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "a b", "-f", str(key)], check=True)

    signature = sign(key, b"x")

    assert signer(signature) == public_key(key)
    verify(b"x", signature, signers_of(public_key(key)))


@pytest.mark.parametrize(
    "signature",
    [b"", b"x", b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n", b"U1NIU0lHAAAAAQAAADM=", b"\xff" * 100],
)  # fmt: skip
def test_signature_that_is_none(signature: bytes) -> None:
    with pytest.raises(SigningError, match="no signature of ssh-keygen"):
        signer(signature)


def test_what_names_no_key(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("# nothing\n", encoding="ascii")

    for name in ("SHA256:short", str(tmp_path / "none"), str(tmp_path)):
        with pytest.raises(RefusedError, match="--key names no file that can be read; give a public key or SHA256:…"):
            read_trust(name)
    with pytest.raises(RefusedError, match="--key names a file without keys"):
        read_trust(str(tmp_path / "empty"))
