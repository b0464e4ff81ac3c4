"""``scrapy status``: how the last runs ended, for people and for monitors."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsmirror.config import Config
from newsmirror.dashboard import judge_health, status_lines, status_page
from newsmirror.exceptions import ConfigError
from newsmirror.mirror_command import OwnCommand
from newsmirror.notify import check_alarms, send
from newsmirror.private import private_folder
from newsmirror.runs import RunRecord

AGE = re.compile(r"([1-9]\d{0,3})([hd])")
UNHEALTHY = 1


def read_age(text: str) -> timedelta:
    """``12h`` or ``2d``. Raises argparse's error for anything else."""
    match = AGE.fullmatch(text)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is no age; use hours or days, as 12h or 2d")
    return timedelta(hours=int(match[1])) if match[2] == "h" else timedelta(days=int(match[1]))


class Command(OwnCommand):
    """``scrapy status [--max-age 12h] [--html FILE]``."""

    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012  # Scrapy's own name and form

    def short_desc(self) -> str:
        return "Show how the last runs ended; exit code 1 where the mirror is not well"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--max-age", type=read_age, metavar="AGE", help="oldest last success that is well, as 12h")
        parser.add_argument("--runs", type=int, default=10, metavar="N", help="how many runs to print (10)")
        parser.add_argument("--html", type=Path, metavar="FILE", help="also write one page with charts")
        parser.add_argument("--alarm", action="store_true", help="also send what NEWSMIRROR_ALARMS asks for")
        parser.add_argument("--test-alarm", action="store_true", help="only send a message to try the addresses")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings
        try:
            config = Config.from_settings(self.settings)
        except ConfigError as error:
            return self._refuse(*error.problems)
        folder = private_folder(config.repo)
        if not folder.is_dir():
            return self._refuse("NEWSMIRROR_REPO holds no mirror yet; name its folder or start the first run")
        if (opts.alarm or opts.test_alarm) and config.alarms is None:
            return self._refuse("NEWSMIRROR_ALARMS is not set; name the file with the addresses of alarms")
        if opts.test_alarm and config.alarms:
            taken = send(config.alarms.to, "newsmirror: test", "This is a test of the alarms.")
            self.exitcode = 0 if taken else UNHEALTHY
            return None
        runs, now = RunRecord(folder).read(), datetime.now(UTC)
        health = judge_health(runs, now=now, max_age=opts.max_age)
        print("\n".join(status_lines(runs, health, count=max(opts.runs, 1))))
        if opts.html:
            page = status_page(runs, health, now=now, names=self._names())
            try:
                opts.html.write_text(page, encoding="utf-8")
            except OSError as error:
                return self._refuse(f"--html names a file that cannot be written ({error.strerror}); name another")
        if opts.alarm and config.alarms:
            check_alarms(folder, runs, config.alarms, now=now)
        self.exitcode = 0 if health.healthy else UNHEALTHY
        return None

    def _names(self) -> dict[str, str]:
        """Categories' names by key, of all sites of the project."""
        assert self.crawler_process
        loader = self.crawler_process.spider_loader
        sites = [loader.load(name).site for name in loader.list()]  # type: ignore[attr-defined]  # all have one
        return {category.key: category.name for site in sites for category in site.categories}
