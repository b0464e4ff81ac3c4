"""Characters: what is left out of text, and how white space is folded. See "Characters" in docs/quality.md."""

import re
import unicodedata

# Carry no text, or make a line read as something else: zero-width space, word joiner, byte-order mark, soft hyphen,
# bidirectional marks and overrides, invisible operators and fillers, interlinear annotations, controls, variation
# selectors (but those of emoji and of characters in names), surrogates without a partner and non-characters.
INVISIBLE = re.compile(
    "[\u034f\u17b4\u17b5\u180b-\u180d\u180f\u2800\ufe00-\ufe0d\u200b\u2060-\u206f\ufeff\u00ad\u061c\u180e\u200e\u200f\u202a-\u202e\u115f\u1160\u3164\uffa0\ufff9-\ufffb"
    "\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U000e0000\U000e0001]"
)
# &#150; is a dash to every browser: what stands at the places of C1 controls was typed in Windows-1252.
C1 = re.compile("[\x80-\x9f]")
WINDOWS = {chr(code): bytes([code]).decode("cp1252", errors="ignore") for code in range(0x80, 0xA0)}
# Joiners stay where writing needs them: behind Arabic, Indic and Mongolian letters and behind emoji.
JOINER = re.compile("(?<![\u0600-\u18af\u2190-\u2bff\ufe0f\u20e3\U0001f000-\U0001faff])[\u200c\u200d]+")
# Tag characters make three flags of one (England, Scotland, Wales); elsewhere they hide text.
TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f)|[\U000e0020-\U000e007f]+")
# A letter has one or two marks; a tower of them covers the lines above and below.
MARK = "[\u0300-\u036f\u0483-\u0489\u0e31-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
TOWER = re.compile(f"({MARK}{{4}}){MARK}+")
WIDE = (
    "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
    "\u201c\u201d\u2018\u2019\u2026"
)
# A line end between two Chinese characters is the source's layout, not a space of the author.
FOLDED_LINE = re.compile(rf"(?<=[{WIDE}])[ \t]*\n\s*(?=[{WIDE}])")
WHITE = re.compile("[ \t\r\n\x0b\x0c\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]+")
# Chinese as it is written, with ASCII but for white space: nothing of it is ever left out, folded or composed.
PLAIN = "!-~\u00b7\u2014\u2018\u2019\u201c\u201d\u2026\u3001-\u3020\u4e00-\u9fff\uff01-\uff5e"
UNUSUAL = re.compile(f"[^ {PLAIN}]")
EDGES = " \t\r\n\u00a0\u3000"
"""What is cut from both ends of a paragraph: white space and the indent of Chinese typesetting."""


def fold(text: str) -> str:
    """Text in NFC without invisible characters, every run of white space one space; edges are kept."""
    if not UNUSUAL.search(text) and "  " not in text:
        return text
    text = INVISIBLE.sub("", C1.sub(lambda m: WINDOWS[m[0]], text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", TAGS.sub(r"\1", JOINER.sub("", text)))
        text = TOWER.sub(r"\1", text)
    return WHITE.sub(" ", FOLDED_LINE.sub("", text))


def one_line(text: str) -> str:
    """Folded text without white space at its ends: a title, a name."""
    return fold(text).strip(EDGES)


def printable(text: str) -> str:
    """Text for a terminal or a log: one line, nothing that moves the cursor, colours, or reverses the direction."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in one_line(text))
