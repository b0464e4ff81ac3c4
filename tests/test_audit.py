"""What pip-audit's reports mean; the look-up itself is ``make audit``."""

import pytest

from tests import audit

GOOD = {"name": "scrapy", "version": "2.19.0", "vulns": []}
BAD = {
    "name": "jinja2", "version": "2.10",
    "vulns": [{"id": "PYSEC-2019-217", "aliases": ["CVE-2019-10906"], "fix_versions": ["2.10.1"]}],
}  # fmt: skip
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI and could not be audited: ours (1)"}
CONTROL = {"dependencies": [BAD]}


def test_no_data_is_said_and_does_not_fail() -> None:
    for control in (None, {"dependencies": [UNKNOWN]}, {"dependencies": [GOOD]}):
        words, code = audit.judge(control, None)
        assert (code, words.count("\n")) == (0, 0)
        assert "were not looked up" in words
    assert audit.judge(CONTROL, None) == ("audit: PyPI stopped answering; dependencies were not looked up", 0)


def test_a_finding_fails() -> None:
    words, code = audit.judge(CONTROL, {"dependencies": [GOOD, BAD, UNKNOWN]})

    assert code == 1
    assert words.splitlines() == [
        "audit: jinja2 2.10: PYSEC-2019-217, fixed in 2.10.1", "audit: nothing is known of ours",
    ]  # fmt: skip


def test_no_finding_passes() -> None:
    assert audit.judge(CONTROL, {"dependencies": [GOOD]}) == (
        "audit: no known advisory applies to what is pinned", 0,
    )  # fmt: skip


def test_what_is_accepted_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ACCEPTED", {"CVE-2019-10906": "not reached"})

    assert audit.find({"dependencies": [BAD]}) == ([], [])


def test_control_is_not_accepted() -> None:
    assert not {"CVE-2019-10906", "PYSEC-2019-217"} & audit.ACCEPTED.keys()
