"""The text of a rendered page is the text of its article, block for block, with the parsers of three hosts."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.bodies import bodies, words_of_all_kinds
from benchmarks.hosts import before_parsing, set_off_on_github, set_off_on_gitlab
from benchmarks.renderers import RENDERERS, github, gitlab, merged_runs, structure
from benchmarks.roundtrip import article_of, faults, source_faults
from benchmarks.sources import from_sample
from newsmirror.clean import clean_article
from newsmirror.extract import extract_article
from newsmirror.listpages import render_list
from newsmirror.lists import Entry, Subject, newest_list
from newsmirror.render import PageStyle
from newsmirror.spiders.secretchina import SITE
from newsmirror.text import one_line
from tests.samples import row

GIVEN = given(body=bodies(), title=words_of_all_kinds(), tags=st.lists(words_of_all_kinds(), max_size=2))


def check(body: str, title: str, tags: list[str]) -> None:
    assert list(source_faults(body, article_of(body, title, tuple(tags)))) == []


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@GIVEN
def test_generated_articles(body: str, title: str, tags: list[str]) -> None:
    check(body, title, tags)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@GIVEN
def test_ten_thousand_generated_articles(body: str, title: str, tags: list[str]) -> None:
    check(body, title, tags)


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(titles=st.lists(words_of_all_kinds().map(one_line).filter(bool), min_size=1, max_size=3))
def test_generated_titles_in_a_list(render: Callable[[str], str], titles: list[str]) -> None:
    listing = newest_list(Subject("category", "p1"), titles[0], [Entry.of(row(title=title)) for title in titles], [])

    head, _, (_, items) = structure(render(render_list(listing, style=PageStyle())))

    assert head == ("h1", merged_runs([(titles[0], False, False, None)]))
    assert [runs[-1][0] for ((_, runs),) in items] == titles


def test_articles_of_the_sample_site() -> None:
    for source in from_sample():
        scraped = extract_article(source.page, url=source.url, site=SITE)
        article = clean_article(scraped, site=SITE, members_only="full")
        assert list(faults(article)) == [], source.name


# The check itself: each of these pages shows something else than its text.
@pytest.mark.parametrize(
    ("markdown", "fault"),
    [
        ("看\\:tada:", "emoji"),
        ("看\\@name", "mention"),
        ("见 a/b\\#1", "issue"),
        ("\\$a和\\$b", "mathematics"),
        ("> \\[!NOTE\\]", "alert"),
    ],
)
def test_what_github_would_find_is_found(markdown: str, fault: str) -> None:
    assert [found.partition(" ")[0] for found in set_off_on_github(github(markdown))] == [fault]


@pytest.mark.parametrize(
    ("markdown", "fault"),
    [
        ("看@name", "user"),
        ("看#1", "issue"),
        ("看!1", "merge request"),
        ("看~label", "label"),
        ("看%1", "milestone"),
        ("看&1", "epic"),
        ("\\[issue:1\\]", "by name"),
        ("\\[+新+\\]", "change"),
        ("\\[TOC\\]", "table of contents"),
        ("$a$", "<span>"),
        ("[[页]]", "<a>"),
        ("- [ ] 一", "<input>"),
        ("甲\n: 乙", "<dl>"),
    ],
)
def test_what_gitlab_would_find_is_found(markdown: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in set_off_on_gitlab(gitlab(markdown)))


@pytest.mark.parametrize("text", ["\\@name", "\\#1", "\\!1", "\\~label", "\\%1", "\\&1", "\\:tada:"])
def test_gitlab_leaves_escaped_references_alone(text: str) -> None:
    assert list(set_off_on_gitlab(gitlab(f"看{text}"))) == []


@pytest.mark.parametrize("markdown", ["---\na: b\n---\n", "\\{{ a }}", "\\{% raw %}", "::include{file=x}"])
def test_what_is_read_before_the_markdown_is_found(markdown: str) -> None:
    assert list(before_parsing(markdown)) != []


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_structure(render: Callable[[str], str]) -> None:
    page = "# 一\n\n二**三**[四](https://example.org/)\\\n五\n\n![六](a.jpg)\n\n- 八\n\n> 九\n\n| 十 |\n| --- |\n| 百 |"

    assert structure(render(page)) == (
        ("h1", (("一", False, False, None),)),
        ("p", (
            ("二", False, False, None), ("三", True, False, None), ("四", False, False, "https://example.org/"),
            ("\n", False, False, None), ("五", False, False, None),
        )),
        ("img", "a.jpg", "六"),
        ("ul", ((("p", (("八", False, False, None),)),),)),
        ("quote", (("p", (("九", False, False, None),)),)),
        ("table", (((("十", False, False, None),),), ((("百", False, False, None),),))),
    )  # fmt: skip
