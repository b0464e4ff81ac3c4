"""``scrapy crawl``: checks settings and arguments first, and exits with what became of the run."""

import argparse
import logging
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError

from newsmirror.arguments import RunArguments
from newsmirror.config import Config
from newsmirror.exceptions import ConfigError
from newsmirror.history import finished_at
from newsmirror.interrupts import hang_up_is_an_end
from newsmirror.notify import check_alarms
from newsmirror.outcome import Outcome
from newsmirror.private import private_folder
from newsmirror.report import outcome_of
from newsmirror.route import proxies_of
from newsmirror.runs import RunRecord
from newsmirror.status import note_early_end
from newsmirror.watchdog import Watchdog

logger = logging.getLogger(__name__)

# Loggers and the level from which on an operator wants to read them. What retries and httpx report request
# by request stands in our summary of lists and articles; the others tell what never changes.
QUIET = {
    "scrapy.downloadermiddlewares.retry": logging.CRITICAL,
    "scrapy.middleware": logging.WARNING,
    "scrapy.addons": logging.WARNING,
    "scrapy.crawler": logging.WARNING,
    "scrapy.utils.log": logging.WARNING,
    "scrapy-playwright": logging.CRITICAL,
    "httpx": logging.WARNING,
    "scrapy.extensions.memusage": logging.WARNING,
}


def check_environment(config: Config) -> list[str]:
    """What the environment's proxies have against a run; where nothing, the log says that they are not used."""
    if conflict := config.conflict_with(os.environ):
        return [conflict]
    if names := proxies_of(os.environ):
        logger.info("The environment's proxies (%s) are not used", ", ".join(names))
    return []


class Command(CrawlCommand):
    """Scrapy's command with exit codes (docs/operate.md)."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider, as in: scrapy crawl secretchina")
        problems = self._problems(args[0], opts)
        if problems:
            for problem in problems:
                print(f"newsmirror: {problem}", file=sys.stderr)
            self.exitcode = Outcome.REFUSED.exit_code
            return
        if self.settings and self.settings["LOG_LEVEL"] != "DEBUG":
            for name, level in QUIET.items():
                logging.getLogger(name).setLevel(level)
        with self._watched():
            self._crawl(args[0], opts)

    def _crawl(self, name: str, opts: argparse.Namespace) -> None:
        assert self.crawler_process
        started = datetime.now(UTC).replace(microsecond=0)
        crawler = self._create_crawler(name)
        self.crawler_process.crawl(crawler, **opts.spargs)
        hang_up_is_an_end()
        self.crawler_process.start()
        self.exitcode = outcome_of(crawler, broken=self.crawler_process.bootstrap_failed).exit_code
        self._tell(started)

    def _watched(self) -> AbstractContextManager[object]:
        """A watch over the run, where Scrapy's own limit of time is on."""
        assert self.settings
        limit = self.settings.getfloat("CLOSESPIDER_TIMEOUT")
        return Watchdog(limit + self._config.hang_seconds, self._config.repo) if limit else nullcontext()

    def _tell(self, started: datetime) -> None:
        """Put a run that broke before it could do so on the record; send what the operator asks for."""
        config, now = self._config, datetime.now(UTC)
        failed = self.exitcode == Outcome.FAILED.exit_code
        if not failed and not config.alarms:
            return  # nobody asks for the record, which may hold 4,000 runs
        folder = private_folder(config.repo)
        runs = RunRecord(folder).read()
        if failed and not (runs and finished_at(runs[-1]) >= started):
            note_early_end(config.repo, Outcome.FAILED, Outcome.FAILED.sentence, finished=now)
            runs = RunRecord(folder).read()
        if config.alarms and folder.is_dir():
            check_alarms(folder, runs, config.alarms, now=now)

    def _problems(self, name: str, opts: argparse.Namespace) -> list[str]:
        """Everything that is wrong with the call, one sentence each."""
        assert self.crawler_process
        assert self.settings
        loader = self.crawler_process.spider_loader
        if name not in loader.list():
            return [f"there is no spider '{name}', known are {', '.join(sorted(loader.list()))}"]
        problems: list[str] = []
        site = getattr(loader.load(name), "site", None)
        try:
            self._config = Config.from_settings(self.settings)
            problems += check_environment(self._config)
        except ConfigError as error:
            problems += error.problems
        try:
            if site:
                RunArguments.parse(opts.spargs, site=site, now=datetime.now(UTC))
        except ConfigError as error:
            problems += error.problems
        return problems
