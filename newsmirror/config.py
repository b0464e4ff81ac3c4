"""All settings of ours, read once and checked at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urlsplit

from newsmirror.addresses import LOOPBACK, is_loopback
from newsmirror.alarms import AlarmRules, read_rules
from newsmirror.checks import Gate, block_faults
from newsmirror.chromium import missing_parts
from newsmirror.counts import MAX_BYTES, read_counts
from newsmirror.exceptions import ConfigError
from newsmirror.paths import PATTERN_FIELDS
from newsmirror.pushing import Pushing, read_pushing
from newsmirror.render import Blocks, PageStyle
from newsmirror.route import Route, find_conflict, read_route
from newsmirror.script import Script, can_convert
from newsmirror.sshkeys import SigningKey, read_signing

PREFIX = "NEWSMIRROR_"
BRANCH = re.compile(
    r"^(?!HEAD$|refs/|[0-9a-f]{40}$|.*(?:\.\.|//|/\.|\.lock(?:/|$)))[A-Za-z0-9][A-Za-z0-9._/-]{0,63}(?<![./])$"
)
AUTHOR = re.compile(r"^(?P<name>[^<>\n\x00-\x1f]{1,64}?)\s*<(?P<mail>[^<>\s@]{1,64}@[^<>\s@]{1,190})>$")
COUNTER = re.compile(r"https://(?:[^\s<>()\\{}\"'`\x00-\x1f]|\{path\})+")
BLOCK_LIMIT = 20_000
ANY_TREE = Gate(exists=lambda path: True, may_load=lambda host: True)
"""What needs the site and the tree to be judged by, the publisher judges when it opens."""
DEFAULTS = {
    "REPO": "mirror", "AUTHOR": "newsmirror <newsmirror@example.invalid>", "HANG_SECONDS": "1800", "LOOK_AGAIN": "1",
}  # fmt: skip
"""For callers that bring no settings file; newsmirror/settings.py says the same."""


@dataclass(frozen=True)
class Config:
    """The operator's choices; see docs/settings.md for each."""

    repo: Path
    branch: str
    public_url: str | None
    author: tuple[str, str]
    site_url: str | None
    page_path: str
    members_only: str
    feeds: str
    """``full``, ``summary`` or ``none``"""
    style: PageStyle
    look_again: bool
    """Whether published articles are looked at again by themselves."""
    pushing: Pushing
    signing: SigningKey | None
    hot_file: Path | None
    """The operator's counts of readers; fit when the settings were read."""
    alarms: AlarmRules | None
    browser: str
    """``never``, ``lists`` or ``always``."""
    route: Route
    dry_run: bool
    hang_seconds: float
    """How long after ``CLOSESPIDER_TIMEOUT`` a run may still need before it counts as hanging."""

    @property
    def front_host(self) -> str | None:
        """Host of the front, None where the site itself is asked."""
        return urlsplit(self.site_url).hostname if self.site_url else None

    def conflict_with(self, environment: Mapping[str, str]) -> str | None:
        """A sentence where the environment asks for a proxy and the settings do not say whether to use it."""
        front_is_here = bool(self.front_host and is_loopback(self.front_host))
        return find_conflict(self.route, environment, front_is_here=front_is_here)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Config":
        """Read the settings that begin with ``NEWSMIRROR_``.

        Raises ConfigError with every problem, one sentence each that says what to do.
        """
        return _Reader(settings).config()


class _Reader:
    """Reads setting by setting and collects the problems."""

    def __init__(self, settings: Mapping[str, Any]):
        self.settings = settings
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        value = self.settings.get(PREFIX + name)
        if isinstance(value, list | tuple):
            value = ",".join(map(str, value))
        return DEFAULTS.get(name, "") if value is None else str(value).strip()

    def refuse(self, name: str, what: str) -> None:
        self.problems.append(f"{PREFIX}{name} {what}")

    def config(self) -> Config:
        repo = Path(self.text("REPO") or self.missing_repo()).absolute()
        pushing = read_pushing(self.text, self.refuse, repo)
        config = Config(
            repo=repo,
            branch=self.branch(),
            public_url=self.address("PUBLIC_URL"),
            author=self.author(),
            site_url=self.address("SITE_URL"),
            page_path=self.page_path(),
            members_only=self.choice("MEMBERS_ONLY", ("teaser", "full"), "teaser"),
            feeds=self.choice("FEEDS", ("full", "summary", "none"), "full"),
            style=PageStyle(self.blocks(), self.counter(), self.images(), self.script(), self.tags()),
            look_again=self.flag("LOOK_AGAIN"),
            pushing=pushing,
            signing=read_signing(self.text, self.refuse, pushing.login.key),
            hot_file=self.hot_file(),
            alarms=self.alarms(),
            browser=self.browser(),
            route=read_route(self.text, self.refuse),
            dry_run=self.flag("DRY_RUN"),
            hang_seconds=self.hang_seconds(),
        )
        if self.problems:
            raise ConfigError(self.problems)
        return config

    def missing_repo(self) -> str:
        self.refuse("REPO", "is empty; name the folder of the working copy")
        return "mirror"

    def choice(self, name: str, known: tuple[str, ...], default: str) -> str:
        value = self.text(name).lower() or default
        if value not in known:
            self.refuse(name, f"is '{value}'; use {' or '.join(known)}")
        return value

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in ("", "0", "1", "false", "true"):
            self.refuse(name, f"is '{value}'; use 1 or 0")
        return value in ("1", "true")

    def hang_seconds(self) -> float:
        value = self.text("HANG_SECONDS")
        if not re.fullmatch(r"[0-9]{1,6}", value) or not int(value):
            self.refuse("HANG_SECONDS", f"is '{value}'; use a number of seconds from 1 to 999999")
            return 1.0
        return float(value)

    def branch(self) -> str:
        value = self.text("BRANCH") or "main"
        if not BRANCH.match(value):
            self.refuse("BRANCH", f"is '{value}'; use letters, digits, '.', '_', '-' and '/'")
        return value

    def author(self) -> tuple[str, str]:
        match = AUTHOR.match(self.text("AUTHOR"))
        if not match:
            self.refuse("AUTHOR", "must look like 'name <mail@example.invalid>'")
            return ("", "")
        return match["name"], match["mail"]

    def address(self, name: str) -> str | None:
        """An https address (http on loopback) without user, query and fragment, no slash at its end."""
        value = self.text(name)
        if not value:
            return None
        try:
            parts = urlsplit(value)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if not host or port == 0 or parts.scheme not in ("https", "http") or re.search(r"[\s\x00-\x1f<>]", value):
            self.refuse(name, "must be an address like https://host/path")
        elif parts.scheme == "http" and host not in LOOPBACK:
            self.refuse(name, "must begin with https://; plain http is allowed on loopback only")
        elif parts.username or parts.password or parts.query or parts.fragment:
            self.refuse(name, "must hold no user, password, '?' or '#'")
        return value.rstrip("/")

    def tags(self) -> tuple[str, ...] | None:
        value = self.settings.get(PREFIX + "TAGS")
        if value is None:
            return None
        names = value.split(",") if isinstance(value, str) else [str(name) for name in value]
        return tuple(dict.fromkeys(filter(None, (name.strip() for name in names))))

    def page_path(self) -> str:
        value = self.text("PAGE_PATH") or "pages/{year}/{month}/{day}/{id}.md"
        try:
            fields = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
        except ValueError:
            fields = {""}
        plain = re.sub(r"\{\w+\}", "x", value)
        safe = re.fullmatch(r"pages/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\.md", plain)
        if "id" not in fields or not fields <= PATTERN_FIELDS or not safe:
            names = ", ".join(f"{{{name}}}" for name in sorted(PATTERN_FIELDS))
            self.refuse("PAGE_PATH", f"must begin with pages/, end with .md and hold {{id}}; known are {names}")
        return value

    def images(self) -> str:
        value = self.choice("IMAGES", ("mirror", "embed", "none"), "mirror")
        if value == "mirror" and find_spec("PIL") is None:
            self.refuse("IMAGES", "is 'mirror', but Pillow is missing; run pip install pillow, or use embed or none")
        return value

    def blocks(self) -> Blocks:
        value = self.text("BLOCKS")
        if not value:
            return Blocks()
        folder = Path(value)
        if not folder.is_dir():
            self.refuse("BLOCKS", f"is '{value}', which is no folder; make it or leave the setting out")
            return Blocks()
        return Blocks(**{name: self.block(folder / f"{name}.md") for name in ("header", "middle", "footer", "links")})

    def block(self, file: Path) -> str:
        try:
            text = file.read_text(encoding="utf-8") if file.exists() else ""
        except (OSError, UnicodeDecodeError):
            self.refuse("BLOCKS", f"holds {file.name}, which cannot be read as UTF-8 text")
            return ""
        if len(text) > BLOCK_LIMIT:
            self.refuse("BLOCKS", f"holds {file.name}, which has over {BLOCK_LIMIT} characters; shorten it")
            return ""
        block = text.replace("\r\n", "\n").strip()
        for fault in block_faults(block, "block.md", ANY_TREE):
            self.refuse("BLOCKS", f"holds {file.name}, which {fault}; correct the block")
        return block

    def script(self) -> Script:
        known = tuple(script.value for script in Script)
        value = self.choice("SCRIPT", known, Script.SOURCE.value)
        if value not in known or value == Script.SOURCE.value:
            return Script.SOURCE
        if not can_convert():
            self.refuse("SCRIPT", "needs the package opencc; install it with pip or leave the setting out")
        return Script(value)

    def counter(self) -> str | None:
        value = self.text("COUNTER_URL")
        if not value:
            return None
        try:
            parts = urlsplit(value)
            fit = bool(parts.hostname) and parts.port != 0 and not set("@{") & set(parts.netloc) and "#" not in value
        except ValueError:
            fit = False
        if not fit or not COUNTER.fullmatch(value):
            self.refuse(
                "COUNTER_URL",
                "must be an https:// address without user, '#', spaces and parentheses; {path} is the page",
            )
        return value

    def hot_file(self) -> Path | None:
        value = self.text("HOT_FILE")
        if not value:
            return None
        file = Path(value).absolute()
        try:
            if not file.is_file():
                self.refuse("HOT_FILE", f"is '{value}', which is no file; make it or leave the setting out")
                return None
            with file.open("rb") as opened:
                read_counts(opened.read(MAX_BYTES + 1))
        except OSError:
            self.refuse("HOT_FILE", "cannot be read; correct its rights")
        except ValueError as error:
            self.refuse("HOT_FILE", str(error))
        return file

    def alarms(self) -> AlarmRules | None:
        value = self.text("ALARMS")
        try:
            return read_rules(Path(value)) if value else None
        except ConfigError as error:
            self.problems += error.problems
            return None

    def browser(self) -> str:
        value = self.choice("BROWSER", ("never", "lists", "always"), "never")
        if value != "never" and (missing := missing_parts()):
            self.refuse("BROWSER", missing)
        return value
