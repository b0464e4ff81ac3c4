"""An article as documents in HTML and XML show it, and the templates of such documents. Pure."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from newsmirror.items import Article, Picture, block_lines
from newsmirror.lists import OTHER
from newsmirror.marks import NO_MARKS, Marks
from newsmirror.render import facts, words, words_in
from newsmirror.script import Script
from newsmirror.site import Site
from newsmirror.xhtml import ILLEGAL, Find, render_xhtml

LANGUAGES = {Script.SOURCE: "zh", Script.SIMPLIFIED: "zh-Hans", Script.TRADITIONAL: "zh-Hant"}
LEAD = 160
"""Characters of a summary, some three lines on a phone."""


@dataclass(frozen=True)
class View:
    """What templates are given of an article: plain text, but for *body*, which is XHTML."""

    id: int
    title: str
    category: str
    facts: tuple[str, ...]
    body: Markup
    tags: tuple[str, ...]
    address: str
    """The source's."""
    rights: str


def view_article(
    article: Article, *, site: Site, script: Script, find: Find, top: int = 2, marks: Marks = NO_MARKS
) -> View:
    """An article in a script; *find* gives its pictures, *top* is the level of sub-heads."""
    shown = script.convert_article(article)
    category = category_name(article.category, site, script)
    return View(
        id=article.id,
        title=shown.title,
        category=category,
        facts=tuple(facts(shown, category if article.category else None, script, marks)),
        body=Markup(render_xhtml(shown.blocks, words=words_in(script), find=find, top=top)),  # noqa: S704  # escaped
        tags=tuple(map(script.convert, article.tags)),
        address=article.url,
        rights=shown.rights or script.convert(site.title),
    )


def category_name(key: str | None, site: Site, script: Script) -> str:
    """The name of a category in a script; of articles without one, the word for that."""
    category = site.category(key)
    return script.convert(category.name if category else words()[OTHER])


def lead(article: Article, script: Script) -> str:
    """The first words of an article: whole paragraphs while they fit, at least a part of the first; captions last."""
    found = ""
    text = tuple(block for block in article.blocks if not isinstance(block, Picture))
    for line in filter(None, map(str.strip, (*block_lines(text), *block_lines(article.blocks)))):
        if found and len(found) + len(line) > LEAD:
            break
        found = f"{found} {line}".strip()
    return script.convert(found if len(found) <= LEAD else found[:LEAD] + "…")


@cache
def _template(name: str, script: Script) -> Template:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True, finalize=_legal
    )
    source, _, _ = PackageLoader("newsmirror").get_source(environment, name)
    return environment.from_string(script.convert(source))


def _legal(value: Any) -> Any:
    """What XML can hold of a value."""
    return ILLEGAL.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def render_document(name: str, script: Script, /, **values: Any) -> bytes:
    """A template of HTML or XML as a file: all values but `Markup` are escaped."""
    text = _template(name, script).render(language=LANGUAGES[script], **values)
    return text.strip().encode() + b"\n"
