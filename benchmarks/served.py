"""A site in a process of its own: ``python -m benchmarks.served sample|made|replica`` prints its address and serves.

Answers leave in one piece each. Nothing but loopback listens; the end of standard input ends it.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import cast

from benchmarks.sites import TODAY, Made, Replica, Responding
from sample_site import Answer, SampleServer, SampleSite


class Noting:
    """A site that writes a line for each request: the time and the target."""

    def __init__(self, site: Responding, log: Path):
        self._site, self._log = site, log.open("a", encoding="utf-8", buffering=1)

    def respond(self, target: str) -> Answer:
        self._log.write(f"{time.time():.3f} {target}\n")
        return self._site.respond(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kind", choices=["sample", "made", "replica"])
    parser.add_argument("--articles", type=int, default=1000, help="of made: how many there are")
    parser.add_argument("--replica", type=Path, help="of replica: the program")
    parser.add_argument("--log", type=Path, required=True)
    options = parser.parse_args()
    site: Responding
    if options.kind == "replica":
        site = Replica(options.replica)
    else:
        site = Made(options.articles) if options.kind == "made" else SampleSite(TODAY)
    with SampleServer(cast(SampleSite, Noting(site, options.log))) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
