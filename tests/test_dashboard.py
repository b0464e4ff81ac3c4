"""What the record of runs says, in words and as one page."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from newsmirror.charts import Series, bar_chart, line_chart
from newsmirror.dashboard import judge_health, run_cells, status_lines, status_page
from newsmirror.history import age_words, by_day, bytes_words, last_success

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def run(hours_ago: float, outcome: str = "published", code: int = 0, **more: Any) -> dict[str, Any]:
    finished = f"{NOW - timedelta(hours=hours_ago):%Y-%m-%dT%H:%M:%SZ}"
    return {"outcome": outcome, "exit_code": code, "sentence": f"it was {outcome}", "finished": finished, **more}


def test_mirror_is_well_while_its_last_success_is_young() -> None:
    runs = [run(5, articles=12), run(1, "unreachable", 11)]

    assert judge_health(runs, now=NOW, max_age=timedelta(hours=6)).healthy
    late = judge_health(runs, now=NOW, max_age=timedelta(hours=4))
    assert not late.healthy
    assert (
        late.headline
        == "The last run ended unreachable 60 minutes ago (it was unreachable); the last success is 5 hours old."
    )


def test_without_an_age_the_last_run_decides() -> None:
    assert judge_health([run(90)], now=NOW, max_age=None).healthy
    assert not judge_health([run(5), run(1, "no_space", 20)], now=NOW, max_age=None).healthy


def test_busy_runs_say_nothing_about_the_mirror() -> None:
    health = judge_health([run(5, articles=12), run(1, "busy", 10)], now=NOW, max_age=None)

    assert health.healthy
    assert health.headline == "The last run ended published 5 hours ago; 12 articles."


def test_mirror_that_never_ran_is_not_well() -> None:
    assert judge_health([], now=NOW, max_age=None).headline == "No run is on record yet."
    assert not judge_health([run(1, "refused", 2)], now=NOW, max_age=timedelta(days=9)).healthy


def test_runs_are_printed_newest_first_in_columns() -> None:
    runs = [
        run(2, new=3, updated=1, quarantined=2, article_results={"scraped": 4, "layout": 1, "too_short": 1, "http": 9}),
        run(1, "partly_pushed", 30, seconds=83.4, packed_bytes=56_200_000,
            remotes={"github": {"result": "pushed"}, "codeberg": {"result": "timeout"}}),
    ]  # fmt: skip

    lines = status_lines(runs, judge_health(runs, now=NOW, max_age=None), count=5)

    assert lines[2].split() == [
        "finished",
        "(UTC)",
        "ended",
        "new",
        "updated",
        "quarantined",
        "pushed",
        "seconds",
        "packed",
    ]
    assert lines[3].split("  ")[0] == "2026-11-24 11:00"
    assert "github, codeberg: timeout  83       56.2 MB" in lines[3]
    assert "2 (layout 1, too_short 1)" in lines[4]


def test_run_of_an_older_version_is_shown_as_far_as_it_goes() -> None:
    assert run_cells({"outcome": "published", "finished": "bad"})[:3] == ("1970-01-01 00:00", "published", "0")
    assert last_success([{"outcome": "published", "finished": "bad"}]) is None


def test_days_without_a_run_stand_in_the_row() -> None:
    runs = [run(49, new_by_category={"p1": 2}, seconds=10, packed_bytes=5), run(1, new=4), run(0.5, "busy", 10)]

    days = by_day(runs, today=date(2026, 11, 24), days=3)

    assert [dict(day.new) for day in days] == [{"p1": 2}, {}, {"": 4}]
    assert [dict(day.ended) for day in days] == [{"published": 1}, {}, {"published": 1}]
    assert [day.seconds for day in days] == [10, None, None]


@pytest.mark.parametrize(
    ("minutes", "words"), [(1, "1 minute"), (119, "119 minutes"), (300, "5 hours"), (4320, "3 days")]
)
def test_age_in_words(minutes: int, words: str) -> None:
    assert age_words(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("size", "words"), [(None, "unknown"), (7, "7 bytes"), (56_240_000, "56.2 MB"), (8 * 10**9, "8.0 GB")]
)
def test_size_in_words(size: int | None, words: str) -> None:
    assert bytes_words(size) == words


def test_page_loads_nothing_and_escapes_what_it_shows() -> None:
    runs = [run(1, "failed", 1, sentence="<script>alert(1)</script>", new_by_category={"<b>": 1})]

    page = status_page(runs, judge_health(runs, now=NOW, max_age=None), now=NOW, names={"p1": "看大陆"})

    assert "<script" not in page
    assert "<b>" not in page
    assert not re.search(r"(?:src|href|url)\s*[=(]", page)
    assert "default-src 'none'" in page
    assert page.count("<svg") == 5


def test_same_record_gives_the_same_page() -> None:
    runs = [run(h, new=1, new_by_category={f"p{h % 12}": 1}) for h in range(40, 0, -1)]
    health = judge_health(runs, now=NOW, max_age=None)

    assert status_page(runs, health, now=NOW, names={}) == status_page(runs, health, now=NOW, names={})
    assert ">other<" in status_page(runs, health, now=NOW, names={})


def test_bars_are_as_high_as_their_numbers() -> None:
    days = [date(2026, 11, 23), date(2026, 11, 24)]

    drawing = ElementTree.fromstring(bar_chart(days, [Series("甲", [1, 2]), Series("乙", [None, 2])], title="x"))

    heights = [float(bar.get("height", 0)) for bar in drawing.iter("rect")]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert [bar.findtext("title") for bar in drawing.iter("rect")] == [
        "2026-11-23 甲: 1",
        "2026-11-24 甲: 2",
        "2026-11-24 乙: 2",
    ]


def test_line_leaves_out_days_without_a_number() -> None:
    days = [date(2026, 11, day) for day in (22, 23, 24)]

    drawing = ElementTree.fromstring(line_chart(days, [1, None, 0.5], title="x", words=lambda v: f"{v:g} s"))

    assert [dot.findtext("title") for dot in drawing.iter("circle")] == ["2026-11-22: 1 s", "2026-11-24: 0.5 s"]


def test_empty_charts_are_drawn_as_well() -> None:
    assert "<svg" in line_chart([], [], title="x", words=str)
    assert "<rect" not in bar_chart([date(2026, 11, 24)], [], title="x")
