"""Peak memory of whole runs against hostile articles: ``python -m benchmarks.hostile [name …]``.

Each run is a process of its own against the sample site on loopback, in which one article is hostile.
"""

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

from sample_site import Answer, SampleServer, SampleSite
from tests.hostile.conftest import _high_water, environment_with
from tests.hostile.inputs import ARTICLES, PATH, URL


def measure(name: str) -> tuple[int, int, str]:
    """Peak MB, exit code and the line that says what became of the article."""
    with SampleServer(SampleSite()) as server, tempfile.TemporaryDirectory() as folder:
        server.overrides[PATH] = Answer(200, "text/html; charset=utf-8", ARTICLES[name].make().encode(errors="replace"))
        settings = {
            "NEWSMIRROR_REPO": f"{folder}/mirror", "NEWSMIRROR_SITE_URL": server.url, "NEWSMIRROR_TAGS": "",
            "NEWSMIRROR_IMAGES": "none", "DOWNLOAD_DELAY": "0",
        }  # fmt: skip
        options = [word for key, value in settings.items() for word in ("-s", f"{key}={value}")]
        command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", *options, "-a", f"url={URL}"]
        with (Path(folder) / "log").open("w+", encoding="utf-8") as log:
            process = subprocess.Popen(command, cwd=folder, env=environment_with({}), stderr=log)  # noqa: S603
            peak = 0
            while process.poll() is None:
                peak = max(peak, _high_water(process.pid))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.02)
            log.seek(0)
            lines = [line for line in log if "Not published" in line or "] INFO: published" in line]
    return peak // 1024, process.returncode, lines[0].split("] ", 1)[1].strip() if lines else ""


def main() -> None:
    for name in sys.argv[1:] or ARTICLES:
        peak, code, line = measure(name)
        print(f"{ARTICLES[name].row} {name}: {peak} MB, exit {code}, {line}", flush=True)


if __name__ == "__main__":
    main()
