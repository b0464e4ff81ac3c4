"""``scrapy quarantine``: what was not taken, and what is to become of it."""

import argparse
import sys
from pathlib import Path

from scrapy.exceptions import UsageError

from newsmirror.config import Config
from newsmirror.durable import writing
from newsmirror.exceptions import NewsmirrorError
from newsmirror.lock import RunLock
from newsmirror.mirror_command import OwnCommand
from newsmirror.outcome import Outcome
from newsmirror.private import private_folder
from newsmirror.quarantine import Entry, Quarantine
from newsmirror.status import outcome_of_error
from newsmirror.text import printable

ACTIONS = ("list", "show", "retry", "release")
UNREADABLE = ("layout", "hostile", "encoding", "gate")
"""Reasons for which no page can be made, whoever wants it."""
EXCERPT = 400


class Command(OwnCommand):
    """``scrapy quarantine list``, ``show ID``, ``retry ID…`` and ``release ID…``."""

    def syntax(self) -> str:
        return "[options] [list | show | retry | release] [id or address ...]"

    def short_desc(self) -> str:
        return "List, show, retry or release what was not published"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--reason", metavar="REASON", help="only entries with this reason")
        parser.add_argument("--all", action="store_true", help="retry or release all entries (with --reason: those)")
        parser.add_argument("--save", metavar="FILE", help="show: write the one page that is named to this file")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        action, names = (args[0], args[1:]) if args else ("list", [])
        chosen = bool(names) != bool(opts.all) if action in ("retry", "release") else action == "list" or bool(names)
        if action not in ACTIONS or not chosen or (action == "list" and names):
            raise UsageError("use: scrapy quarantine [list | show ID | retry ID | release ID], --all for all")
        assert self.settings
        try:
            private = private_folder(Config.from_settings(self.settings).repo)
            self.quarantine = Quarantine(private / "quarantine")
            entries = self._chosen(names, opts)
            if action == "list":
                _print_list(entries)
            elif action == "show":
                self._show(entries, opts.save)
            else:
                self._decide(action, entries, private)
        except NewsmirrorError as error:
            self._fail(outcome_of_error(error), str(error))

    def _chosen(self, names: list[str], opts: argparse.Namespace) -> list[Entry]:
        """The entries that are meant; UsageError where one does not exist."""
        entries = [e for e in self.quarantine.entries() if opts.reason in (None, e.reason)]
        if not names:
            return entries
        found = [next((e for e in entries if name in (e.key, e.address)), None) for name in names]
        missing = [name for name, entry in zip(names, found, strict=True) if entry is None]
        if missing:
            raise UsageError(f"nothing in quarantine is called {printable(missing[0])}; see scrapy quarantine list")
        return [entry for entry in found if entry]

    def _show(self, entries: list[Entry], target: str | None) -> None:
        for entry in entries:
            page = self.quarantine.page(entry) or b""
            fields = {"address": entry.address, "kind": entry.kind, "reason": f"{entry.reason} ({entry.words})",
                      "seen": f"{entry.seen:%Y-%m-%d %H:%M} UTC", "status": str(entry.status or "-"),
                      "type": entry.content_type or "-", "page": f"{entry.size} bytes",
                      "decided": entry.decision or "-"}  # fmt: skip
            print(f"{entry.key}")
            for name, value in fields.items():
                print(f"  {name + ':':9} {printable(value)}")
            if page:
                print(f"  begins:   {printable(page[:EXCERPT].decode(errors='replace'))}")
        if target and entries:
            with writing(target):
                Path(target).write_bytes(self.quarantine.page(entries[0]) or b"")

    def _decide(self, action: str, entries: list[Entry], private: Path) -> None:
        """Note for the next run what it is to do; a run that is going on is not disturbed."""
        if not private.is_dir():
            return
        with RunLock(private / "lock"):
            for entry in entries:
                if entry.kind == "list":
                    print(f"{entry.key}: a list is read again by every run; nothing to {action}")
                elif action == "release" and entry.reason in UNREADABLE:
                    print(f"{entry.key}: no page can be made of it ({entry.reason}); correct the cause, then retry it")
                    self.exitcode = Outcome.REFUSED.exit_code
                else:
                    self.quarantine.decide(entry, action)
                    what = "publishes it as it is kept" if action == "release" else "asks for it again"
                    print(f"{entry.key}: the next full run {what}: {entry.address}")


def _print_list(entries: list[Entry]) -> None:
    for entry in entries:
        decision = f" [{entry.decision}]" if entry.decision else ""
        when = f"{entry.seen:%Y-%m-%d %H:%M}"
        print(f"{entry.key}  {when}  {entry.kind:7}  {entry.reason:14}  {printable(entry.address)}{decision}")
    print(f"{len(entries)} in quarantine", file=sys.stderr)
