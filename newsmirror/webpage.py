"""A Markdown file of the tree → a page of the static site. Pure.

The same renderer that the gate trusts reads the text; what comes out of it is held to a list of elements and
attributes, so that nothing on a page runs or loads anything from elsewhere, whatever an operator's block holds.
"""

import posixpath
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from lxml import etree, html
from markupsafe import Markup

from newsmirror import paths
from newsmirror.gfm import render_gfm
from newsmirror.hostview import HOST_TAGS, github_names
from newsmirror.script import Script
from newsmirror.view import render_document

ROOTS = ("pages/", "indexes/", "tags/", "images/", "feeds/")
FRONT = "index.html"
SEARCH = "search.html"
STYLE = "style.css"
ATTRIBUTES = {
    "href",
    "src",
    "alt",
    "title",
    "width",
    "height",
    "align",
    "start",
    "colspan",
    "rowspan",
    "datetime",
    "open",
}
DANGEROUS = {"script", "style", "iframe", "object", "embed", "template", "noscript", "textarea", "title", "svg", "math"}
"""Elements whose content is no text for readers."""
OUTSIDE = re.compile(r"(?i)(?:https?:)?//|mailto:")
Size = Callable[[str], tuple[int, int] | None]
"""Width and height of a picture of the tree."""


def site_path(path: str) -> str | None:
    """Where a file of the tree stands in the site; None for what is not for readers of it."""
    if path in (paths.FRONT, paths.LINKS):
        return FRONT if path == paths.FRONT else "links.html"
    if path == paths.qr_path(paths.FRONT):
        return path
    if not path.startswith(ROOTS):
        return None
    return f"{path.removesuffix('.md')}.html" if path.endswith(".md") else path


def render_web_page(markdown: str, path: str, *, name: str, script: Script, size: Size, feed: str | None) -> bytes:
    """The page of a Markdown file at *path* of the tree; *name* is the mirror's, *feed* the path of its Atom feed."""
    body = html.fragment_fromstring(render_gfm(markdown), create_parent="main", parser=html.HTMLParser(huge_tree=True))
    _clean(body)
    for image in list(body.iter("img")):
        _set_image(image, path, size)
    for link in body.iter("a"):
        _set_link(link, path)
    headings = [node for node in body.iter() if re.fullmatch(r"h[1-6]", str(node.tag))]
    for heading, anchor in zip(
        headings, github_names(heading.text_content().strip() for heading in headings), strict=True
    ):
        heading.set("id", anchor)
    title = headings[0].text_content().strip() if headings else name
    return render_page(
        "site_page.html.j2", site_path(path) or path, script,
        name=name, title=title, feed=feed, body=Markup(html.tostring(body, encoding="unicode")),  # noqa: S704  # cleaned
    )  # fmt: skip


def render_page(template: str, path: str, script: Script, **values: object) -> bytes:
    """A template as the page at *path* of the site."""
    return render_document(template, script, to=lambda target: paths.relative(target, path), **values)


def _clean(body: html.HtmlElement) -> None:
    """Leave what hosts would show: known elements, without attributes that do more than link, name and measure."""
    etree.strip_elements(body, etree.Comment, etree.ProcessingInstruction, *DANGEROUS, with_tail=False)
    for node in list(body.iterdescendants()):
        if node.tag not in HOST_TAGS:
            node.drop_tag()
            continue
        for attribute in list(node.attrib):
            if attribute not in ATTRIBUTES:
                del node.attrib[attribute]


def _set_image(image: html.HtmlElement, path: str, size: Size) -> None:
    """A picture of the tree with its size; one from elsewhere as a link, because nothing is loaded from there."""
    src = image.get("src", "")
    if ":" in src or src.startswith("//"):
        _make_link(image, src if OUTSIDE.match(src) else None)
        return
    target = _target(src, path)
    image.set("src", _address(target, path))
    if measured := size(target):
        image.set("width", f"{measured[0]}")
        image.set("height", f"{measured[1]}")
    if not target.endswith(".md.png"):
        image.set("loading", "lazy")


def _make_link(image: html.HtmlElement, src: str | None) -> None:
    """The picture's words in its place, as a link to it where they do not stand in a link; nothing without words."""
    alt = image.get("alt", "")
    image.attrib.clear()
    image.tag, image.text = "span", alt
    if src and alt and not any(True for _ in image.iterancestors("a")):
        image.tag = "a"
        image.set("href", src)


def _set_link(link: html.HtmlElement, path: str) -> None:
    href = link.get("href", "")
    if OUTSIDE.match(href):
        link.set("rel", "noopener noreferrer")
    elif ":" in href.split("/", 1)[0]:
        del link.attrib["href"]
    elif href and not href.startswith("#"):
        file, mark, anchor = href.partition("#")
        link.set("href", _address(_target(file, path), path) + mark + anchor)


def _target(relative: str, path: str) -> str:
    """The path of the tree that a link on *path* leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(relative)))


def _address(target: str, path: str) -> str:
    """The link from the page of *path* to that of *target*."""
    start = posixpath.dirname(site_path(path) or path)
    return quote(posixpath.relpath(site_path(target) or target, start or "."))


def rewrite_feed(content: bytes) -> bytes:
    """A feed whose links lead to pages of the site."""

    def page(match: re.Match[bytes]) -> bytes:
        target = site_path(match[1].decode())
        return b'href="../' + (target or match[1].decode()).encode() + b'"'

    return re.sub(rb'href="\.\./([^"]+\.md)"', page, content)
