import pytest

from newsmirror.outcome import Outcome, Report, judge


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        (Report(), None),
        (Report({"read": 3}, {"scraped": 9}), None),
        (Report(failed=True, lists={"identity": 1}), Outcome.FAILED),
        (Report({"read": 3, "identity": 1}), Outcome.IDENTITY),
        (Report({"read": 1, "empty": 1}), Outcome.SUSPICIOUS),
        (Report({"read": 2, "empty": 1}), None),
        (Report({"empty": 1, "unreachable": 9}), Outcome.SUSPICIOUS),
        (Report({"unreachable": 3}), Outcome.UNREACHABLE),
        (Report({"http": 3}), Outcome.UNREACHABLE),
        (Report({"refused": 3}), Outcome.UNREACHABLE),
        (Report({"limited": 3}), Outcome.LIMITED),
        (Report({"limited": 2, "unreachable": 1}), Outcome.LIMITED),
        (Report({"limited": 1, "unreachable": 2}), Outcome.UNREACHABLE),
        (Report({"read": 1, "unreachable": 30}), None),
        (Report({"read": 1}, {"scraped": 8, "layout": 2}), Outcome.LAYOUT_CHANGED),
        (Report({"read": 1}, {"scraped": 8, "layout": 1, "too_short": 1}), Outcome.LAYOUT_CHANGED),
        (Report({"read": 1}, {"scraped": 8, "too_short": 2}), Outcome.SUSPICIOUS),
        (Report({"read": 1}, {"scraped": 9, "layout": 1}), None),
        (Report({"read": 1}, {"scraped": 9, "identity": 1}), Outcome.IDENTITY),
        (Report({"read": 1}, {"http": 3}), Outcome.UNREACHABLE),
        (Report({"read": 1}, {"unreachable": 3}), Outcome.UNREACHABLE),
        (Report({"read": 1}, {"limited": 1}), Outcome.LIMITED),
        (Report({"read": 1}, {"scraped": 0, "http": 0}), None),
        (Report({"read": 1}, {"scraped": 1, "http": 30}), None),
        (Report({"read": 1}, {"scraped": 1}, interrupted=True), Outcome.INTERRUPTED),
        (Report({"unreachable": 1}, interrupted=True), Outcome.UNREACHABLE),
    ],
)
def test_judge(report: Report, outcome: Outcome | None) -> None:
    assert judge(report) is outcome


def test_quarantined_counts_what_came_and_was_not_taken() -> None:
    articles = {"scraped": 5, "http": 1, "layout": 2, "too_short": 3, "unreachable": 4}
    assert Report({}, articles).quarantined == 5


def test_named() -> None:
    assert Outcome.named("layout_changed") is Outcome.LAYOUT_CHANGED


def test_named_refuses_an_unknown_name() -> None:
    with pytest.raises(StopIteration):
        Outcome.named("fine")


def test_exit_codes_are_a_contract() -> None:
    assert {outcome.label: outcome.exit_code for outcome in Outcome} == {
        "published": 0, "nothing_new": 0, "failed": 1, "refused": 2, "busy": 10, "unreachable": 11, "identity": 12,
        "suspicious": 13, "layout_changed": 14, "limited": 15, "no_space": 20, "commit_failed": 23,
        "partly_pushed": 30, "not_pushed": 31, "interrupted": 40,
    }  # fmt: skip
