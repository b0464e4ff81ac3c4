"""The gate: what is wrong with a file that is about to be committed. Pure."""

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote

from newsmirror.items import OutputFile
from newsmirror.pictures import find_picture_fault

MAX_BYTES = 512 * 1024
"""Hosts stop showing Markdown somewhere above this."""
HOST_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "s",
    "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
"""What hosts show of raw HTML; the text of anything else would stand on the page."""
TAG = re.compile(r"(?<!\\)<(?!https?://|mailto:|!-- -->)/?([A-Za-z][\w-]*)[^>]*>")
TARGET = re.compile(r"(?<!\\)(?P<image>!\[[^\]]*)?\]\((?P<target>(?:\\.|[^()\\\s])*)\)")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def find_fault(file: OutputFile, *, exists: Callable[[str], bool]) -> str | None:
    """The first fault of a file as a short phrase, None where it is fit to be published.

    *exists* tells whether a path of the tree will be there after the commit.
    """
    if len(file.content) > MAX_BYTES:
        return f"has over {MAX_BYTES} bytes"
    if file.path.startswith("images/"):
        return find_picture_fault(file)
    if not file.path.endswith(".md") or file.path.startswith("data/"):  # records are fenced and link nowhere
        return None
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        return "is not UTF-8"
    for tag in TAG.finditer(text):
        if tag[1].lower() not in HOST_TAGS:
            return f"holds <{tag[1]}>, which hosts do not show"
    for match in TARGET.finditer(text):
        if fault := _target_fault(ESCAPE.sub(r"\1", match["target"]), file.path, bool(match["image"]), exists):
            return fault
    return None


def _target_fault(target: str, path: str, image: bool, exists: Callable[[str], bool]) -> str | None:
    if target.startswith("http://") and image:
        return f"loads {target[:80]} without encryption"
    if re.match(r"(?i)(?:https?://|mailto:|#)", target):
        return None
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target):
        return f"links to {target[:80]}, which hosts do not allow"
    goal = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target.partition("#")[0])))
    return None if exists(goal) else f"links to {goal[:120]}, which is not in the tree"
