"""The record of runs on a real disk."""

from pathlib import Path

from newsmirror import runs
from newsmirror.runs import RunRecord

RUN = {"outcome": "published", "finished": "2026-11-24T08:00:00Z", "sentence": "x" * 400}


def test_runs_are_read_in_the_order_they_ended(tmp_path: Path) -> None:
    record = RunRecord(tmp_path)

    assert record.add(RUN | {"new": 1}) is None
    assert record.add(RUN | {"new": 2, "sentence": "山城"}) is None

    assert [run["new"] for run in record.read()] == [1, 2]
    assert record.read()[1]["sentence"] == "山城"


def test_record_stays_bounded(tmp_path: Path) -> None:
    record = RunRecord(tmp_path)
    line = b'{"outcome": "published", "finished": "2026-11-24T08:00:00Z", "sentence": "' + b"x" * 400 + b'"}\n'
    (tmp_path / "runs.jsonl").write_bytes(line * (runs.KEPT + runs.SLACK))

    record.add(RUN | {"new": 7})

    assert len(record.read()) == runs.KEPT
    assert record.read()[-1]["new"] == 7
    assert not list(tmp_path.glob("*.new"))


def test_broken_lines_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "runs.jsonl").write_bytes(b'{"outcome": "publ\n[1]\n\xff\n{"outcome": 3, "finished": "x"}\n')
    record = RunRecord(tmp_path)

    record.add(RUN)

    assert record.read() == [RUN]


def test_no_record_is_an_empty_one(tmp_path: Path) -> None:
    assert RunRecord(tmp_path / "nowhere").read() == []
    assert RunRecord(tmp_path / "nowhere").add(RUN) == "No such file or directory"
