"""What readers open: the Markdown of a mirror made of hostile articles, as GitHub's renderer shows it. F rows."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cmarkgfm.cmark import Options, markdown_to_html_with_extensions
from lxml import html

from sample_site import SampleServer
from tests.hostile.fetch import Fetcher
from tests.hostile.inputs import ARTICLES, PATH
from tests.hostile.test_bytes import run, tree

READERS = [name for name, hostile in ARTICLES.items() if hostile.row.startswith("F")]
PAGE = "pages/2026/11/20/1105991.md"
SHOWN = {
    "div", "h1", "h2", "h3", "p", "a", "img", "ul", "li", "hr", "br", "strong", "em", "span", "blockquote", "code",
}  # fmt: skip
HOSTS = re.compile(
    r"https://(?:www\.secretchina\.com/|a\.example/|e\.org/|twitter\.com/a/status/1$)"
    r"|https://(?:img3\.secretchina\.com\.)?evil\.example(?:/|$)"
)
"""Where links of these pages may lead: the source, and what the hostile articles honestly link to or spell out."""


def shown(text: str) -> html.HtmlElement:
    page = markdown_to_html_with_extensions(text, Options.CMARK_OPT_UNSAFE, ["table", "strikethrough", "autolink"])
    return html.fragment_fromstring(page, create_parent="div")


@pytest.fixture(params=READERS)
def files(request: pytest.FixtureRequest, fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> dict[str, str]:
    """The Markdown of a mirror whose one article is hostile."""
    run(fetcher, server, tmp_path, ARTICLES[request.param].make())
    found = {path: content.decode() for path, content in tree(tmp_path / "mirror").items() if path.endswith(".md")}
    assert PAGE in found
    return found


def rendered(files: dict[str, str]) -> Iterator[tuple[str, html.HtmlElement]]:
    yield from ((path, shown(text)) for path, text in files.items() if not path.startswith("data/"))


def test_files_are_harmless(files: dict[str, str]) -> None:
    for path, root in rendered(files):
        for href in root.xpath("//@href"):
            assert HOSTS.match(href) or not re.match(r"(?i)[a-z][a-z0-9+.-]*:|//", href), (path, href)
        for source in root.xpath("//@src | //@srcset | //@poster | //@data"):
            assert not re.match(r"(?i)[a-z][a-z0-9+.-]*:|//", source), (path, source)
        assert {node.tag for node in root.iter() if isinstance(node.tag, str)} <= SHOWN, path
        assert not [
            name for node in root.iter() if isinstance(node.tag, str) for name in node.attrib if name.startswith("on")
        ]
        assert not [node for node in root.iter() if not isinstance(node.tag, str)], path


def test_lists_have_one_line_an_article(files: dict[str, str]) -> None:
    for path, root in rendered(files):
        if path.startswith(("indexes/", "tags/")):
            assert len(root.xpath("//ul/li")) == 1, path
            assert len(root.xpath("//h1")) == 1


def one(name: str, fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> str:
    """The page of one hostile article."""
    run(fetcher, server, tmp_path, ARTICLES[name].make())
    return (tmp_path / "mirror" / PAGE).read_text(encoding="utf-8")


def test_markup_stands_there_as_text_and_swallows_nothing(
    fetcher: Fetcher, server: SampleServer, tmp_path: Path
) -> None:
    text = shown(one("markup as text", fetcher, server, tmp_path)).text_content()

    assert text.count("后面的字") == 16
    for words in (
        "<script>alert(1)</script>",
        "<!--",
        "<![CDATA[",
        "<?php",
        "</div></td>",
        "<plaintext>",
        "]]>",
        "-->",
    ):
        assert words in text


def test_structure_stands_there_as_text(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    root = shown(one("structure as text", fetcher, server, tmp_path))

    text = root.text_content()
    for words in (
        "# 标题",
        "===",
        "> 引用",
        "- 项",
        "1. 项",
        "```代码",
        "| a | b |",
        "[a]: ",
        "[^1]: 注",
        "**粗**",
        "~~删~~",
        "$$x$$",
        ":smile:",
    ):
        assert words in text, words
    assert len(root.xpath("//h1")) == 1
    assert not root.xpath("//ul | //ol | //pre | //code | //table | //blockquote | //del | //em | //strong")


def test_mentions_are_links_to_nobody(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    """One text node must not hold what GitHub, GitLab or Gitea make a mention or a reference of."""
    root = shown(one("mentions and references", fetcher, server, tmp_path))

    assert "@torvalds @github/security #1 GH-1 a/b#1" in root.text_content()
    assert "@all #1 标题里的点名" in root.text_content()
    nodes = list(map(str, root.xpath("//text()[not(parent::a)]")))
    assert not [node for node in nodes if re.search(r"(?:^|[^\w@])@\w", node)]
    assert not [href for href in root.xpath("//a/@href") if href.startswith("mailto:") or "www.evil" in href]


def test_templates_are_values(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    text = one("templates", fetcher, server, tmp_path)

    assert "49" not in text
    assert "uid=" not in text
    assert "{{7*7}} {% include 'x' %} {{config}} ${7*7} #{7*7} <%= 7*7 %>" in shown(text).text_content()
    assert text.startswith("# ")
    assert not re.search(r"(?<!\\)\{[{%#]", text)  # what a site generator would run


def test_links_lose_what_tracks(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    links = set(shown(one("tracking links", fetcher, server, tmp_path)).xpath("//a[text()='链接']/@href"))

    assert links == {
        "https://e.org/", "https://e.org/?id=2", "https://e.org/a", "https://e.org/b", "https://twitter.com/a/status/1",
    }  # fmt: skip


def test_title_cannot_forge_an_entry(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    one("titles that break lists", fetcher, server, tmp_path)

    for path in (tmp_path / "mirror/indexes").rglob("*.md"):
        root = shown(path.read_text(encoding="utf-8"))
        assert [link.rpartition("/")[2] for link in root.xpath("//li//a/@href")] == ["1105991.md"]
    line = next((tmp_path / "mirror/data").rglob("*.jsonl")).read_text(encoding="utf-8")
    assert json.loads(line)["title"].startswith("a](javascript:x) | b - [假的一条]")


@pytest.mark.parametrize("mode", ["embed", "mirror"])
def test_pictures_come_from_the_source_or_not_at_all(
    mode: str, fetcher: Fetcher, server: SampleServer, tmp_path: Path
) -> None:
    from sample_site import Answer

    server.overrides[PATH] = Answer(200, "text/html; charset=utf-8", ARTICLES["pictures that track"].make().encode())
    settings = {"NEWSMIRROR_IMAGES": mode}
    fetcher.crawl(tmp_path / "mirror", server.url, settings=settings, url=f"https://www.secretchina.com{PATH}")

    loads = shown((tmp_path / "mirror" / PAGE).read_text(encoding="utf-8")).xpath("//img/@src")
    assert [source for source in loads if "://" in source] == []
    assert not [target for target in server.requests if "evil" in target or "127.0.0.1" in target]
