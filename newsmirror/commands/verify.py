"""``scrapy verify``: looks through a whole mirror, also through a plain clone of one, and changes nothing."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from scrapy.exceptions import UsageError

from newsmirror.clone import Clone
from newsmirror.config import Config
from newsmirror.exceptions import ConfigError, NewsmirrorError, RefusedError
from newsmirror.hostlimits import size_words
from newsmirror.items import stamp
from newsmirror.mirror_command import OwnCommand
from newsmirror.signature import SignatureCheck
from newsmirror.succession import read_seen
from newsmirror.trust import Trust, read_trust, trust_of
from newsmirror.upkeep import packed_size
from newsmirror.verify import Finding, Verifier, find_site

SHOWN = 100
"""Findings that are printed unless all are asked for."""
FOUND = 1


class Command(OwnCommand):
    """``scrapy verify [--all] [FOLDER]``, ``scrapy verify --signature --key KEY [--seen STATEMENT] [FOLDER]``."""

    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012  # Scrapy's own name and form

    def syntax(self) -> str:
        return "[options] [folder]"

    def short_desc(self) -> str:
        return "Look through a whole mirror or a clone of one; exit code 1 where something is wrong"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--all", action="store_true", help=f"print all findings, not only the first {SHOWN}")
        parser.add_argument("--signature", action="store_true", help="compare every file with the signed statement")
        parser.add_argument("--key", help="whose signature: a file with public keys or allowed signers, or SHA256:…")
        parser.add_argument("--seen", help="a statement or a clone from an earlier visit, which must not be newer")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("use: scrapy verify [--all] [--signature --key KEY [--seen STATEMENT]] [FOLDER]")
        assert self.settings
        try:
            config = Config.from_settings(self.settings)
            clone = Clone(Path(args[0]).absolute() if args else config.repo)
        except ConfigError as error:
            return self._refuse(*error.problems)
        except NewsmirrorError as error:
            return self._refuse(str(error))
        limit = None if opts.all else SHOWN
        try:
            if opts.signature:
                self._verify_signature(clone, config, opts, limit)
            else:
                self._verify(clone, config, limit)
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
        count = self._print(verifier.findings(), limit)
        if clone.repository:
            print(size_words(packed_size(clone.repository)))
        else:
            print("this is no git working copy: files were not compared with a commit")
        print(f"{verifier.articles} articles, {verifier.files} files, {count} findings")

    def _verify_signature(self, clone: Clone, config: Config, opts: argparse.Namespace, limit: int | None) -> None:
        seen = read_seen(opts.seen) if opts.seen else None
        check = SignatureCheck(clone, _trust(opts.key, config), datetime.now(UTC), seen)
        count = self._print(check.findings(), limit)
        if statement := check.statement:
            print(f"statement {statement.number} of {stamp(statement.time)}, good until {stamp(statement.expires)}, "
                  f"from {statement.source}")  # fmt: skip
            print(f"signed by {check.signer}")
        print(f"{check.articles} articles, {check.files} files, {count} findings")

    def _print(self, findings: Iterator[Finding], limit: int | None) -> int:
        """Print findings, as many as may be; returns how many there are, and sets the exit code."""
        count = 0
        for finding in islice(findings, limit):
            count += 1
            print(_printable(f"{finding.path}: {finding.fault}"))
        more = sum(1 for _ in findings)
        if more:
            print(f"and {more} more; --all prints them")
        self.exitcode = FOUND if count else 0
        return count + more


def _trust(key: str | None, config: Config) -> Trust:
    if key:
        return read_trust(key)
    if config.signing:
        return trust_of(config.signing.public)
    raise RefusedError("--signature needs --key: a file with the publisher's public key, or its fingerprint SHA256:…")


def _printable(line: str) -> str:
    """A line that no terminal takes for more than text; names come from whoever made the clone."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in line)
