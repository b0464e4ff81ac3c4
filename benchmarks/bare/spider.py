"""A spider that asks for addresses and throws away what comes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response


class BareSpider(Spider):
    """``-a file=`` names a file with one address a line; an empty one is Scrapy's own start and end."""

    name = "bare"

    def __init__(self, file: str, **kwargs: Any):
        super().__init__(**kwargs)
        self._addresses = Path(file).read_text(encoding="utf-8").split()

    async def start(self) -> AsyncIterator[Request]:
        for address in self._addresses:
            yield Request(address, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Nothing."""
