"""What hosts do to a page after its Markdown was parsed, and what of it a page of ours would set off.

Each rule is written after the host's own code or documentation: GitHub's filters for emoji (gemoji), alerts and
mathematics, Gitea's mentions, GitLab's references, changes and table of contents. They search one text node at a
time, outside of links and code; GitLab leaves alone what its parser marked as escaped.
"""

import re
from collections.abc import Iterator

from lxml import html

REFERENCES = "$%#&@!~^:"
"""GitLab keeps its parser's mark of an escape for these (``REFERENCE_CHARS``)."""
GITHUB = {
    "emoji": r":[\w+-]+:",
    "mention": r"(?:^|\W)@[A-Za-z0-9]",
    "issue": r"(?:^|\s)[\w.-]+/[\w.-]+#\d",
}
GITLAB = {
    "user": r"(?<!\w)@[A-Za-z0-9_]",
    "issue": r"#\d",
    "merge request": r"!\d",
    "snippet": r"\$\d",
    "label": r"~[\w\"]",
    "milestone": r"%[\w\"]",
    "epic": r"&\d",
    "by name": r"\[(?:vulnerability|feature_flag|issue|epic|cadence|contact|wiki_page|work_item):[\d\"]",
    "iteration": r"\*iteration:[\d\"]",
    "change": r"\[\+.*?\+\]|\{\+.*?\+\}|\[-.*?-\]|\{-.*?-\}",
    "emoji": r":[\w+-]+:",
    "placeholder": r"%\{\w+\}",
}
ALERT = re.compile(r"\s*\[!(?:note|tip|important|warning|caution)\]", re.IGNORECASE)


def set_off_on_github(page: str) -> Iterator[str]:
    """What GitHub's and Gitea's filters would find in the HTML of a page."""
    root = html.fragment_fromstring(page, create_parent="div")
    yield from _found(root, GITHUB)
    for block in root.iter("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th"):
        dollars = sum(text.count("$") for text in _texts(block) if text != "$")
        if dollars > 1:
            yield f"mathematics in {block.text_content()!r}"
    for quote in root.iter("blockquote"):
        first = next((text for text in _texts(quote) if text.strip()), "")
        if ALERT.match(first):
            yield f"alert in {first!r}"


def set_off_on_gitlab(page: str) -> Iterator[str]:
    """What GitLab's filters would find in the HTML of a page, as its parser gives it."""
    root = html.fragment_fromstring(page, create_parent="div")
    for mark in root.xpath(".//span[@data-escaped-char]"):
        if mark.text not in REFERENCES:
            mark.drop_tag()
    root = html.fragment_fromstring(html.tostring(root, encoding="unicode"), create_parent="div")
    yield from _found(root, GITLAB)
    for text in root.xpath(".//p//text()"):
        if "toc" in text.lower() and text.getparent().text_content().lower() == "[toc]":
            yield f"table of contents in {text!r}"
    for node in root.xpath(".//*[@data-math-style or @data-wikilink or @data-footnote-ref] | .//input | .//dl"):
        yield f"<{node.tag}> of {node.text_content()!r}"
    for node in root.xpath(".//*[contains(@class, 'markdown-alert')]"):
        yield f"alert in {node.text_content()!r}"


def _found(root: html.HtmlElement, rules: dict[str, str]) -> Iterator[str]:
    for text in _texts(root):
        for name, pattern in rules.items():
            if re.search(pattern, text, re.ASCII):
                yield f"{name} in {text!r}"


def _texts(node: html.HtmlElement) -> Iterator[str]:
    yield from map(str, node.xpath(".//text()[not(ancestor::a or ancestor::code or ancestor::pre)]"))


def before_parsing(markdown: str) -> Iterator[str]:
    """What would be taken for more than text before the Markdown is parsed: front matter, templates, inclusions."""
    if re.match(r"\s*(?:---|\+\+\+|;;;)", markdown):
        yield "front matter"
    yield from (f"template {m[0]!r}" for m in re.finditer(r"\{\{|\{%|\{#", markdown))
    yield from (f"inclusion {m[0]!r}" for m in re.finditer(r"(?m)^::include\{", markdown))
