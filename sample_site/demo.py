"""`make demo`: serve the sample site, run the crawl on it, say where to look."""

import argparse
import subprocess
import sys
from pathlib import Path

from sample_site.server import SampleServer
from sample_site.site import SampleSite

PUBLIC_URL = "https://mirror.example/blob/main"
TAGS = "教育,天气,乡村,美食,历史"


def crawl(server: SampleServer, folder: Path) -> int:
    """Run `scrapy crawl secretchina` against the server and return its exit code."""
    settings = {
        "NEWSMIRROR_SITE_URL": server.url,
        "NEWSMIRROR_REPO": str(folder),
        "NEWSMIRROR_PUBLIC_URL": PUBLIC_URL,
        "NEWSMIRROR_TAGS": TAGS,
        "DOWNLOAD_DELAY": "0",  # the delay is for the real site
    }
    options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    return subprocess.run([sys.executable, "-m", "scrapy", "crawl", "secretchina", *options], check=False).returncode


def main() -> int:
    """Parse the command line; returns the crawl's exit code."""
    parser = argparse.ArgumentParser(description="Run the crawl on the bundled sample site.")
    parser.add_argument("--folder", type=Path, default=Path("demo"))
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with SampleServer(SampleSite(), port=options.port) as server:
        print(f"The sample site is served at {server.url}/ while the crawl runs.", flush=True)
        code = crawl(server, options.folder)
    if code == 0:
        pages = sorted(options.folder.glob("pages/*/*/*/*.md"))
        print(f"\nThe mirror is in {options.folder}/. Look at:")
        print(f"  {options.folder}/README.md          the front page")
        print(f"  {pages[-1]}   an article, its QR code beside it")
        print(f"  git -C {options.folder} log --stat     what was committed")
    return code


if __name__ == "__main__":
    sys.exit(main())
