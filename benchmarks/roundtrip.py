"""Is the text of a rendered page the text of the article, block for block, with every renderer?

``python -m benchmarks.roundtrip --examples 10000`` takes generated articles, ``--corpus DIR`` those of a folder,
``--sample`` those of the sample site, through clean and render and through cmark-gfm, markdown-it and comrak, the
parsers of GitHub, of many viewers and of GitLab. Exit 1 where one differs.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from benchmarks.bodies import bodies, words_of_all_kinds
from benchmarks.compare import read_page
from benchmarks.hosts import before_parsing, set_off_on_github, set_off_on_gitlab
from benchmarks.reference import read_source
from benchmarks.renderers import RENDERERS, Run, Structure, github, gitlab, merged_runs, structure
from benchmarks.sources import from_corpus, from_sample
from newsmirror.clean import clean_article
from newsmirror.extract import extract_article
from newsmirror.items import (
    BEIJING,
    Article,
    Block,
    Embed,
    Heading,
    ListBlock,
    MembersOnly,
    Paragraph,
    Picture,
    Quote,
    ScrapedArticle,
    Spans,
    Table,
)  # fmt: skip
from newsmirror.paths import page_path
from newsmirror.render import PageStyle, render_page, words
from newsmirror.spiders.secretchina import SITE

OURS = {"<strong>", "</strong>", "<em>", "</em>", "<br>", "<span>", "</span>", "<!-- -->"}
"""The HTML that pages may hold."""
URL = "https://www.secretchina.com/news/gb/2021/12/17/990001.html"


def page_of(article: Article) -> str:
    path = page_path("pages/{year}/{month}/{day}/{id}.md", article)
    return render_page(article, path=path, address=article.url, site=SITE, style=PageStyle())


def article_of(body: str, title: str = "河边的钟声", tags: tuple[str, ...] = ()) -> Article:
    """The article that a body becomes; one with *title* as its source, too."""
    when = datetime(2021, 12, 17, 8, 30, tzinfo=BEIJING)
    scraped = ScrapedArticle(990001, URL, title, when, False, "p1", body, source=title, tags=tags)
    return clean_article(scraped, site=SITE, members_only="full")


def expected(blocks: tuple[Block, ...]) -> Iterator[Structure]:
    """The structure that a page of these blocks is to show."""
    for block in blocks:
        match block:
            case Paragraph(spans):
                yield ("p", _runs(spans))
            case Heading(spans, level):
                yield (f"h{min(6, level + 1)}", _runs(spans))
            case Picture(src, alt, caption):
                yield ("img", src, alt or words()["picture"])
                if caption:
                    yield ("p", _runs(caption))
            case ListBlock(items, ordered):
                yield ("ol" if ordered else "ul", tuple(tuple(expected(item)) for item in items))
            case Quote(inner):
                yield ("quote", tuple(expected(inner)))
            case Table(rows):
                yield ("table", tuple(tuple(map(_runs, row)) for row in rows))
            case Embed(url, media):
                yield ("p", ((words()[media], False, False, url),))
            case MembersOnly():
                yield ("p", ((words()["members"], False, True, None),))


def _runs(spans: Spans) -> tuple[Run, ...]:
    return merged_runs((s.text, s.strong, s.emphasis, s.href) for s in spans)


def faults(article: Article) -> Iterator[str]:
    """Where a page shows something else than its article."""
    page = page_of(article)
    want = tuple(expected(article.blocks))
    for name, render in RENDERERS.items():
        shown = structure(render(page))
        rule = max(place for place, block in enumerate(shown) if block == ("hr", "not expected"))
        if shown[0] != ("h1", merged_runs([(article.title, False, False, None)])):
            yield f"{name} shows the title as {shown[0]!r}"
        if article.source and article.source not in "".join(run[0] for run in shown[2][1]):
            yield f"{name} shows the facts as {shown[2]!r}"
        if article.tags and [run[0] for run in shown[rule - 1][1] if run[3]] != list(article.tags):
            yield f"{name} shows the tags as {shown[rule - 1]!r}"
        body = shown[3 : rule - bool(article.tags)]
        if body != want:
            yield f"{name} shows {_first_difference(body, want)}"
    yield from (f"raw HTML {tag}" for tag in _raw_html(page) if tag not in OURS)
    yield from (f"GitHub: {found}" for found in set_off_on_github(github(page)))
    yield from (f"GitLab: {found}" for found in set_off_on_gitlab(gitlab(page)))
    yield from before_parsing(page)


def _first_difference(shown: Structure, want: Structure) -> str:
    place = next((i for i, (a, b) in enumerate(zip(shown, want, strict=False)) if a != b), min(len(shown), len(want)))
    return f"{shown[place : place + 1]!r} for {want[place : place + 1]!r}"


def _raw_html(page: str) -> Iterator[str]:
    for token in MarkdownIt("commonmark").enable("table").parse(page):
        for part in [token, *(token.children or [])]:
            if part.type in ("html_block", "html_inline"):
                yield part.content.strip()


def source_faults(body: str, article: Article) -> Iterator[str]:
    """Where the page of an article shows something else, or not the text that the reference finds in its body."""
    yield from faults(article)
    wanted = "".join(line.text for line in read_source(body).lines)
    shown = "".join(line.text for line in read_page(page_of(article)).body.lines)
    if shown != wanted:
        yield f"the page has {shown!r} for {wanted!r}"


def _generated(examples: int) -> list[str]:
    found: list[str] = []

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(body=bodies(), title=words_of_all_kinds(), tags=st.lists(words_of_all_kinds(), max_size=2))
    def run(body: str, title: str, tags: list[str]) -> None:
        article = article_of(body, title, tuple(tags))
        if wrong := list(source_faults(body, article)):
            raise AssertionError("\n".join([body, page_of(article), *wrong]))

    try:
        run()
    except AssertionError as error:
        found.append(str(error))
    return found


def _real(sources: Any) -> list[str]:
    found = []
    for source in sources:
        scraped = extract_article(source.page, url=source.url, site=SITE)
        article = clean_article(scraped, site=SITE, members_only="full")
        found += [f"{source.name}: {fault}" for fault in faults(article)]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roundtrip", description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, help="this many generated articles")
    parser.add_argument("--corpus", type=Path, help="folder with articles.jsonl and pN/ID.html")
    parser.add_argument("--sample", action="store_true", help="the articles of the sample site")
    options = parser.parse_args()
    if not (options.examples or options.corpus or options.sample):
        parser.error("give --examples N, --corpus DIR or --sample")
    found = _generated(options.examples) if options.examples else []
    found += _real(from_corpus(options.corpus)) if options.corpus else []
    found += _real(from_sample()) if options.sample else []
    print("\n".join(found) or "every page shows its article")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
