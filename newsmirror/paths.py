"""Where things stand in the published tree, and what their public addresses are. Pure."""

import re
from datetime import date
from functools import lru_cache
from urllib.parse import quote

from newsmirror.items import Article, Row
from newsmirror.names import file_name, name_digest

FRONT = "README.md"
LINKS = "LINKS.md"
HOT = "indexes/hot.md"
"""What is read most."""
ADDRESS_DAY = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/")
PATTERN_FIELDS = {"year", "month", "day", "id", "category"}
BLOB_FORMS = {
    "github.com": "https://github.com/{path}/blob/{branch}/",
    "gitlab.com": "https://gitlab.com/{path}/-/blob/{branch}/",
    "gitee.com": "https://gitee.com/{path}/blob/{branch}/",
    "codeberg.org": "https://codeberg.org/{path}/src/branch/{branch}/",
}
BLOCK = 256
"""Code points of one page of tags: in a small mirror a page costs more than what stands on it, and where there are many
tags it leads to a page for each first character."""
NOT_PLAIN = re.compile(r"[\s()<>\[\]{}|^$\\`*_~&\"']")
"""What could end a Markdown destination or mean something in it."""
REMOTE = re.compile(
    r"^(?:https://|ssh://(?:git@)?|git@)(?P<host>[a-z.]+)(?::\d+)?[/:](?P<path>[\w.-]+(?:/[\w.-]+?)+?)(?:\.git)?/?$"
)


def page_path(pattern: str, article: Article) -> str:
    """The page's path: a function of the source's address alone (and of the category, where *pattern* names it)."""
    year, month, day = _address_day(article.url)
    return pattern.format(year=year, month=month, day=day, id=article.id, category=article.category or "other")


def _address_day(url: str) -> list[str]:
    """Year, month and day in an article's address: that of publication in the source's zone, and fixed for ever."""
    found = ADDRESS_DAY.search(url)
    if found is None:
        raise ValueError(f"no day in {url}")
    return list(found.groups())


def record_path(article: Article | Row) -> str:
    """Where an article's record stands, whatever the pattern of pages."""
    return f"data/{'/'.join(_address_day(article.url))}/{article.id}.md"


ARTICLE_FILE = re.compile(r"(?:pages|images|data)/.*(?<!\.jsonl)")


def is_article_file(path: str) -> bool:
    """Whether a file belongs to one article: its page, QR code, record or pictures. All others name many."""
    return ARTICLE_FILE.fullmatch(path) is not None


def commit_order(path: str) -> tuple[bool, str, bool, str]:
    """Sort key of a commit's files: those of articles first, and a record right after its page."""
    number = re.search(r"(?<!\d)(\d+)\.md$", path)
    return not is_article_file(path), number[1] if number else "", path.startswith("data/"), path


def qr_path(page: str) -> str:
    """The path of a page's QR code."""
    return f"{page}.png"


def category_stem(key: str) -> str:
    """Where a category's lists stand: ``indexes/p9`` for ``indexes/p9.md`` and ``indexes/p9/2021-12.md``."""
    return f"indexes/{key}"


def feed_path(key: str | None) -> str:
    """The feed of a category, None: of everything."""
    return f"feeds/{key or 'all'}.xml"


def tag_stem(name: str) -> str:
    """Where a tag's lists stand; the bucket is the first two hex digits of the SHA-256 of its normal form."""
    return f"tags/{name_digest(name)[:2]}/{file_name(name)}"


def tag_block(name: str) -> int:
    """The first of the 256 code points that the first character of a tag's name stands among.

    Tags without a page of their own stand on the page of their block.
    """
    return ord(name[0]) // BLOCK * BLOCK


def tags_path(block: int | None = None, part: int = 1) -> str:
    """The page of a block of tags (``tags/u4/4e00.md``), None: of the first characters of all; or a further part."""
    stem = "tags/all" if block is None else f"tags/u{block >> 12:x}/{block:04x}"
    return f"{stem}.md" if part == 1 else f"{stem}-{part}.md"


def data_path(day: date) -> str:
    """The file of ``data/`` that holds the articles of a day (UTC+8)."""
    return f"data/{day:%Y/%m/%d}.jsonl"


def relative(target: str, start: str) -> str:
    """The link from the file *start* to the file *target*, encoded for a Markdown destination."""
    folder, _, name = target.rpartition("/")
    return _way(folder, start.rpartition("/")[0]) + encoded(name)


@lru_cache(maxsize=1024)
def _way(folder: str, start: str) -> str:
    """From one folder to another, with a slash at its end; a list leads to few folders many times."""
    here, there = (start.split("/") if start else []), (folder.split("/") if folder else [])
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return encoded("../" * (len(here) - shared) + "".join(f"{part}/" for part in there[shared:]))


def encoded(address: str) -> str:
    """A path or an anchor in the tree, as it may stand in a Markdown destination."""
    return NOT_PLAIN.sub(lambda m: quote(m[0], safe=""), address)


def public_address(prefix: str | None, path: str, source: str) -> str:
    """The address of a published file: below *prefix*, or the source's where none is known."""
    return prefix.rstrip("/") + "/" + quote(path) if prefix else source


def prefix_of_remote(url: str, branch: str) -> str | None:
    """The prefix under which a known host shows the files of a remote's branch, None for other hosts."""
    match = REMOTE.match(url)
    form = BLOB_FORMS.get(match["host"]) if match else None
    return form.format(path=match["path"], branch=branch) if form and match else None


def month_of(day: date) -> str:
    """``2021-12``, the name of a month's list."""
    return f"{day:%Y-%m}"
