import random
from collections.abc import Iterator

import pytest
from cmarkgfm.cmark import Options, markdown_to_html_with_extensions

from newsmirror import hostview
from newsmirror.clean import clean_article
from newsmirror.hostview import Shown, show
from newsmirror.render import PageStyle, render_page
from newsmirror.spiders.secretchina import SITE
from tests.samples import URL, scraped
from tests.test_checks import strange_body


def as_github(markdown: str) -> str:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_GITHUB_PRE_LANG
    return str(markdown_to_html_with_extensions(markdown, options, ["table", "strikethrough", "autolink"]))


def shown_by_github(markdown: str, monkeypatch: pytest.MonkeyPatch) -> Shown:
    with monkeypatch.context() as patched:
        patched.setattr(hostview, "render_gfm", as_github)
        show.cache_clear()
        found = show(markdown)
    show.cache_clear()
    return found


def strange_pages() -> Iterator[str]:
    dice = random.Random(7)
    for _ in range(150):
        article = clean_article(scraped(f"<p>钟声</p>{strange_body(dice)}"), site=SITE, members_only="full")
        yield render_page(article, path="pages/2021/12/17/1.md", address=URL, site=SITE, style=PageStyle())


def test_two_hosts_show_the_same_of_our_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for page in strange_pages():
        assert show(page) == shown_by_github(page, monkeypatch), page


def test_what_is_shown() -> None:
    found = show(
        "# A *b*\n\n- [一](a.md) [二](b.md)\n- 三\n\n> ## c\n\n[![d](e.png)](f)\n\n<a name='g'></a><u>h</u><x>i</x>\n"
    )
    assert found.blocks == ("h1", "ul", "blockquote", "p", "p")
    assert found.headings == ((1, "A b"), (2, "c"))
    assert found.links == ("a.md", "b.md", "f")
    assert (found.loads, found.linked) == (("e.png",), (("e.png", "f"),))
    assert found.items == ("a.md", "")
    assert found.names == {"g"}
    assert found.faults == ("holds <x>, which hosts do not show",)
    assert found.last == "hi"
    assert found.text.split() == ["A", "b", "一", "二", "三", "c", "hi"]


@pytest.mark.parametrize(
    ("headings", "anchors"),
    [
        (("看大陆 2021-12",), {"看大陆-2021-12"}),
        (("A, b!", "A b"), {"a-b", "a-b-1"}),
        (("C++ & “D_e”",), set()),  # GitHub: c--d_e, GitLab: c-d_e
        (("2021",), set()),  # GitLab: anchor-2021
        (("①②",), {""}),
        (("é\u0301 ñ",), {"é\u0301-ñ"}),
    ],
)
def test_anchors_that_both_hosts_give(headings: tuple[str, ...], anchors: set[str]) -> None:
    assert show("\n\n".join(f"# {heading}" for heading in headings)).anchors == anchors


def test_reading_many_pages_keeps_no_memory() -> None:
    def kilobytes() -> int:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * 4

    page = "# 题\n\n" + "老人每天早晨到**河边**听钟声。\n\n" * 300
    for number in range(100):
        show(f"{page}{number}")
    before = kilobytes()
    for number in range(300):
        show(f"{page}{number} {number}")

    assert kilobytes() - before < 10_000
