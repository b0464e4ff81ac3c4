"""Text → Markdown that shows as this text on GitHub, GitLab and with any CommonMark renderer. Pure.

Two things read a page. The Markdown parser can be stopped by a backslash. The host's own filters run after it on
the text of the HTML and never see the backslash: GitHub makes emoji, mathematics and alerts of escaped marks
(github/markup#1153, html-pipeline#232; its documentation names ``<span>$</span>`` as the way), Gitea makes mentions,
GitLab a table of contents and coloured changes. They look at one text node at a time, so what must not reach them
stands in a ``<span>`` of its own, which all of them keep. See "Markdown" in docs/quality.md.
"""

import re

SPECIAL = re.compile(
    r"""(?P<filtered>                                         # a host's filter would find these in the HTML:
      @(?=\w)                                                 # @name, a@example.org
    | (?<=[\w.-])\#(?=\d)                                    # a/b#1
    | \$                                                      # $…$
    | :(?=[\w+-]+:)                                           # :emoji:
    | (?<=[a-z_]):(?=[\d"])                                   # [issue:1], *iteration:"1"
    | [\[{](?=[+-])                                           # [+new+], {-old-}
    | \[(?=!(?:note|tip|important|warning|caution)\])         # > [!NOTE]
    | (?<=\[)toc(?=\])                                        # [TOC]
    )                                                         # A backslash is enough for the rest: the parser's marks
    | [\\`*_\[\]<>~|{}&^]                                     # and what GitLab takes for a reference unless escaped
    | !(?=[\[\d]) | !$                                        # a picture, !1; a bracket may begin the next run
    | \#(?=\d)                                                # #1
    | %(?=[\w"%{}]) | (?<=\{)[%\#]                           # %milestone, {% %}, {# #}
    | :(?=//) | (?<=www)\.                                   # an address without a link
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
# What is markup only at the start of a line; the escape stands before the last character.
LINE_START = re.compile(r"^(\s*)(?:[-+=#]|:(?=[\s-]|$)|(?P<number>\d{1,9})(?P<mark>[.)])(?=\s|$))")
BARE_URL = re.compile(r"https?://[A-Za-z0-9][!#$%&'()*+,\-./:;=?@\[\]_~A-Za-z0-9]*[A-Za-z0-9/_=&#%+~-]")
AUTOLINK = re.compile(r"https?://(?!\S*:[\w+-]+:)(?:[^\s<>&\[\]{}`\\$%]|%[0-9a-f]{2})+", re.ASCII | re.IGNORECASE)
"""Addresses that can stand between angle brackets: nothing in them is a mark to anybody."""


def escape(text: str, *, urls: bool = True) -> str:
    """Text that shows as itself; bare addresses become autolinks, which end where the address does."""
    out = []
    position = 0
    for match in BARE_URL.finditer(text) if urls else ():
        if not AUTOLINK.fullmatch(match[0]):
            continue
        out += [SPECIAL.sub(_shown, text[position : match.start()]), f"<{match[0]}>"]
        position = match.end()
    out.append(SPECIAL.sub(_shown, text[position:]))
    return "".join(out)


def escape_alt(text: str) -> str:
    """Text for the description of a picture, where no element can stand and no filter looks."""
    return re.sub(r"(?i)[!#$%&*:<>@\[\\\]^_`{|}~]|(?<=www)\.", r"\\\g<0>", text)


def _shown(match: re.Match[str]) -> str:
    mark = match[0] if match["filtered"] and match[0] not in "$[{" else f"\\{match[0]}"
    return f"<span>{mark}</span>" if match["filtered"] else mark


def guard_start(line: str) -> str:
    """A line of Markdown that begins no heading, list, rule, underline or definition."""
    match = LINE_START.match(line)
    if not match:
        return line
    position = match.start("mark") if match["number"] else match.end(1)
    return f"{line[:position]}\\{line[position:]}"


def guard_heading(text: str) -> str:
    """A heading's Markdown whose last # signs show: unescaped they would close it."""
    end = len(text.rstrip("#"))  # a pattern for signs at the end would try each of a million before others
    escaped = (end - len(text[:end].rstrip("\\"))) % 2
    return text if end == len(text) or escaped else f"{text[:end]}\\{text[end:]}"


def destination(url: str) -> str:
    """An address for the parentheses of a link or image."""
    return re.sub(r"[()<>\[\]{}\s\\`|]", lambda m: f"\\{m[0]}" if m[0] in "()" else f"%{ord(m[0]):02X}", url)
