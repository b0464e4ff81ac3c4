"""What renderers make of Markdown, as structures that can be compared: blocks of runs of text.

A block is ``("p", runs)``, ``("h2", runs)``, ``("img", address, description)``, ``("ul", items)``, ``("ol", items)``,
``("quote", blocks)`` or ``("table", rows)``; an item is a tuple of blocks, a row one of runs. Runs are
``(text, bold, italic, address)``; a break is ``("\\n", …)``.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import cmarkgfm
import comrak
from cmarkgfm.cmark import Options
from lxml import html
from markdown_it import MarkdownIt

Run = tuple[str, bool, bool, str | None]
Structure = tuple[Any, ...]

_COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def github(text: str) -> str:
    """As GitHub's parser does: cmark-gfm with all of its extensions; footnotes are on there as well."""
    return str(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES))


def commonmark(text: str) -> str:
    """As markdown-it does, the parser of many viewers and of editors' previews."""
    return str(_COMMONMARK.render(text))


def _comrak(text: str, *, friendly: bool) -> str:
    """With the options of GitLab's ``markdown_engines/glfm_markdown.rb``, as far as the binding has them."""
    extension, parse, render = comrak.ExtensionOptions(), comrak.ParseOptions(), comrak.RenderOptions()
    for name in ("alerts", "autolink", "description_lists", "footnotes", "math_code", "math_dollars", "strikethrough",
                 "multiline_block_quotes", "table", "tasklist", "wikilinks_title_before_pipe"):  # fmt: skip
        setattr(extension, name, True)
    extension.cjk_friendly_emphasis = friendly
    parse.relaxed_autolinks = parse.relaxed_tasklist_matching = parse.tasklist_in_table = True
    render.unsafe_ = render.escaped_char_spans = True
    return str(comrak.render_markdown(text, extension, parse, render))


def gitlab(text: str) -> str:
    """As GitLab's parser does."""
    return _comrak(text, friendly=True)


def old_gitlab(text: str) -> str:
    """As GitLab's parser did before it took bold text beside Chinese punctuation."""
    return _comrak(text, friendly=False)


RENDERERS: dict[str, Callable[[str], str]] = {
    "cmark-gfm": github, "markdown-it": commonmark, "comrak": gitlab, "comrak, strict": old_gitlab,
}  # fmt: skip


def structure(page: str) -> Structure:
    """The blocks that HTML shows."""
    return tuple(_blocks(html.fragment_fromstring(page, create_parent="div")))


def _blocks(parent: html.HtmlElement) -> Iterator[Structure]:
    loose: list[Run] = list(_text(parent.text, (False, False, None)))
    for node in parent:
        tag = node.tag if isinstance(node.tag, str) else "comment"
        if tag in _READERS:
            if any(run[0].strip() for run in loose):
                yield ("p", merged_runs(loose))
            loose = []
            yield from _READERS[tag](node)
        else:  # the content of an item in a tight list
            loose += _inline(node, (False, False, None))
        loose += _text(node.tail, (False, False, None))
    if any(run[0].strip() for run in loose):
        yield ("p", merged_runs(loose))


def _image(node: html.HtmlElement) -> Iterator[Structure]:
    yield ("img", node.get("src"), node.get("alt"))


def _paragraph(node: html.HtmlElement) -> Iterator[Structure]:
    images = node.xpath("./img")
    if len(images) == 1 and len(node) == 1 and not (node.text or "").strip() and not (images[0].tail or "").strip():
        yield from _image(images[0])
        return
    yield ("p", _content(node))


def _table(node: html.HtmlElement) -> Iterator[Structure]:
    yield ("table", tuple(tuple(_content(cell) for cell in row) for row in node.iter("tr")))


def _list(node: html.HtmlElement) -> Iterator[Structure]:
    yield (node.tag, tuple(tuple(_blocks(item)) for item in node.iterchildren("li")))


def _other(node: html.HtmlElement) -> Iterator[Structure]:
    yield (str(node.tag), "not expected")


_READERS: dict[str, Callable[[html.HtmlElement], Iterator[Structure]]] = {
    **{f"h{level}": lambda node: iter([(node.tag, _content(node))]) for level in range(1, 7)},
    **dict.fromkeys(("pre", "hr", "dl", "section", "div", "details"), _other),
    "blockquote": lambda node: iter([("quote", tuple(_blocks(node)))]),
    "p": _paragraph,
    "img": _image,
    "ul": _list,
    "ol": _list,
    "table": _table,
    "comment": lambda _node: iter(()),
}


def _content(node: html.HtmlElement) -> tuple[Run, ...]:
    style = (False, False, None)
    runs = list(_text(node.text, style))
    for child in node:
        runs += _inline(child, style)
        runs += _text(child.tail, style)
    return merged_runs(runs)


def _inline(node: html.HtmlElement, style: tuple[bool, bool, str | None]) -> Iterator[Run]:
    strong, emphasis, href = style
    if node.tag == "br":
        yield ("\n", False, False, None)
        return
    if node.tag not in ("strong", "em", "a", "span") or node.get("data-math-style") or node.get("data-wikilink"):
        yield (f"<{node.tag!s}>", *style)
    inner = (strong or node.tag == "strong", emphasis or node.tag == "em", node.get("href") or href)
    yield from _text(node.text, inner)
    for child in node:
        yield from _inline(child, inner)
        yield from _text(child.tail, inner)


def _text(text: str | None, style: tuple[bool, bool, str | None]) -> Iterator[Run]:
    if text:
        yield (text, *style)


def merged_runs(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Runs with equal ones merged. A renderer writes a line end behind a break; it shows nothing.

    An address that is its own text is a link by itself, at the source or not: it counts as text.
    """
    merged: list[Run] = []
    for text, strong, emphasis, href in runs:
        if text == "\n" and not (strong or emphasis or href) and (not merged or merged[-1][0] != "\n"):
            merged.append((text, False, False, None))
            continue
        shown = text.removeprefix("\n") if merged and merged[-1][0] == "\n" else text
        if merged and merged[-1][0] != "\n" and merged[-1][1:] == (strong, emphasis, href):
            merged[-1] = (merged[-1][0] + shown, strong, emphasis, href)
        elif shown:
            merged.append((shown, strong, emphasis, href))
    while merged and not merged[-1][0].strip():
        merged.pop()
    if merged:
        merged[-1] = (merged[-1][0].rstrip("\n"), *merged[-1][1:])
    if any(href == text for text, _, _, href in merged):
        return merged_runs((t, s, e, None if h == t else h) for t, s, e, h in merged)
    return tuple(merged)
