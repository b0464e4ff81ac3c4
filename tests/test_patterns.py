"""Regular expressions against long near-matches: each would take minutes to years where it is not linear."""

import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from benchmarks.patterns import LIMIT_MS, Found, find_patterns, worst
from newsmirror import decode, paths
from newsmirror.hostview import show
from newsmirror.spiders import ntdtv, secretchina

PATTERNS = find_patterns()


def has_nested_repeat(tree: Any, *, inside: bool = False) -> bool:
    """Whether an unbounded repetition repeats nothing but another one, as ``(a+)+`` does."""
    for kind, value in tree:
        if kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            endless = value[1] is _constants.MAXREPEAT
            if (endless and inside) or has_nested_repeat(value[2], inside=endless and len(value[2]) == 1):
                return True
        elif kind is _constants.SUBPATTERN:
            if has_nested_repeat(value[-1], inside=inside and len(value[-1]) == 1):
                return True
        elif kind is _constants.BRANCH and any(
            has_nested_repeat(branch, inside=inside and len(branch) == 1) for branch in value[1]
        ):
            return True
    return False


def test_patterns_are_found() -> None:
    places = {found.where for found in PATTERNS}

    assert len(PATTERNS) > 150
    assert {"decode.HZ", "spiders.secretchina: page_title", "credits.SOURCE", "identity.NOTICE"} <= places


def test_a_nested_repeat_would_be_seen() -> None:
    assert all(has_nested_repeat(_parser.parse(text)) for text in (r"(a+)+$", r"(?:\s*)*", r"x(?:y|(z+))+"))
    assert not any(has_nested_repeat(_parser.parse(text)) for text in (r"(?:a+b)+", r"a+b+", r"(a{1,3})+"))


@pytest.mark.parametrize("found", PATTERNS, ids=lambda found: found.where)
def test_pattern_has_no_nested_repeat(found: Found) -> None:
    assert not has_nested_repeat(_parser.parse(found.pattern.pattern, found.pattern.flags))


@pytest.mark.hostile
@pytest.mark.parametrize("found", PATTERNS, ids=lambda found: found.where)
def test_pattern_is_quick_whatever_it_is_pumped_with(found: Found) -> None:
    assert worst(found, 100_000)[0] < LIMIT_MS


@pytest.mark.parametrize("pattern", [secretchina.SITE.page_title, ntdtv.SITE.page_title])
@pytest.mark.parametrize("mark", ["-", "|"])
def test_title_of_a_page(pattern: str, mark: str) -> None:
    """Three repetitions that took the same white space: 3,000 characters took a minute."""
    for text in (f"题 {mark}" + "\u3000" * 100_000 + "x", f"题 {mark} 看 {mark}" * 50_000, "x " * 100_000):
        assert re.match(pattern, text) is None


def test_bytes_that_begin_like_hz() -> None:
    assert decode.HZ.search(b"~{!" * 700_000) is None
    assert decode.HZ.search(b"~{!!~{" * 300_000) is None
    assert decode.HZ.search("看中国新闻".encode("hz"))


def test_header_that_names_no_charset() -> None:
    assert decode.HEADER_CHARSET.search("text/html; charset=" + " " * 200_000 + ";") is None
    assert decode.HEADER_CHARSET.findall("text/html; charset = ' gb2312 '") == ["gb2312"]


def test_name_of_many_digits() -> None:
    assert paths.commit_order("pages/" + "1" * 200_000)[1] == ""
    assert paths.commit_order("pages/2026/11/23/1234.md")[1] == "1234"


def test_comments_without_end() -> None:
    assert show("<!--" * 300_000).faults == (
        "holds <!--<!--<!--, behind which hosts show nothing or something else",
    )  # fmt: skip
    assert show("一<!-- a -->二").faults == ()
