"""The operator's file of what readers open, as a counter of theirs writes it: one ``path,count`` a line. Pure."""

import re
from collections import Counter
from dataclasses import dataclass

LINE = re.compile(r"\s*/?(?P<path>pages/[^\s,\x00-\x1f]{1,300}\.md)\s*,\s*(?P<count>[0-9]{1,15})\s*", re.ASCII)
MAX_BYTES = 4 * 1024 * 1024
EXAMPLE = "pages/2026/11/23/1106001.md,120"


@dataclass(frozen=True)
class Counts:
    """What such a file says."""

    paths: tuple[str, ...]
    """Paths of pages, the most read first."""
    bad_lines: tuple[int, ...] = ()
    """Numbers of the lines that say nothing; a heading in the first line is none of them."""


def read_counts(content: bytes) -> Counts:
    """Read such a file; several counts of one path are added up. Raises ValueError with words for one that is none."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"has over {MAX_BYTES // 1024 // 1024} MB; leave only the most read pages in it")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8 text") from error
    counts: Counter[str] = Counter()
    bad = []
    for number, line in enumerate(lines, 1):
        if match := LINE.fullmatch(line):
            counts[match["path"]] += int(match["count"])
        elif line.strip() and number > 1:
            bad.append(number)
    if bad and not counts:
        raise ValueError(f"holds no line like '{EXAMPLE}'; correct it")
    order = sorted(counts, key=lambda path: (-counts[path], path))
    return Counts(tuple(path for path in order if counts[path]), tuple(bad))
