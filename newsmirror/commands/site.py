"""``scrapy site DIR``: the mirror as a static site, for Pages hosts, onion services and USB sticks."""

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from newsmirror.config import Config
from newsmirror.git import Repository
from newsmirror.mirror_command import MirrorCommand
from newsmirror.site import Site
from newsmirror.website import Website


class Command(MirrorCommand):
    """``scrapy site DIR``; called again, it writes only what has changed."""

    def syntax(self) -> str:
        return "<folder>"

    def short_desc(self) -> str:
        return "Write the mirror as a static site that needs no server"

    def work(
        self, repository: Repository, site: Site, config: Config, args: list[str], opts: argparse.Namespace
    ) -> None:
        if len(args) != 1:
            raise UsageError("use: scrapy site DIR")
        done = Website(repository, site, config, Path(args[0])).write()
        print(f"{done.pages} pages and {done.files} other files written, {done.removed} removed; open index.html")
