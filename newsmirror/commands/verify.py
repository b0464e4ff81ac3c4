"""``scrapy verify``: looks through a whole mirror, also through a plain clone of one, and changes nothing."""

import argparse
from itertools import islice
from pathlib import Path

from scrapy.exceptions import UsageError

from newsmirror.clone import Clone
from newsmirror.config import Config
from newsmirror.exceptions import ConfigError, NewsmirrorError
from newsmirror.mirror_command import OwnCommand
from newsmirror.verify import Verifier, find_site

SHOWN = 100
"""Findings that are printed unless all are asked for."""
FOUND = 1


class Command(OwnCommand):
    """``scrapy verify [--all] [FOLDER]``."""

    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012  # Scrapy's own name and form

    def syntax(self) -> str:
        return "[options] [folder]"

    def short_desc(self) -> str:
        return "Look through a whole mirror or a clone of one; exit code 1 where something is wrong"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--all", action="store_true", help=f"print all findings, not only the first {SHOWN}")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("use: scrapy verify [--all] [FOLDER]")
        assert self.settings
        try:
            config = Config.from_settings(self.settings)
            clone = Clone(Path(args[0]).absolute() if args else config.repo)
        except ConfigError as error:
            return self._refuse(*error.problems)
        except NewsmirrorError as error:
            return self._refuse(str(error))
        try:
            self._verify(clone, config, None if opts.all else SHOWN)
        except NewsmirrorError as error:
            self._refuse(str(error))
        finally:
            clone.close()
        return None

    def _verify(self, clone: Clone, config: Config, limit: int | None) -> None:
        assert self.crawler_process
        loader = self.crawler_process.spider_loader
        sites = [loader.load(name).site for name in loader.list()]  # type: ignore[attr-defined]  # all of ours have one
        verifier = Verifier(clone, find_site(clone, sites), config)
        findings = verifier.findings()
        count = 0
        for finding in islice(findings, limit):
            count += 1
            print(_printable(f"{finding.path}: {finding.fault}"))
        more = sum(1 for _ in findings)
        if more:
            print(f"and {more} more; --all prints them")
        if not clone.has_commit:
            print("this is no git working copy: files were not compared with a commit")
        print(f"{verifier.articles} articles, {verifier.files} files, {count + more} findings")
        self.exitcode = FOUND if count else 0


def _printable(line: str) -> str:
    """A line that no terminal takes for more than text; names come from whoever made the clone."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in line)
