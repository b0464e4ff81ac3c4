import base64
import hashlib
import io
import posixpath
import re
import struct
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from lxml import etree, html

from newsmirror.edition import Edition, Item, choose_pictures
from newsmirror.editions import days_of
from newsmirror.epub import make_epub
from newsmirror.exceptions import RefusedError
from newsmirror.items import Article, OutputFile, Page, Picture, Row, Span, StoredPicture
from newsmirror.marks import Marks
from newsmirror.offline import make_offline
from newsmirror.packing import pack
from newsmirror.pictures import picture_file
from newsmirror.script import Script
from newsmirror.spiders.secretchina import SITE
from tests.samples import article, paragraph, webp

PICTURE = picture_file(webp(600, 337))
SRC = "https://img3.secretchina.com/a.jpg"
OPF = "{http://www.idpf.org/2007/opf}"


def item(number: int = 990001, *, days: int = 0, sources: tuple[str, ...] = (), **changes: Any) -> Item:
    pictures = tuple(Picture(src, "钟", (Span("河边的钟"),)) for src in sources)
    found: Article = article(
        id=number,
        url=f"https://www.secretchina.com/news/gb/2021/12/17/{number}.html",
        blocks=(*pictures, paragraph("老人每天早晨到河边听钟声。")),
        tags=("河边",),
        rights="版权所有。",
    )
    found = replace(found, published=found.published + timedelta(days=days), **changes)
    row = Row.of(Page(found, f"pages/2021/12/17/{number}.md", found.url))
    return Item(row, found, tuple(StoredPicture(src, f"images/{src[-5]}.webp") for src in sources))


def with_picture(number: int = 990001) -> Item:
    return replace(item(number, sources=(SRC,)), pictures=(StoredPicture(SRC, PICTURE.path),))


def edition(*items: Item, name: str = "2021-12-17", **changes: Any) -> Edition:
    images = {PICTURE.path: PICTURE.content}
    return replace(Edition(SITE, Script.SOURCE, name, items, images), **changes)


def test_editions_say_what_became_of_an_article() -> None:
    marks = Marks(datetime(2021, 12, 18, 1, tzinfo=UTC), datetime(2021, 12, 20, tzinfo=UTC))
    marked = edition(replace(item(), marks=marks))
    said = "更新于 2021-12-18 09:00 · 原文已删除（2021-12-20 发现）"

    book = opened(make_epub(marked))

    assert any(said in content.decode() for name, content in book.items() if name.endswith(".xhtml"))
    assert said in next(iter(opened(make_offline(marked)).values())).decode()
    assert "2021-12-18T01:00:00Z" in next(content.decode() for name, content in book.items() if name.endswith(".opf"))


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


# Days and weeks


def test_day() -> None:
    assert days_of(day="2026-11-23", week=None) == ("2026-11-23", (date(2026, 11, 23),))


def test_week_is_monday_to_sunday() -> None:
    name, days = days_of(day=None, week="2026-W47")

    assert (name, days[0], days[-1], len(days)) == ("2026-W47", date(2026, 11, 16), date(2026, 11, 22), 7)


def test_week_over_the_turn_of_a_year() -> None:
    assert days_of(day=None, week="2026-W53")[1][-1] == date(2027, 1, 3)


def test_day_gets_its_usual_name() -> None:
    assert days_of(day="20261123", week=None)[0] == "2026-11-23"


@pytest.mark.parametrize("day", ["2026-13-01", "23.11.2026", "today", "2026-11-23 "])
def test_day_that_is_none(day: str) -> None:
    with pytest.raises(RefusedError, match="is no day or week"):
        days_of(day=day, week=None)


@pytest.mark.parametrize("week", ["2026-W54", "2026-W00", "2026-47", "W47", "2026-W7"])
def test_week_that_is_none(week: str) -> None:
    with pytest.raises(RefusedError, match="is no day or week"):
        days_of(day=None, week=week)


@pytest.mark.parametrize(("day", "week"), [(None, None), ("2026-11-23", "2026-W47")])
def test_one_of_both_is_asked_for(day: str | None, week: str | None) -> None:
    with pytest.raises(RefusedError, match="either"):
        days_of(day=day, week=week)


# Pictures


def test_first_pictures_come_before_second_ones() -> None:
    items = (item(1, sources=("https://i/a.jpg", "https://i/b.jpg")), item(2, sources=("https://i/c.jpg",)))
    contents = {f"images/{name}.webp": bytes(10_000) for name in "abc"}

    assert list(choose_pictures(items, contents, 22_000)) == ["images/a.webp", "images/c.webp"]
    assert list(choose_pictures(items, contents, 33_000)) == ["images/a.webp", "images/c.webp", "images/b.webp"]


def test_picture_that_is_too_large_makes_room_for_a_smaller_one() -> None:
    items = (item(1, sources=("https://i/a.jpg",)), item(2, sources=("https://i/b.jpg",)))
    contents = {"images/a.webp": bytes(50_000), "images/b.webp": bytes(5_000)}

    assert list(choose_pictures(items, contents, 10_000)) == ["images/b.webp"]


def test_picture_of_two_articles_counts_once() -> None:
    items = (item(1, sources=("https://i/a.jpg",)), item(2, sources=("https://i/a.jpg",)))

    assert list(choose_pictures(items, {"images/a.webp": bytes(10_000)}, 11_000)) == ["images/a.webp"]


def fake_picture(number: int) -> OutputFile:
    """60 KB that no compression makes smaller, with the head of a WebP file."""
    noise = b"".join(hashlib.sha256(struct.pack("<II", number, part)).digest() for part in range(1915))
    body = b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", 800, 450) + noise[: 61_400 - 30]
    chunk = b"VP8 " + struct.pack("<I", len(body)) + body
    return picture_file(b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk)


def test_a_heavy_day_stays_under_three_megabytes() -> None:
    pictures = [fake_picture(number) for number in range(120)]
    items = []
    for number in range(60):
        sources = tuple(f"https://img3.secretchina.com/{number}-{part}.jpg" for part in (0, 1))
        stored = tuple(StoredPicture(src, pictures[number * 2 + part].path) for part, src in enumerate(sources))
        items.append(replace(item(number + 1, sources=sources), pictures=stored))
    heavy = edition(*items, images={})
    room = 3_000_000 - max(len(make_epub(heavy)), len(make_offline(heavy)))

    chosen = choose_pictures(heavy.items, {file.path: file.content for file in pictures}, room)

    full = replace(heavy, images=chosen)
    assert len(chosen) > 40
    assert 2_800_000 < len(make_epub(full)) < 3_000_000
    assert 2_800_000 < len(make_offline(full)) < 3_000_000


# Order


def test_categories_in_the_order_of_the_site_articles_newest_first() -> None:
    items = (
        item(1, category="p9"), item(2, category=None), item(3, category="p1"), item(4, category="p1", days=1),
        item(5, category="gone"),
    )  # fmt: skip

    found = [(name, [one.row.id for one in members]) for name, members in edition(*items).sections()]

    assert found == [("看大陆", [4, 3]), ("看世界", [1]), ("未分类", [5, 2])]


# Packing


def test_archive_is_the_same_at_any_time_and_keeps_the_order() -> None:
    files = [OutputFile("mimetype", b"x"), OutputFile("b.html", b"y" * 999), OutputFile("a.webp", b"z" * 999)]

    data = pack(files)

    assert data == pack(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == ["mimetype", "b.html", "a.webp"]
    assert [entry.compress_type for entry in entries] == [0, 8, 0]
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr for entry in entries} == {0o100644 << 16}
    assert all(not entry.extra and not entry.comment for entry in entries)


# EPUB


def test_book_begins_with_its_type() -> None:
    assert make_epub(edition(item()))[30:58] == b"mimetypeapplication/epub+zip"


def test_book_lists_every_file_and_reads_in_order() -> None:
    files = opened(make_epub(edition(with_picture(1), item(2, category="p9"), item(3, category="p9", days=1))))

    package = etree.fromstring(files["EPUB/package.opf"])
    items = {node.get("id"): node.get("href") for node in package.iter(f"{OPF}item")}
    spine = [items[node.get("idref")] for node in package.iter(f"{OPF}itemref")]
    assert {f"EPUB/{href}" for href in items.values()} == set(files) - {
        "mimetype", "META-INF/container.xml", "EPUB/package.opf",
    }  # fmt: skip
    assert spine == ["nav.xhtml", "a1.xhtml", "a3.xhtml", "a2.xhtml"]
    assert files[f"EPUB/{PICTURE.path}"] == PICTURE.content
    assert package.findtext(".//{http://purl.org/dc/elements/1.1/}language") == "zh"
    assert package.findtext(".//{http://purl.org/dc/elements/1.1/}title") == "看中国镜像 2021-12-17"
    assert package.findtext(f".//{OPF}meta") == "2021-12-18T00:30:00Z"


def test_contents_of_a_book_by_category() -> None:
    files = opened(make_epub(edition(item(1, title="钟声 & <一>"), item(2, category="p9", title="二"))))

    nav = etree.fromstring(files["EPUB/nav.xhtml"])
    links = [(node.get("href"), node.text) for node in nav.iter("{http://www.w3.org/1999/xhtml}a")]
    assert links == [("a1.xhtml", "看大陆"), ("a1.xhtml", "钟声 & <一>"), ("a2.xhtml", "看世界"), ("a2.xhtml", "二")]


def test_article_of_a_book() -> None:
    page = opened(make_epub(edition(with_picture())))["EPUB/a990001.xhtml"].decode()

    assert f'<img src="{PICTURE.path}" alt="钟" width="600" height="337"/><figcaption>河边的钟</figcaption>' in page
    assert "<p>老人每天早晨到河边听钟声。</p>" in page
    assert '<p class="end">标签：河边</p>' in page
    assert "https://www.secretchina.com/news/gb/2021/12/17/990001.html</a>" in page
    assert "版权所有。" in page


def test_article_without_its_record_keeps_title_and_address() -> None:
    page = opened(make_epub(edition(replace(item(), article=None))))["EPUB/a990001.xhtml"].decode()

    assert "<h1>河边的钟声</h1>" in page
    assert "990001.html</a>" in page


def test_picture_that_is_left_out_is_a_link() -> None:
    files = opened(make_epub(edition(with_picture(), images={})))

    assert not any(name.endswith(".webp") for name in files)
    assert f'<a href="{SRC}">钟</a><br/>河边的钟' in files["EPUB/a990001.xhtml"].decode()


def test_traditional_edition() -> None:
    files = opened(make_epub(edition(item(), script=Script.TRADITIONAL)))

    assert 'lang="zh-Hant"' in files["EPUB/a990001.xhtml"].decode()
    assert "河邊的鐘聲" in files["EPUB/a990001.xhtml"].decode()
    assert "看中國鏡像 2021-12-17" in files["EPUB/package.opf"].decode()


def test_equal_editions_are_equal_bytes() -> None:
    items = (with_picture(1), item(2), item(3, category="p9"))

    assert make_epub(edition(*items)) == make_epub(edition(*reversed(items)))
    assert make_offline(edition(*items)) == make_offline(edition(*reversed(items)))


# Offline pages


def assert_self_contained(page: str, names: set[str]) -> html.HtmlElement:
    """Nothing is loaded, and every link within the archive leads somewhere; returns the page."""
    tree = html.fromstring(page)
    loaded = tree.xpath("//@src | //link/@href | //@srcset | //object/@data")
    assert all(str(address).startswith("data:image/webp;base64,") for address in loaded)
    assert not tree.xpath("//script | //iframe | //form | //@*[starts-with(name(), 'on')]")
    anchors = {f"#{name}" for name in tree.xpath("//@id")}
    for href in tree.xpath("//a/@href"):
        assert re.match("https?:|mailto:", href) or href in anchors or posixpath.normpath(href) in names
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style
    assert base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in policy
    assert policy.startswith("default-src 'none'")
    return tree


def test_day_is_one_page_that_holds_everything() -> None:
    files = opened(make_offline(edition(with_picture(1), item(2, category="p9"))))

    assert list(files) == ["index.html"]
    tree = assert_self_contained(files["index.html"].decode(), set())
    assert tree.xpath("//nav//a/@href") == ["#a1", "#a2"]
    assert tree.xpath("//section/h2/text()") == ["看大陆", "看世界"]
    assert tree.xpath("//img/@width") == ["600"]
    assert base64.b64encode(PICTURE.content).decode() in files["index.html"].decode()
    assert tree.get("lang") == "zh"


def test_week_has_a_page_a_day_and_a_list() -> None:
    files = opened(make_offline(edition(item(1), item(2, days=1), item(3, days=1), name="2021-W50")))

    assert list(files) == ["index.html", "2021-12-17.html", "2021-12-18.html"]
    tree = assert_self_contained(files["index.html"].decode(), set(files))
    assert tree.xpath("//a/text()") == ["2021-12-17（1 篇）", "2021-12-18（2 篇）"]
    for name in list(files)[1:]:
        assert_self_contained(files[name].decode(), set(files))


def test_hostile_text_stays_text() -> None:
    odd = item(1, title="</title><script>alert(1)</script>", rights="<img src=x onerror=alert(1)>")

    page = opened(make_offline(edition(odd)))["index.html"].decode()

    assert_self_contained(page, set())
    assert "&lt;script&gt;" in page
