"""What commands share that read a mirror: its settings, its newest commit, its site, and the way they fail."""

import argparse
import sys
from abc import abstractmethod
from itertools import islice
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from newsmirror.config import Config
from newsmirror.exceptions import ConfigError, GitError, NoSpaceError, RefusedError
from newsmirror.git import Repository
from newsmirror.outcome import Outcome
from newsmirror.site import Site
from newsmirror.state import read_rows

SAMPLE = 3
"""Days that are looked at to tell whose articles a mirror holds."""


class OwnCommand(ScrapyCommand):
    """A command of ours: it needs the project, and says in sentences what keeps it from its work."""

    requires_project = True

    def _fail(self, outcome: Outcome, *sentences: str) -> None:
        for sentence in sentences:
            print(f"newsmirror: {sentence}", file=sys.stderr)
        self.exitcode = outcome.exit_code

    def _refuse(self, *problems: str) -> None:
        self._fail(Outcome.REFUSED, *problems)


class MirrorCommand(OwnCommand):
    """Opens the mirror of `NEWSMIRROR_REPO` for reading; takes no lock, so a crawl may go on beside it."""

    requires_crawler_process = False

    @abstractmethod
    def work(
        self, repository: Repository, site: Site, config: Config, args: list[str], opts: argparse.Namespace
    ) -> None:
        """Do what the command is for. RefusedError and NoSpaceError become one sentence and an exit code."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings
        try:
            config = Config.from_settings(self.settings)
            repository = Repository(config.repo, config.branch)
            self.work(repository, site_of(repository, self.settings), config, args, opts)
        except ConfigError as error:
            self._refuse(*error.problems)
        except (RefusedError, GitError) as error:
            self._refuse(str(error))
        except NoSpaceError as error:
            self._fail(Outcome.NO_SPACE, str(error))


def site_of(repository: Repository, settings: BaseSettings) -> Site:
    """The site whose articles a mirror holds. Raises RefusedError where it holds none, or those of an unknown site."""
    tip = repository.tip()
    names = islice(repository.data_names(tip, newest_first=True), SAMPLE) if tip else ()
    row = next(read_rows(repository.blobs(f"{tip}:{name}" for name in names)), None)
    if row is None:
        raise RefusedError("NEWSMIRROR_REPO holds no articles; run scrapy crawl first")
    loader = get_spider_loader(settings)
    for name in sorted(loader.list()):
        site = getattr(loader.load(name), "site", None)
        if isinstance(site, Site) and site.is_own_host(urlsplit(row.url).hostname):
            return site
    raise RefusedError("NEWSMIRROR_REPO mirrors a site that no spider here knows; use the program that made it")
