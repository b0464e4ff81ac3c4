"""Serve the sample site until interrupted: ``python -m sample_site --port 8000``."""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from threading import Event

from sample_site.later import later
from sample_site.server import SampleServer
from sample_site.site import SampleSite


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the server in the foreground; port 0 picks a free port."""
    parser = argparse.ArgumentParser(prog="python -m sample_site", description="Serve the sample site.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--today", type=date.fromisoformat, default=date(2026, 11, 20), help="hide what was published later"
    )
    parser.add_argument(
        "--later", action="store_true", help="one article corrected, one deleted, one rewritten, one in other markup"
    )
    options = parser.parse_args(arguments)
    site = SampleSite(options.today, later() if options.later else None)
    with suppress(KeyboardInterrupt), SampleServer(site, port=options.port, host=options.host) as server:
        print(f"{server.url}/ serves {len(site.articles)} articles, {len(site.tags)} tags", flush=True)
        Event().wait()


if __name__ == "__main__":
    main()
