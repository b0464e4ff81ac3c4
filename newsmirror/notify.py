"""Sends alarms: one message when a cause appears, one when it is over. The only user of Apprise and of sendmail.

What was told is kept in ``.git/newsmirror/alarms.json``; a message that could not be sent is tried again with the
next run.
"""

import json
import logging
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from newsmirror.alarms import AlarmRules, find_causes
from newsmirror.durable import swap_file
from newsmirror.history import Run

logger = logging.getLogger(__name__)

PROGRAMS = "/usr/sbin:/usr/lib:/usr/local/sbin:/usr/bin"
"""Where sendmail may stand; a timer's PATH often lacks /usr/sbin."""
SECONDS = 30
"""A mail program that takes longer is given up."""


def check_alarms(folder: Path, runs: Sequence[Run], rules: AlarmRules, *, now: datetime) -> None:
    """Compare what is wrong now with what was told, and tell the difference. *folder* is ``.git/newsmirror``."""
    file = folder / "alarms.json"
    told = _read(file)
    causes = find_causes(runs, rules, now=now)
    for cause in [cause for cause in told if cause not in causes]:
        if send(rules.to, f"newsmirror: over: {cause}", f"It is over: {told[cause]}."):
            del told[cause]
    for cause, sentence in causes.items():
        if cause not in told and send(rules.to, f"newsmirror: {cause}", f"{sentence}."):
            told[cause] = sentence
    _write(file, told)


def _read(file: Path) -> dict[str, str]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(cause): str(text) for cause, text in values.items()} if isinstance(values, Mapping) else {}


def _write(file: Path, told: Mapping[str, str]) -> None:
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    try:
        if (file.read_text(encoding="utf-8") if file.exists() else "{}\n") == text:
            return
        swap_file(file, text.encode())
    except OSError as error:
        logger.warning("What was told cannot be kept (%s); the next run may tell it again", error.strerror)


def send(targets: Sequence[str], title: str, text: str) -> bool:
    """Send a message to all targets; True where at least one took it. Warnings name targets by number only."""
    results = [_sendmail(t, title, text) if t.startswith("sendmail:") else _apprise(t, title, text) for t in targets]
    for number, taken in enumerate(results, 1):
        if not taken:
            logger.warning(
                "Address %d of the alarms did not take a message; check it with scrapy status --test-alarm", number
            )
    return any(results)


def _sendmail(target: str, title: str, text: str) -> bool:
    """Hand a mail to the machine's own mail program, which knows its sender and its way."""
    program = shutil.which("sendmail", path=PROGRAMS)
    if program is None:
        return False
    message = EmailMessage()
    message["To"], message["Subject"] = target.removeprefix("sendmail:"), title
    message.set_content(text)
    try:
        subprocess.run(  # noqa: S603  # no shell, no outside text among the arguments
            [program, "-t", "-i"], input=bytes(message), check=True, capture_output=True, timeout=SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _apprise(target: str, title: str, text: str) -> bool:
    """Send through Apprise, whose own log lines, which may hold parts of an address, are not shown."""
    import apprise  # 0.3 s to import, which runs without an alarm need not pay

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    sender = apprise.Apprise()
    return bool(sender.add(target)) and bool(sender.notify(title=title, body=text))
