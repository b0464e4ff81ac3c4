"""Parsing what may be parsed: no page that costs memory or time, or at which the parser stops in silence. Pure.

The figures come from the parser (libxml2 2.14): 4 MB of ``<p>x`` take 356 MB, 250,000 attributes of one tag
80 seconds, and below a depth of 256 it drops the rest of a page without a word. Of the source's pages the
largest had 88,000 characters, 2,807 tags, 799 attributes and a depth of 12.
"""

import re
from functools import cache

from lxml import etree, html

from newsmirror.exceptions import HostileError, LayoutError

MAX_CHARACTERS = 2 * 1024 * 1024
MAX_TAGS = 60_000
MAX_ATTRIBUTES = 20_000
"""Of a whole page, counted by their quotes."""
MAX_WORDS = 2_000
"""Of one tag: its names, attributes and values, by the white space and slashes between them."""
MAX_DEPTH = 100
"""Our own walks recur some ten calls a level and Python allows a thousand."""
TOO_DEEP = etree.XPath("/*" * (MAX_DEPTH + 1))
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
SEPARATOR = re.compile(r"[\s/]+")


@cache
def selector(expression: str) -> etree.XPath:
    """An XPath expression, compiled once."""
    return etree.XPath(expression)


def parse_html(text: str) -> html.HtmlElement:
    """The root of a page; control characters, which lxml refuses, are left out.

    Raises LayoutError for text without any markup, HostileError for what may not be parsed.
    """
    check_text(text)
    parser = html.HTMLParser()
    try:
        root = html.document_fromstring(XML_DECLARATION.sub("", CONTROLS.sub("", text)), parser)
    except etree.ParserError as error:
        raise LayoutError("the page is empty") from error
    check_tree(root, parser.error_log)
    return root


def check_text(text: str) -> None:
    """Raise HostileError for markup that would cost the parser too much; reads the text once or twice, no more."""
    if len(text) > MAX_CHARACTERS:
        raise HostileError(f"the page has over {MAX_CHARACTERS} characters")
    if text.count("<") > MAX_TAGS:
        raise HostileError(f"the page has over {MAX_TAGS} tags")
    if text.count('="') + text.count("='") > MAX_ATTRIBUTES:
        raise HostileError(f"the page has over {MAX_ATTRIBUTES} attributes")
    for piece in text.split(">"):
        start = piece.find("<")
        if start >= 0 and len(piece) - start > MAX_WORDS and len(SEPARATOR.findall(piece, start)) > MAX_WORDS:
            raise HostileError(f"a tag of the page has over {MAX_WORDS} attributes")


def check_tree(root: etree._Element, log: etree._ListErrorLog) -> None:
    """Raise HostileError where elements are nested deeper than we follow, or the parser gave up; *log* is its own."""
    if TOO_DEEP(root.getroottree()) or any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in log):
        raise HostileError(f"the page's elements are nested over {MAX_DEPTH} deep")
