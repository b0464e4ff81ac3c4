"""``scrapy rebuild``: makes pages, lists and QR codes anew after a change of settings, without the source."""

import argparse
import logging
from contextlib import ExitStack
from datetime import UTC, datetime

from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.log import configure_logging

from newsmirror.config import Config
from newsmirror.exceptions import BusyError, RefusedError, StoppedError
from newsmirror.git import Repository
from newsmirror.interrupts import Interrupts, only_count
from newsmirror.mirror import Mirror
from newsmirror.mirror_command import MirrorCommand
from newsmirror.outcome import Outcome
from newsmirror.rebuild import Rebuilder, describe
from newsmirror.site import Site
from newsmirror.status import Result

logger = logging.getLogger(__name__)


class Command(MirrorCommand):
    """``scrapy rebuild [--dry-run] [SPIDER]``."""

    def syntax(self) -> str:
        return "[options] [spider]"

    def short_desc(self) -> str:
        return "Make all pages, lists and QR codes anew after a change of settings, in one commit"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("use: scrapy rebuild [--dry-run] [SPIDER]")
        configure_logging(self.settings)
        only_count()
        try:
            super().run(args, opts)
        except BusyError as error:
            self._fail(Outcome.BUSY, str(error))
        except StoppedError as error:
            self._fail(Outcome.INTERRUPTED, str(error))

    def work(
        self, repository: Repository, site: Site, config: Config, args: list[str], opts: argparse.Namespace
    ) -> None:
        mirror = Mirror(config, self._named(args) or site, lambda: datetime.now(UTC))
        with Interrupts(already=False) as interrupts, ExitStack() as stack:
            mirror.open(stop=interrupts.stop)
            stack.callback(mirror.close)
            rebuilder = Rebuilder(mirror, asked=interrupts.asked)
            dry = opts.dry_run or config.dry_run
            result = rebuilder.rehearse() if dry else rebuilder.run(stop=interrupts.stop)
        self._report(result, rebuilder)

    def _named(self, args: list[str]) -> Site | None:
        """The site of the spider that the command line names. Raises RefusedError for an unknown one."""
        if not args:
            return None
        assert self.settings
        loader = get_spider_loader(self.settings)
        if args[0] not in loader.list():
            raise RefusedError(f"there is no spider '{args[0]}', known are {', '.join(sorted(loader.list()))}")
        site = getattr(loader.load(args[0]), "site", None)
        assert isinstance(site, Site)
        return site

    def _report(self, result: Result, rebuilder: Rebuilder) -> None:
        self.exitcode = result.outcome.exit_code
        logger.log(logging.ERROR if self.exitcode else logging.INFO, describe(result, rebuilder.counts))
