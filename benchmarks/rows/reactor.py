"""How long a run does nothing else: while it is busy, no answer is taken and no signal is heeded."""

import json
import re
from collections.abc import Iterator

from benchmarks.figures import Figure, Target, figure
from benchmarks.rig import Bench, Cost, crawl, crawl_bare, usual_site
from newsmirror import settings

ROW = "reactor"
LONGEST = Target(50)
EXTENSIONS = json.dumps(settings.EXTENSIONS | {"benchmarks.waiting.Waiting": 1})


def measure(bench: Bench) -> Iterator[Figure]:
    """Runs that publish everything, with an extension that looks at the clock, and the bare spider with it."""
    runs: list[Cost] = []
    bare: list[Cost] = []
    words = ("-s", f"EXTENSIONS={EXTENSIONS}")
    with usual_site(bench) as site:
        for number in range(bench.runs):
            before = len(site.requests())
            runs.append(crawl(bench, site, bench.folder / f"waited-{number}", *words))
            bare.append(crawl_bare(bench, [site.url + target for _, target in site.requests(before)], *words))
    for phase, target in (("crawling", LONGEST), ("publishing", None)):
        late, busy = zip(*(_longest(run, phase) for run in runs), strict=True)
        their_late, their_busy = zip(*(_longest(run, phase) for run in bare), strict=True)
        yield figure(
            ROW, f"longest time not to be spoken to, {phase}", busy, "ms",
            reference="bare spider", against=their_busy, target=target,
        )  # fmt: skip
        yield figure(
            ROW, f"the same by the clock, other programs included, {phase}", late, "ms",
            reference="bare spider", against=their_late,
        )  # fmt: skip


def _longest(run: Cost, phase: str) -> tuple[float, float]:
    """Milliseconds by the clock, and of the run's own processor time."""
    found = re.search(rf"longest wait {phase}: ([\d.]+) ms, ([\d.]+) busy", run.said)
    if not found:
        raise SystemExit(f"the run does not say how long it was busy:\n{run.said}")
    return float(found[1]), float(found[2])
