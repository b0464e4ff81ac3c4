"""What may be taken over from another publisher, and which version stays."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsmirror.items import Row
from newsmirror.paths import record_path
from newsmirror.record import Record, encode
from newsmirror.spiders.secretchina import SITE
from newsmirror.theirs import GONE, Delta, Entry, choose, find_row_fault, find_strange, read_day
from tests.samples import article, row

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def entry(path: str, mode: str = "100644", size: int = 10) -> Entry:
    return Entry(path, mode, "b" * 40, size)


@pytest.mark.parametrize(
    "path",
    ["README.md", "LINKS.md", "pages/2021/12/17/990001.md", "pages/p9/1.md.png", "images/1f/1f0c.webp",
     "tags/3f/习近平.md",
     "indexes/p9/2021-12.md", "data/2021/12/17.jsonl", "data/2021/12/17/990001.md", "feeds/all.xml", "LICENSE", "CNAME",
     "docs/读我.md", "humans.txt"],
)  # fmt: skip
def test_path_of_a_mirror_is_fit(path: str) -> None:
    assert find_strange([entry(path)]) is None


@pytest.mark.parametrize(
    "path",
    [".github/workflows/x.yml", ".gitattributes", ".gitmodules", "pages/.gitattributes", "a/.hidden/x.md", "Makefile",
     "tool.py", "x.html", "Jenkinsfile", "bitbucket-pipelines.yml", "pages/../x.md", "pages//x.md", "pages/", "",
     "/etc/x.md", "pages/a\nb.md", "pages/a\\b.md", "README.md/x", "pages/\udc80.md", ".md", "pages/\x1b[31m.md"],
)  # fmt: skip
def test_other_path_is_strange(path: str) -> None:
    strange = find_strange([entry("README.md"), entry(path)])

    assert strange
    assert strange.isprintable()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (entry("pages/1.md", GONE, 0), "they delete pages/1.md"),
        (entry("data/2021/12/17.jsonl", GONE, 0), "they delete data/2021/12/17.jsonl"),
        (entry("README.md", GONE, 0), "they delete README.md"),
        (entry("pages/1.md", "120000"), "they make pages/1.md a link, a program or a submodule"),
        (entry("pages/1.md", "160000"), "they make pages/1.md a link, a program or a submodule"),
        (entry("pages/1.md", "100755"), "they make pages/1.md a link, a program or a submodule"),
        (entry("pages/1.md", size=524289), "pages/1.md has over 524288 bytes"),
    ],
)
def test_change_that_no_publisher_makes(changed: Entry, says: str) -> None:
    assert find_strange([changed]) == says


@pytest.mark.parametrize("path", ["indexes/p9/2021-12-2.md", "tags/3f/x.md", "feeds/p1.xml"])
def test_list_may_go(path: str) -> None:
    assert find_strange([entry(path, GONE, 0)]) is None


def known(**changes: object) -> Row:
    return replace(row(digest=article().digest()), **changes)  # type: ignore[arg-type]


def fault(line: Row, record: bytes | None = None) -> str | None:
    return find_row_fault(line, record, site=SITE, now=NOW)


def test_line_with_its_record_is_fit() -> None:
    assert fault(known(), encode(Record(article()))) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"url": "https://www.evil.example/news/gb/2021/12/17/990001.html"}, "it is of another site"),
        ({"url": "http://www.secretchina.com/news/gb/2021/12/17/990001.html"}, "it is of another site"),
        ({"url": "https://www.secretchina.com/news/gb/2021/12/17/990001.html?x"}, "it is of another site"),
        ({"id": 990002}, "it is of another site"),
        ({"path": "README.md"}, "its page stands outside of pages/"),
        ({"path": "pages/../README.md"}, "its page stands outside of pages/"),
        ({"path": "pages/x.png"}, "its page stands outside of pages/"),
        ({"title": ""}, "its title or tags cannot be used"),
        ({"title": "a\nb"}, "its title or tags cannot be used"),
        ({"tags": ("a\nb",)}, "its title or tags cannot be used"),
        ({"tags": (3,)}, "its title or tags cannot be used"),
    ],
)
def test_line_that_cannot_be_used(changes: dict[str, object], says: str) -> None:
    assert fault(known(**changes)) == says


def test_record_of_another_text_is_found() -> None:
    assert fault(known(title="换过的题目"), encode(Record(article()))) == "its record does not fit its line"
    assert fault(known(), b"~~~ newsmirror 1\n") == "its record does not fit its line"


def test_article_from_the_future_is_no_fit_one() -> None:
    later = article(published=datetime(2036, 12, 17, tzinfo=UTC))
    line = known(published=later.published, digest=later.digest())

    assert fault(line, encode(Record(later))) == "it is no fit article (date_in_future)"


DAY = "data/2021/12/17.jsonl"


def test_day_is_read() -> None:
    assert read_day(DAY, f"{known().to_json()}\n".encode()) == [known()]


@pytest.mark.parametrize(
    "content",
    [b"{}\n", b"[]\n", b"3\n", b"\xff\n", b"x\n", b"[" * 300_000,
     known().to_json().replace("2021-12-17T", "2021-12-19T").encode(), (known().to_json() + "\n").encode() * 2],
)  # fmt: skip
def test_day_with_a_strange_line_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^data/2021/12/17\.jsonl has a"):
        read_day(DAY, content)


def numbered(identifier: int, title: str = "题") -> Row:
    url = f"https://www.secretchina.com/news/gb/2021/12/17/{identifier}.html"
    return row(id=identifier, url=url, path=f"pages/2021/12/17/{identifier}.md", title=title)


def delta(hour: int, *rows: Row, before: tuple[Row, ...] = (), **files: str) -> Delta:
    paths = {path.replace("__", "/") + ".md": blob for path, blob in files.items()}
    own = {path: f"{line.title}{hour}" for line in rows for path in (line.path, record_path(line))}
    at = datetime(2026, 11, 24, hour, tzinfo=UTC)
    return Delta(f"{hour:040}", at, own | paths, {line.id: line for line in rows}, {line.id: line for line in before})


def test_new_articles_of_both_stand_beside_each_other() -> None:
    choice = choose(delta(8, numbered(1)), delta(9, numbered(2)))

    assert choice.paths == ("pages/2021/12/17/1.md", "data/2021/12/17/1.md")
    assert choice.rows == (numbered(2),)
    assert set(choice.touched) == {numbered(1), numbered(2)}
    assert (choice.before, choice.new, choice.updated) == ((), 1, 0)


@pytest.mark.parametrize(("hour", "stays"), [(8, "theirs"), (10, "ours")])
def test_later_version_stays(hour: int, stays: str) -> None:
    old, ours, theirs = (numbered(1, title) for title in ("old", "ours", "theirs"))

    choice = choose(delta(hour, ours, before=(old,)), delta(9, theirs, before=(old,)))

    assert [line.title for line in choice.touched] == [stays]
    assert {line.title for line in choice.before} == {"old", "ours", "theirs"} - {stays}
    assert set(choice.paths) >= {ours.path, record_path(ours)} if stays == "ours" else choice.paths == ()
    assert choice.rows == (() if stays == "ours" else (theirs,))
    assert choice.updated == (stays == "ours")


def test_two_publishers_choose_the_same() -> None:
    one, two = delta(9, numbered(1, "a")), replace(delta(9, numbered(1, "b")), commit="f" * 40)

    assert choose(one, two).touched == choose(two, one).touched


def test_page_rendered_anew_gives_way_to_an_update() -> None:
    """We have rebuilt all pages later than they have updated article 1: its text must not go back."""
    update = numbered(1, "new")

    choice = choose(delta(10, pages__2021__12__17__1="r1", pages__2021__12__17__2="r2"), delta(9, update))

    assert choice.paths == ("pages/2021/12/17/2.md",)


def test_update_of_ours_stands_on_their_rebuilt_pages() -> None:
    choice = choose(delta(8, numbered(1, "new")), delta(9, pages__2021__12__17__1="r1", pages__2021__12__17__2="r2"))

    assert choice.paths == ("pages/2021/12/17/1.md", "data/2021/12/17/1.md")


def test_article_that_both_have_alike_is_not_ours_to_count() -> None:
    choice = choose(delta(8, numbered(1)), delta(9, numbered(1)))

    assert (choice.new, choice.updated, choice.paths) == (0, 0, ())


def test_mark_that_leaves_the_line_as_it_is_goes_with_its_page() -> None:
    """We have noted that the source deleted article 1, and they, later, have published article 2."""
    choice = choose(delta(8, pages__2021__12__17__1="gone", data__2021__12__17__1="gone"), delta(9, numbered(2)))

    assert choice.paths == ("pages/2021/12/17/1.md", "data/2021/12/17/1.md")
