import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsmirror import quarantine
from newsmirror.quarantine import Entry, Kept, Quarantine, key_of
from tests.samples import URL

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
PAGE = Kept("<html><title>题</title></html>".encode(), "text/html; charset=gbk", 200)


def entry(address: str = URL, **changes: object) -> Entry:
    plain = Entry(
        key_of(address), address, "article", "blocked", "a page of another site", NOW, "text/html; charset=gbk"
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Quarantine:
    return Quarantine(tmp_path / "quarantine")


def test_page_is_kept_as_it_came(store: Quarantine) -> None:
    store.keep(entry(), PAGE)

    kept = store.entries()[0]

    assert kept == entry(size=len(PAGE.body), status=200)
    assert store.page(kept) == PAGE.body
    assert store.find(URL) == store.find(kept.key) == kept


def test_only_the_owner_can_read_it(store: Quarantine, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store.keep(entry(), PAGE)
    finally:
        os.umask(old)

    modes = {path.name: path.stat().st_mode & 0o777 for path in [tmp_path / "quarantine", *tmp_path.rglob("*.*")]}
    assert modes.pop("quarantine") == 0o700
    assert set(modes.values()) == {0o600}


def test_second_answer_replaces_the_first(store: Quarantine) -> None:
    store.keep(entry(), PAGE)
    store.keep(entry(reason="cut", seen=NOW + timedelta(hours=1)), None)

    assert [(one.reason, one.size) for one in store.entries()] == [("cut", 0)]
    assert store.page(store.entries()[0]) is None


def test_newest_comes_first(store: Quarantine) -> None:
    for number in range(3):
        store.keep(entry(f"{URL}?{number}", seen=NOW + timedelta(minutes=number)), None)
    assert [one.address[-1] for one in store.entries()] == ["2", "1", "0"]


def test_decision_keeps_the_page(store: Quarantine) -> None:
    store.keep(entry(), PAGE)
    store.keep(entry(URL + "?1"), None)
    store.keep(entry(URL + "?2"), None)
    store.decide(entry(), "release")
    store.decide(entry(URL + "?1"), "retry")

    assert store.decisions() == {URL: "release", URL + "?1": "retry"}
    assert store.page(entry()) == PAGE.body


def test_new_answer_ends_a_decision(store: Quarantine) -> None:
    store.keep(entry(decision="retry"), PAGE)
    store.keep(entry(reason="cut"), PAGE)
    assert store.decisions() == {}


def test_forget(store: Quarantine, tmp_path: Path) -> None:
    store.keep(entry(), PAGE)
    store.forget([URL, "https://www.secretchina.com/other"])
    assert (store.entries(), list((tmp_path / "quarantine").iterdir())) == ([], [])


def test_empty_quarantine(store: Quarantine, tmp_path: Path) -> None:
    assert (store.entries(), store.find(URL), store.size(), store.prune(NOW)) == ([], None, (0, 0), 0)
    assert not (tmp_path / "quarantine").exists()


def test_old_entries_go(store: Quarantine) -> None:
    store.keep(entry(seen=NOW - timedelta(days=61)), PAGE)
    store.keep(entry(URL + "?1", seen=NOW - timedelta(days=59)), PAGE)
    assert store.prune(NOW) == 1
    assert [one.address for one in store.entries()] == [URL + "?1"]


def test_number_is_bounded_and_what_was_decided_goes_last(store: Quarantine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MAX_ENTRIES", 3)
    store.keep(entry(decision="release"), PAGE)
    for number in range(5):
        store.keep(entry(f"{URL}?{number}", seen=NOW + timedelta(minutes=number)), None)

    assert store.prune(NOW) == 3
    assert [one.address.removeprefix(URL) for one in store.entries()] == ["?4", "?3", ""]


def test_size_is_bounded(store: Quarantine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MAX_BYTES", 250_000)
    for number in range(4):
        store.keep(entry(f"{URL}?{number}", seen=NOW + timedelta(minutes=number)), Kept(os.urandom(100_000)))

    store.prune(NOW)

    assert [one.address[-1] for one in store.entries()] == ["3", "2"]
    assert store.size()[1] < 250_000


def test_one_page_is_cut_at_its_bound(store: Quarantine) -> None:
    store.keep(entry(), Kept(b"x" * (quarantine.MAX_PAGE + 5)))
    assert store.entries()[0].size == quarantine.MAX_PAGE


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"seen":"x"}', b'{"seen":"2026-01-01T00:00:00+00:00","key":"a"}']
)
def test_damaged_record_is_passed_over_and_cleared_away(content: bytes, store: Quarantine, tmp_path: Path) -> None:
    store.keep(entry(), PAGE)
    (tmp_path / "quarantine" / f"{key_of('other')}.json").write_bytes(content)

    assert [one.address for one in store.entries()] == [URL]
    store.prune(NOW)
    assert store.size()[0] == 1


def test_damaged_page_is_none(store: Quarantine, tmp_path: Path) -> None:
    store.keep(entry(), PAGE)
    (tmp_path / "quarantine" / f"{key_of(URL)}.html.gz").write_bytes(b"\x1f\x8b\x08\x00garbage")
    assert store.page(store.entries()[0]) is None


def test_hostile_words_stay_data(store: Quarantine, tmp_path: Path) -> None:
    store.keep(entry(words="\x1b[31m\n\u202e\ud800"), None)

    assert store.entries()[0].words == "\x1b[31m\n\u202e\ud800"
    assert (tmp_path / "quarantine" / f"{key_of(URL)}.json").read_bytes().isascii()
