"""Where the articles that are measured come from: a folder of bodies, the sample site, or a running server."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from sample_site.site import SampleSite


@dataclass(frozen=True)
class Source:
    """One article's page as the source sends it."""

    url: str
    page: str

    @property
    def name(self) -> str:
        """The article's id."""
        return self.url.rpartition("/")[2].removesuffix(".html")


def _records(corpus: Path) -> Iterator[dict[str, str]]:
    for line in (corpus / "articles.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def from_corpus(corpus: Path) -> Iterator[Source]:
    """Bodies of a folder (``articles.jsonl``, ``pN/ID.html``), each in the frame of its time."""
    for record in _records(corpus):
        body = (corpus / record["category"] / f"{record['id']}.html").read_text(encoding="utf-8")
        title = html.escape(html.unescape(record["title"]))
        head = f"<meta charset=utf-8><title>{title} - 看大陆 - 看中国网</title>"
        frame = f'<div class="col-left"><center><h1>{title}</h1></center><div class="article">{body}</div></div>'
        yield Source(record["url"], f"<!DOCTYPE html><html><head>{head}</head><body>{frame}</body></html>")


def from_front(corpus: Path, front: str) -> Iterator[Source]:
    """The articles that ``articles.jsonl`` names, as a server at *front* sends them."""
    if not front.startswith(("http://", "https://")):
        raise SystemExit(f"--front must be an http address, not {front!r}")
    for record in _records(corpus):
        with urlopen(front.rstrip("/") + urlsplit(record["url"]).path, timeout=30) as answer:  # noqa: S310
            yield Source(record["url"], answer.read().decode())


def from_sample() -> Iterator[Source]:
    """The articles of the sample site."""
    site = SampleSite()
    for article in site.articles.values():
        yield Source(article.url, site.respond(article.path).body.decode())
