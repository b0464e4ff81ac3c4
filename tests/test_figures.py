import json
from pathlib import Path

from benchmarks.figures import Target, figure, high_end, table, write_results


def test_figure_is_the_median_with_its_spread_and_reference() -> None:
    made = figure("crawl", "rate", [3.0, 1.0, 2.0], "a/s", reference="bare", against=[8.0, 6.0, 7.0])

    assert (made.figure, made.low, made.high, made.runs) == (2.0, 1.0, 3.0, 3)
    assert (made.reference, made.reference_figure) == ("bare", 7.0)
    assert made.met is None


def test_target_is_met_from_its_limit_on() -> None:
    most, least = Target(5), Target(60, at_least=True)

    assert [figure("x", "x", [value], "ms", target=most).met for value in (5.0, 5.1)] == [True, False]
    assert [figure("x", "x", [value], "%", target=least).met for value in (60.0, 59.9)] == [True, False]
    assert most.words("ms") == "at most 5 ms"


def test_table_has_a_line_for_each_figure_and_says_what_is_missed() -> None:
    lines = table([figure("size", "page", [1234.5], "bytes", target=Target(1000))]).splitlines()

    assert lines[0].split() == ["row", "what", "figure", "spread", "reference", "target"]
    assert lines[1].split("  ")[-1] == "MISSED"
    assert "1,234 bytes" in lines[1]


def test_high_end_is_above_nearly_all() -> None:
    assert 94 <= high_end([float(number) for number in range(100)]) <= 96
    assert high_end([7.0]) == 7.0


def test_results_hold_machine_and_figures(tmp_path: Path) -> None:
    file = tmp_path / "results.json"

    write_results(file, {"cores": 2}, [figure("size", "page", [1.23456], "bytes")])

    held = json.loads(file.read_text(encoding="utf-8"))
    assert held["machine"] == {"cores": 2}
    assert held["figures"][0]["figure"] == 1.235
    assert held["figures"][0]["met"] is None
