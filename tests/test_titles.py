"""A note like (组图) at a title's end is shown, and nothing else follows from it: no order, no path."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmirror.listpages import render_list
from newsmirror.lists import Entry, Subject, newest_list
from newsmirror.paths import category_stem, page_path, qr_path
from newsmirror.render import PageStyle, render_page
from newsmirror.spiders.secretchina import SITE
from newsmirror.store import Store
from tests.samples import article, row

PATTERN = "pages/{year}/{month}/{day}/{id}.md"
TITLES = ["河边的钟声(图)", "河边的钟声（组图/视频）（上）", "河边的钟声", "(图)", "阿河(录音)"]


@pytest.mark.parametrize("title", TITLES)
def test_title_with_its_note_heads_the_page(title: str) -> None:
    one = article(title=title)
    page = render_page(one, path=page_path(PATTERN, one), address=one.url, site=SITE, style=PageStyle())

    assert page.startswith(f"# {title}\n")


def test_paths_do_not_depend_on_the_title() -> None:
    found = {
        page_path(pattern, article(title=title)) for title in TITLES for pattern in (PATTERN, "p/{category}/{id}.md")
    }

    assert found == {"pages/2021/12/17/990001.md", "p/p1/990001.md"}
    assert qr_path("pages/2021/12/17/990001.md") == "pages/2021/12/17/990001.md.png"


def test_lists_are_in_the_order_of_publication_whatever_the_titles(tmp_path: Path) -> None:
    times = [datetime(2021, 12, 17, hour, tzinfo=UTC) for hour in (3, 1, 5, 2, 4)]
    rows = [
        row(id=990001 + place, title=title, published=time)
        for place, (title, time) in enumerate(zip(TITLES, times, strict=True))
    ]
    store = Store(tmp_path / "state.sqlite")
    store.rebuild(rows, "c" * 40)
    subject = Subject("category", "p1")

    hours = {row.title: row.published.hour for row in rows}
    newest = [hours[found.title] for found in store.newest_entries(subject, 10)]
    month = [hours[found.title] for found in store.month(subject, "2021-12")]
    store.close()

    assert (newest, month) == ([5, 4, 3, 2, 1], [1, 2, 3, 4, 5])


def test_list_shows_titles_with_their_notes_under_a_path_of_the_category() -> None:
    listing = newest_list(Subject("category", "p1"), "看大陆", [Entry.of(row(title="河边的钟声(组图)"))], [])

    assert listing.path == f"{category_stem('p1')}.md" == "indexes/p1.md"
    assert "- 2021-12-17 [河边的钟声(组图)](../pages/2021/12/17/990001.md)\n" in render_list(listing, style=PageStyle())
