"""Article → page: its place in the tree, its address, and its pictures as files."""

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from newsmirror.configured import config_of
from newsmirror.items import Article, OutputFile, Page, StoredPicture
from newsmirror.picture_fetcher import PictureFetcher
from newsmirror.pictures import addresses
from newsmirror.placing import find_prefix, make_page
from newsmirror.spider import NewsSpider


class ImagesPipeline:
    """Gives an article its page. Pictures are taken along (`mirror`), stay at the source (`embed`), or become links."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._config = config_of(crawler)
        self._prefix = find_prefix(self._config)
        self._fetcher = PictureFetcher(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Article) -> Page:
        assert isinstance(self._crawler.spider, NewsSpider)
        memory = self._crawler.spider.memory
        known = memory.row(item.id)
        if known:  # an address is for ever, whatever a later page says of itself
            item = replace(item, url=known.url)
        page = make_page(item, self._config, self._prefix, path=known.path if known else None)
        page = replace(page, marks=memory.marks_after(item))
        stored = memory.pictures(item.id) if known else ()
        if self._config.style.images != "mirror":
            return replace(page, pictures=stored)  # not shown, but not forgotten
        page = await self._with_pictures(page, stored)
        if known and known.digest == item.digest() and (stored, memory.marks(item.id)) == (page.pictures, page.marks):
            raise DropItem(f"unchanged: {item.url}", log_level="DEBUG")  # its missing pictures are missing still
        return page

    async def _with_pictures(self, page: Page, stored: tuple[StoredPicture, ...]) -> Page:
        """The page with what there is of its first pictures; those that are *stored* already are not fetched again."""
        known = {picture.src: picture.path for picture in stored}
        paths: dict[str, str] = {}
        files: list[OutputFile] = []
        for src in addresses(page.article.blocks):
            if src in known:
                paths[src] = known[src]
            elif file := await self._fetcher.fetch(src):
                paths[src] = file.path
                files.append(file)
        pictures = tuple(StoredPicture(src, path) for src, path in sorted(paths.items()))
        return replace(page, pictures=pictures, picture_files=tuple(files))

    async def close_spider(self) -> None:
        await self._fetcher.close()
