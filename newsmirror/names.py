"""Names from the source → file names that every file system and code host takes, and keeps apart. Pure.

A name is a function of the tag alone, on every machine and in every year: the character ranges stand here
instead of being asked of Python's Unicode tables, which grow.
"""

import hashlib
import re
import unicodedata

# What file systems or hosts do not take or take for something else, and what nobody sees: separators,
# controls, format characters, foreign spaces, variation selectors, private and non-characters.
UNSAFE = re.compile(
    r'[/\\:*?"<>|#%\x00-\x1f\x7f-\xa0\xad]|^[.\s~-]|[.\s]$'
    "|[\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164]"
    "|[\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U0010ffff]"
)
# Devices of Windows, with any ending; the short name of .git; what hosts show in the place of a folder.
RESERVED = re.compile(
    r"(?i)(?:(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$|clock\$)(?:\..*)?|git~\d+|readme|index)"
)
MEANINGFUL = re.compile(r"(?i)(?:readme|index)(?:\.(?:md|html?|txt|rst))?|codeowners|_config\.yml|cname")
MARKED = re.compile(r"~[0-9a-f]{8}$")
"""A name that looks as if it carried a digest gets one, so that it cannot pass for the name of another tag."""
NAME_BYTES = 120
"""Longest name without mark and ending, in bytes of UTF-8: 40 Chinese characters. File systems take 255."""


def normal_form(name: str) -> str:
    """The name by which a tag is known: NFC, no white space around it."""
    return unicodedata.normalize("NFC", name).strip()


def name_digest(name: str) -> str:
    """SHA-256 of the normal form as 64 hex digits; a lone surrogate, which UTF-8 lacks, counts as U+FFFD."""
    return hashlib.sha256(normal_form(name).encode(errors="replace")).hexdigest()


def file_name(name: str) -> str:
    """The name itself where it is safe, else a safe and readable form with eight hex digits of its digest.

    Two names that a disk without upper and lower case (Windows, macOS) takes for one never give one file:
    only the folded form of a name goes without its digest.
    """
    normal = normal_form(name)
    safe = UNSAFE.sub("_", normal)
    if RESERVED.fullmatch(safe):
        safe = f"_{safe}"
    if safe == normal == _folded(normal) and len(safe.encode()) <= NAME_BYTES and not MARKED.search(safe):
        return safe
    cut = safe.encode()[:NAME_BYTES].decode(errors="ignore")
    return f"{cut}~{name_digest(name)[:8]}"


def _folded(name: str) -> str:
    """What all forms of a name have in common for a disk that does not tell case and Unicode forms apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).upper().casefold())


def name_fault(name: str) -> str | None:
    """Why a file or folder of a mirror must not have this name, None where it may."""
    if UNSAFE.search(name) or RESERVED.fullmatch(name) or unicodedata.normalize("NFC", name) != name:
        return "has a name that some systems cannot store or take for another"
    if MEANINGFUL.fullmatch(name):
        return "has a name that hosts take for an order or a front page"
    return None
