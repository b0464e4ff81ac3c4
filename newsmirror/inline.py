"""Runs of text within a paragraph: styles merged, spaces folded, lines and paragraphs told apart. Pure."""

import re
from collections.abc import Iterable
from dataclasses import replace

from newsmirror.items import BREAK, Paragraph, Span, Spans
from newsmirror.text import EDGES


def paragraphs(spans: Iterable[Span]) -> list[Paragraph]:
    """Paragraphs of an inline flow: two breaks in a row end one; empty ones are left out."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        if span is BREAK:
            lines.append([])
        else:
            lines[-1].append(span)
    found: list[Paragraph] = []
    current: list[Span] = []
    for line in [*map(tidy, lines), ()]:
        if line:
            current += [BREAK, *line] if current else line
        elif current:
            found.append(Paragraph(tuple(current)))
            current = []
    return found


def tidy(line: list[Span]) -> Spans:
    """One line of spans: same styles merged, spaces folded across spans, none at the ends or inside emphasis."""
    merged: list[Span] = []
    for span in line:
        for part in _spaces_out(span):
            if merged and _style(merged[-1]) == _style(part):
                merged[-1] = replace(merged[-1], text=merged[-1].text + part.text)
            elif part.text:
                merged.append(part)
    return _single_spaces(merged)


def _style(span: Span) -> tuple[bool, bool, str | None]:
    return span.strong, span.emphasis, span.href


def _spaces_out(span: Span) -> list[Span]:
    """Spaces at the ends of a styled span stand outside of it: ``<b> x </b>`` is `` <b>x</b> ``."""
    if not any(_style(span)):
        return [span]
    core = span.text.strip(" ")
    if not core:
        return [Span(span.text)]
    start = span.text.index(core)
    return [Span(span.text[:start]), replace(span, text=core), Span(span.text[start + len(core) :])]


def _single_spaces(spans: list[Span]) -> Spans:
    found: list[Span] = []
    for span in spans:
        text = re.sub(r" {2,}", " ", span.text)
        before = found[-1].text[-1] if found else " "
        text = text.lstrip(EDGES if not found else " " if before == " " else "")
        if text and found and before == " " and text.startswith(" "):
            text = text[1:]
        if text:
            found.append(span if text == span.text else replace(span, text=text))
    while found and not found[-1].text.rstrip(EDGES):
        found.pop()
    if found and found[-1].text[-1] in EDGES:
        found[-1] = replace(found[-1], text=found[-1].text.rstrip(EDGES))
    return tuple(found)
