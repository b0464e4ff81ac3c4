"""Characters: what is left out of text, and how white space is folded."""

import re
import unicodedata

# Zero-width space, word joiner, byte-order mark and soft hyphen carry no text; bidi marks and overrides
# can make a line read as something else. ZWJ and ZWNJ stay: emoji and Persian need them.
INVISIBLE = re.compile(
    "[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
WIDE = (
    "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
    "\u201c\u201d\u2018\u2019\u2026"
)
# A line end between two Chinese characters is the source's layout, not a space of the author.
FOLDED_LINE = re.compile(rf"(?<=[{WIDE}])[ \t]*\n\s*(?=[{WIDE}])")
WHITE = re.compile(r"[ \t\r\n\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]+")
EDGES = " \t\r\n\u00a0\u3000"
"""What is cut from both ends of a paragraph: white space and the indent of Chinese typesetting."""


def fold(text: str) -> str:
    """Text in NFC without invisible characters, every run of white space one space; edges are kept."""
    return WHITE.sub(" ", FOLDED_LINE.sub("", unicodedata.normalize("NFC", INVISIBLE.sub("", text))))


def one_line(text: str) -> str:
    """Folded text without white space at its ends: a title, a name."""
    return fold(text).strip(EDGES)
