"""Whether a run costs more in a large mirror: `benchmarks.scale`, in two sizes."""

from collections.abc import Callable, Iterator

from benchmarks.figures import Figure, figure
from benchmarks.rig import Bench
from benchmarks.scale import Cost, crawl, hundred_new, lists_of, nothing_new, prepare, push

ROW = "scale"
SMALL, LARGE = 1000, 30_000
VALUES: tuple[tuple[str, str, Callable[[Cost], float]], ...] = (
    ("processor time", "s", lambda cost: cost.cpu),
    ("peak memory", "MB", lambda cost: cost.peak_mb),
    ("files written", "files", lambda cost: float(cost.files)),
)


def measure(bench: Bench) -> Iterator[Figure]:
    """A run with nothing new, one with 100 new articles and its push, in the large mirror beside the small one."""
    small, large = (_costs(bench, size) for size in (SMALL, LARGE))
    for step, costs in large.items():
        for name, unit, value in VALUES:
            yield figure(
                ROW, f"{step} in a mirror of {LARGE:,}: {name}", [value(cost) for cost in costs], unit,
                reference=f"in one of {SMALL:,}", against=[value(cost) for cost in small[step]],
            )  # fmt: skip


def _costs(bench: Bench, size: int) -> dict[str, list[Cost]]:
    """The first run of each kind only warms the disk's cache."""
    mirror = prepare(bench.folder, size)
    costs: dict[str, list[Cost]] = {"nothing new": [], "100 new": [], "push of 100": []}
    for _ in range(bench.runs + 1):
        costs["100 new"].append(hundred_new(mirror))
        costs["push of 100"].append(push(mirror))
    with lists_of(mirror) as address:
        costs["nothing new"] = [crawl(mirror, address)]  # it writes what the source's rankings say
        costs["nothing new"] += [nothing_new(mirror, address) for _ in range(bench.runs)]
    return {step: found[1:] for step, found in costs.items()}
