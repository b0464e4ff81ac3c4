"""The rows of the benchmark: a module each, with a function ``measure(bench)`` that yields its figures."""

from importlib import import_module

from benchmarks.figures import Figure
from benchmarks.rig import Bench

ROWS = {
    "start-up": "start",
    "nothing new": "quiet",
    "crawl": "crawl",
    "stages": "stages",
    "reactor": "reactor",
    "memory": "memory",
    "size": "size",
    "pictures": "pictures",
    "scale": "scale",
}
"""The module of each row, in the order in which they are measured."""


def measure(row: str, bench: Bench) -> list[Figure]:
    """The figures of one row."""
    return list(import_module(f"benchmarks.rows.{ROWS[row]}").measure(bench))
