"""``scrapy edition``: a day or a week to keep and to pass on, as an EPUB book and as plain HTML."""

import argparse
from datetime import datetime, timedelta
from pathlib import Path

from scrapy.exceptions import UsageError

from newsmirror.config import Config
from newsmirror.editions import days_of, make_edition
from newsmirror.epub import make_epub
from newsmirror.git import Repository
from newsmirror.mirror_command import MirrorCommand
from newsmirror.offline import make_offline
from newsmirror.outputs import outside_of, write_output
from newsmirror.site import Site


class Command(MirrorCommand):
    """``scrapy edition --day 2026-11-23`` or ``--week 2026-W47``."""

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Make an EPUB book and an offline page of a day or a week"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--day", metavar="2026-11-23", help="a day in the source's zone, or 'yesterday'")
        parser.add_argument("--week", metavar="2026-W47", help="an ISO week, Monday to Sunday, or 'last'")
        parser.add_argument("--output", metavar="DIR", help="where to write; default: REPO-editions beside the mirror")
        parser.add_argument("--no-pictures", action="store_true", help="leave pictures out")

    def work(
        self, repository: Repository, site: Site, config: Config, args: list[str], opts: argparse.Namespace
    ) -> None:
        if args:
            raise UsageError("use: scrapy edition --day 2026-11-23, or --week 2026-W47")
        given = Path(opts.output) if opts.output else config.repo.with_name(f"{config.repo.name}-editions")
        folder = outside_of(given, config.repo)
        today = datetime.now(site.zone).date()
        day = f"{today - timedelta(days=1)}" if opts.day == "yesterday" else opts.day
        week = f"{today - timedelta(days=7):%G-W%V}" if opts.week == "last" else opts.week
        name, days = days_of(day=day, week=week)
        edition = make_edition(
            repository, name=name, days=days, site=site, config=config, pictures=not opts.no_pictures
        )
        what = f"{len(edition.items)} articles, {len(edition.images)} pictures"
        for ending, content in (("epub", make_epub(edition)), ("zip", make_offline(edition))):
            file = f"{site.name}-{name}.{ending}"
            write_output(folder, file, content)
            print(f"{file}: {what}, {len(content) / 1e6:.2f} MB")
