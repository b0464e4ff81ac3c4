"""Switches the browser on where `NEWSMIRROR_BROWSER` asks for it; nothing of it is imported or set elsewhere."""

import logging
import os
from typing import Any

from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

from newsmirror.chromium import find_chromium, missing_parts

logger = logging.getLogger(__name__)

SECONDS = 60
"""How long a page may take, the pauses between its scripts' requests included."""
SWITCHES = [
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
"""No name server, and a proxy that nobody runs: the browser has no network (see `newsmirror.middlewares.browser`)."""
CONTEXT = {
    "ignore_https_errors": False, "service_workers": "block", "accept_downloads": False, "locale": "zh-CN",
    "timezone_id": "UTC",
}  # fmt: skip


class BrowserAddon:
    """Scrapy's add-on that gives scrapy-playwright its settings and puts our middleware into its place."""

    def update_settings(self, settings: BaseSettings) -> None:
        mode = str(settings.get("NEWSMIRROR_BROWSER") or "never").strip().lower()
        if mode not in ("lists", "always") or missing_parts():  # what is wrong, `Config` says
            raise NotConfigured
        for name, value in playwright_settings(settings).items():
            settings.set(name, value, priority="addon")
        settings["DOWNLOADER_MIDDLEWARES"].set("newsmirror.middlewares.browser.Browser", 580, priority="addon")


def playwright_settings(settings: BaseSettings) -> dict[str, Any]:
    """One page at a time, the sandbox where Chromium can have it, no downloads, an end to every wait."""
    sandbox = os.geteuid() != 0
    if not sandbox:
        logger.warning("Chromium runs without its sandbox, because this is root; run newsmirror as a user of its own")
    return {
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": find_chromium(), "headless": True, "chromium_sandbox": sandbox, "args": SWITCHES,
        },
        "PLAYWRIGHT_CONTEXTS": {"default": CONTEXT | {"user_agent": settings["USER_AGENT"]}},
        "PLAYWRIGHT_MAX_CONTEXTS": 1,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": SECONDS * 1000,
    }  # fmt: skip
