"""Real articles, where a folder of them lies beside the project: nothing of the text lost, nothing added."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from lxml import html

from newsmirror.clean import clean_article
from newsmirror.decode import is_misread
from newsmirror.extract import extract_article
from newsmirror.items import Article, Block, ListBlock, Paragraph, Picture, Quote, Span, Table, block_lines
from newsmirror.paths import page_path
from newsmirror.render import PageStyle, render_page
from newsmirror.spiders.secretchina import SITE

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
JUNK = re.compile("诚征荣誉会员|禁止建立|短网址|严禁建立|adsbygoogle|taboola|div-gpt|荣誉会员招募中|返回正版")

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real articles beside the project")


@cache
def articles() -> tuple[Article, ...]:
    lines = (CORPUS / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(article_of(json.loads(line)) for line in lines)


def article_of(record: dict[str, str]) -> Article:
    body = (CORPUS / record["category"] / f"{record['id']}.html").read_text(encoding="utf-8")
    page = f"<html><head><title>t</title></head><body><h1>标题</h1>{body}</body></html>"
    scraped = extract_article(page, url=record["url"], site=SITE)
    return clean_article(scraped, site=SITE, members_only="full")


def page_of(article: Article) -> str:
    path = page_path("pages/{year}/{month}/{day}/{id}.md", article)
    return render_page(article, path=path, address=article.url, site=SITE, style=PageStyle())


def squeeze(text: str) -> str:
    return "".join(text.split())


def bold(blocks: tuple[Block, ...]) -> Iterator[Span]:
    for block in blocks:
        match block:
            case Paragraph(spans) | Picture(caption=spans):
                yield from (span for span in spans if span.strong)
            case ListBlock(items):
                for item in items:
                    yield from bold(item)
            case Table(rows):
                yield from (span for row in rows for cell in row for span in cell if span.strong)
            case Quote(inner):
                yield from bold(inner)
            case _:
                pass


def test_no_article_keeps_junk() -> None:
    found = [a.id for a in articles() if any(JUNK.search(line) for line in block_lines(a.blocks))]

    assert found == []


def test_every_article_has_text_or_a_picture() -> None:
    assert [article.id for article in articles() if not article.blocks] == []


def test_every_page_shows_the_text_and_the_bold_text_of_its_article() -> None:
    wrong = []
    for article in articles():
        shown = cmarkgfm.github_flavored_markdown_to_html(page_of(article), Options.CMARK_OPT_UNSAFE)
        tree = html.fromstring(f"<div>{shown}</div>")
        text = squeeze(tree.text_content())
        strong = squeeze("".join(node.text_content() for node in tree.iter("strong")))
        lines_shown = all(squeeze(line) in text for line in block_lines(article.blocks))
        if not lines_shown or strong != squeeze("".join(span.text for span in bold(article.blocks))):
            wrong.append(article.id)

    assert wrong == []


def test_text_of_the_source_is_kept() -> None:
    """Against a reading that shares no code: all text of the body without the elements of the removal list."""
    lost = []
    for article in articles():
        record = next(CORPUS.glob(f"*/{article.id}.html"))
        root = html.fromstring(record.read_text(encoding="utf-8"))
        for node in root.xpath("//*[@id='hideid' or @id='nofeepop' or @id='gtx-trans'] | //script"):
            node.drop_tree()
        for rule in root.xpath("//hr"):
            for node in list(rule.itersiblings()):
                node.getparent().remove(node)
            rule.tail = None
        want = set(re.findall(r"[\u4e00-\u9fff]{6,}", root.text_content()))
        have = "".join(squeeze(line) for line in block_lines(article.blocks))
        missing = [words for words in want if words not in have]
        if sum(map(len, missing)) > 0.02 * sum(map(len, want)) + 60:
            lost.append((article.id, missing[:3]))

    assert lost == []


def test_no_article_is_taken_for_garbled() -> None:
    assert [a.id for a in articles() if is_misread([a.title, *a.tags, *block_lines(a.blocks)])] == []
