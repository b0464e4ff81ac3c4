"""Whether this machine has a browser that scrapy-playwright can drive; nothing of either is imported."""

import os
from importlib.util import find_spec
from pathlib import Path
from shutil import which

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    """Debian's Chromium or another installed one; None where only Playwright's own can be."""
    return next(filter(None, map(which, NAMES)), None)


def missing_parts() -> str | None:
    """What the browser lacks on this machine, as the end of a sentence; None where all is there."""
    if find_spec("scrapy_playwright") is None:
        return "needs the package scrapy-playwright; run pip install scrapy-playwright, or use never"
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    if find_chromium() is None and not own.is_dir():
        return "needs a browser; run apt install chromium, or use never"
    return None
