"""Names of tags as files: Windows, macOS and git must be able to hold each, and keep all apart."""

import re
import unicodedata
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsmirror.names import NAME_BYTES, file_name, name_digest

DEVICES = ["con", "PRN", "aux", "nul", "com1", "LPT9", "com\u00b9", "conin$"]
ODD = [
    "..", ".", "...", "../../etc/passwd", "..\\..\\x", "/etc", "C:", "c:\\x", "a/b", "a:b", "a\0b", "a\nb", "a\tb",
    "%2e%2e", ".git", ".GIT", "git~1", "GIT~2", ".g\u200cit", ".gitattributes", ".github", "-rf", "--help", "~",
    "~root", "a.", "a ", "a\u3000b", "\u202egnp.exe", "x\u200b", "x\ufe0f", "\ud800", "\ufffe", "\U000e0041", "readme",
    "README", "index", "HEAD", "hooks",
    *DEVICES, *(f"{device}.txt" for device in DEVICES), "河" * 41, "河" * 85, "河" * 10_000, "😀" * 64, "e\u0301" * 200,
    "\u2024\u2024", "．．", "a|b", "a?b", "a*b", "a<b>", 'a"b', "a#b", "50%",
]  # fmt: skip
TWINS = [
    ("abc", "Abc"), ("abc", "ABC"), ("Abc", "ABC"), ("straße", "strasse"), ("straße", "STRASSE"), ("ſ", "s"),
    ("ı", "i"), ("é", "É"), ("σ", "ς"), ("Ⅷ", "ⅷ"), ("ａ", "Ａ"), ("臺灣", "台湾"), ("ａ", "a"),
    ("a/b", "a:b"), ("\u212a", "k"),
]  # fmt: skip
RULES = {
    "characters": re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]'),
    "edges": re.compile(r"^[.\s~-]|[.\s]$"),
    "devices": re.compile(
        r"(?i)^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$)(\.|$)"
    ),
    "git": re.compile(r"(?i)^(\.git|git~[0-9])"),
    "invisible": re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufe00-\ufe0f\U000e0000-\U000e0fff]"),
}


def as_a_disk_reads_it(name: str) -> str:
    """What two names have in common for a disk without case and with one Unicode form."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold().upper())


@pytest.mark.parametrize(
    "name",
    ["河边", "习近平", "covid-19", "5g", "《看中国》", "“文革”", "c++", "阿‧里", "at&t", "37℃", "a b", "𠮷", "😀"],
)
def test_ordinary_name_is_its_own_file(name: str) -> None:
    assert file_name(name) == name


def test_white_space_around_a_name_does_not_count() -> None:
    assert file_name(" 河边\u3000") == "河边"


@pytest.mark.parametrize(
    ("name", "readable"),
    [("a/b", "a_b"), ("..", "__"), (".hidden", "_hidden"), ("COVID-19", "COVID-19"), ("con", "_con"), ("50%", "50_"),
     ("河" * 41, "河" * 40)],
)  # fmt: skip
def test_odd_name_stays_readable_and_carries_its_digest(name: str, readable: str) -> None:
    assert file_name(name) == f"{readable}~{name_digest(name)[:8]}"


@pytest.mark.parametrize("name", ODD)
def test_odd_name_is_safe(name: str) -> None:
    file = file_name(name)

    assert [rule for rule, pattern in RULES.items() if pattern.search(file)] == []
    assert 0 < len(file.encode()) <= NAME_BYTES + 9


def test_no_two_odd_names_share_a_file() -> None:
    names = {unicodedata.normalize("NFC", name).strip() for name in ODD}

    assert len({as_a_disk_reads_it(file_name(name)) for name in names}) == len(names)


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_twins_stay_apart_on_a_disk_without_case(one: str, other: str) -> None:
    assert as_a_disk_reads_it(file_name(one)) != as_a_disk_reads_it(file_name(other))


def test_both_unicode_forms_are_one_name() -> None:
    assert file_name("caf\u00e9") == file_name("cafe\u0301")


def test_long_names_that_differ_at_their_end_stay_apart() -> None:
    assert len({file_name("河" * length) for length in (40, 41, 84, 85, 86, 300, 10_000)}) == 7


def test_name_cannot_pass_for_that_of_another_tag() -> None:
    assert file_name(file_name("Abc").lower()) not in (file_name("Abc"), file_name("Abc").lower())


@given(st.text(min_size=1, max_size=60))
@example("\u0130")
@example("ΐ")
def test_any_name_is_safe_and_stable(name: str) -> None:
    file = file_name(name or "x")

    assert [rule for rule, pattern in RULES.items() if pattern.search(file)] == []
    assert file == file_name(unicodedata.normalize("NFD", name)) or "\ud800" <= max(name) <= "\udfff"
    assert unicodedata.is_normalized("NFC", file)


@given(st.text(alphabet="aAbBßſKkÉéσςΣiıİI", min_size=1, max_size=4), st.data())
def test_any_change_of_case_gives_another_file(name: str, data: st.DataObject) -> None:
    other = "".join(data.draw(st.sampled_from([c.lower(), c.upper(), c])) for c in name)
    if unicodedata.normalize("NFC", other) == unicodedata.normalize("NFC", name):
        return

    assert as_a_disk_reads_it(file_name(name)) != as_a_disk_reads_it(file_name(other))


def test_names_of_two_letters_in_all_cases() -> None:
    names = ["".join(pair) for pair in product("aAbB", repeat=2)]
    assert len({as_a_disk_reads_it(file_name(name)) for name in names}) == len(names)
