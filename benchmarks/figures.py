"""What a benchmark says: figures with their spread and what they are held against, as a table and as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

TABLE = ("row", "what", "figure", "spread", "reference", "target")


@dataclass(frozen=True)
class Figure:
    """One measured thing."""

    row: str
    """The part of the benchmark that it belongs to, as ``--only`` names it."""
    what: str
    figure: float
    unit: str
    low: float
    high: float
    runs: int
    """How many measurements *figure* is the median of; *low* and *high* are the smallest and the largest."""
    reference: str = ""
    """What was measured beside it in the same run."""
    reference_figure: float | None = None
    """The same unit."""
    target: str = ""
    met: bool | None = None
    """None where there is no target."""

    def line(self) -> tuple[str, ...]:
        """The cells of its line in the table."""
        held = "" if self.reference_figure is None else f" {_short(self.reference_figure)}"
        verdict = "" if self.met is None else ("  met" if self.met else "  MISSED")
        return (
            self.row,
            self.what,
            f"{_short(self.figure)} {self.unit}",
            f"{_short(self.low)} to {_short(self.high)} ({self.runs})",
            self.reference + held,
            self.target + verdict,
        )


@dataclass(frozen=True)
class Target:
    """A bound that a figure has to keep."""

    limit: float
    at_least: bool = False

    def words(self, unit: str) -> str:
        return f"{'at least' if self.at_least else 'at most'} {_short(self.limit)} {unit}"

    def is_met(self, figure: float) -> bool:
        return figure >= self.limit if self.at_least else figure <= self.limit


def figure(
    row: str,
    what: str,
    values: Sequence[float],
    unit: str,
    *,
    reference: str = "",
    against: Sequence[float] = (),
    target: Target | None = None,
) -> Figure:
    """The median of *values* with their spread, beside the median of what it is held *against*."""
    middle = median(values)
    return Figure(
        row, what, middle, unit, min(values), max(values), len(values),
        reference=reference, reference_figure=median(against) if against else None,
        target=target.words(unit) if target else "", met=target.is_met(middle) if target else None,
    )  # fmt: skip


def high_end(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def table(figures: Iterable[Figure]) -> str:
    """All figures, one a line, in columns."""
    lines = [TABLE, *(figure.line() for figure in figures)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(TABLE))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def write_results(file: Path, machine: dict[str, object], figures: Iterable[Figure]) -> None:
    """The figures as JSON, with what they were measured on."""
    rows = [{key: _rounded(value) for key, value in asdict(figure).items()} for figure in figures]
    content = json.dumps({"machine": machine, "figures": rows}, ensure_ascii=False, indent=1)
    file.write_text(content + "\n", encoding="utf-8")


def _rounded(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _short(value: float) -> str:
    """Three digits that tell, no exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.4f}"
