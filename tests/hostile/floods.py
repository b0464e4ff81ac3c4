"""Answers without end, larger than they look, or with more headers than anybody needs. Rows E01 to E03 and K5."""

from collections.abc import Callable
from functools import partial

from newsmirror.spiders.secretchina import SITE
from tests.hostile import behaviours
from tests.hostile.server import Behaviour

LISTS = [f"/news/gb/{category.key}.html" for category in SITE.categories if not category.retired][:4]
FLOODS: dict[str, Callable[[], Behaviour]] = {
    "200 MB of headers": lambda: behaviours.header_flood(megabytes=200),
    "6 million headers": lambda: behaviours.header_flood(megabytes=200, line=32),
    "one header of 50 MB": lambda: behaviours.long_header(megabytes=50),
    "interim answers without end": lambda: behaviours.interim_flood,
    "a body without end": lambda: behaviours.endless(),
    "chunks without end": lambda: behaviours.endless(framing="chunked"),
    "a page of 100 MB": lambda: behaviours.long_text("<html>", megabytes=100),
    **{f"a bomb of 1,000 MB ({kind})": partial(behaviours.bomb, kind, megabytes=1000) for kind in behaviours.PACKERS},
}
