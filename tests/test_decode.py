"""Pages whose bytes are not what they claim; the rows of the hardening table and more."""

from collections.abc import Callable
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmirror.decode import DAMAGED, decode_page, is_foreign, is_misread
from newsmirror.exceptions import EncodingError
from sample_site import SampleSite
from sample_site.records import CATEGORIES

SIMPLE = "老人每天早晨到河边听钟声，三十年来没有一天间断。他说：“河水很慢，雾里只有钟声。”"
TRADITIONAL = "老人每天早晨到河邊聽鐘聲，三十年來沒有一天間斷。他說：「河水很慢，霧裡只有鐘聲。」"
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def page(body: str, meta: str = "") -> str:
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    return f"<html><head>{head}<title>{body[:6]}</title></head><body><div>{body}</div></body></html>"


def read(body: bytes, header: str = "") -> str:
    return decode_page(body, content_type=f"text/html; charset={header}" if header else "text/html")


@pytest.mark.parametrize(
    ("encoding", "meta", "header"),
    [
        ("gb18030", "gb2312", ""),
        ("gb18030", "utf-8", ""),
        ("utf-8", "gb2312", ""),
        ("utf-8", "utf-8", "gb2312"),
        ("gb18030", "gb2312", "utf-8"),
        ("big5", "utf-8", "utf-8"),
        ("big5", "big5", ""),
        ("big5", "gb2312", ""),
        ("utf-8", "big5", ""),
        ("gb18030", "x-nonsense", ""),
        ("utf-16", "utf-8", ""),
    ],
)
def test_row_of_the_table(encoding: str, meta: str, header: str) -> None:
    text = page(TRADITIONAL if encoding == "big5" else SIMPLE, meta)
    assert read(text.encode(encoding), header) == text


@pytest.mark.parametrize(
    ("encoding", "meta", "header"),
    [
        ("utf-8-sig", "gb2312", "big5"),
        ("utf-16-le", "gb2312", ""),
        ("utf-16-be", "", "utf-8"),
        ("utf-32", "", ""),
        ("gb18030", "", "iso-8859-1"),
        ("gb18030", "iso-8859-1", "windows-1252"),
        ("gb18030", "", ""),
        ("gb18030", "big5", "big5"),
        ("gbk", "gbk", ""),
        ("gbk", "shift_jis", "euc-kr"),
        ("utf-8", "utf-7", "unicode-escape"),
        ("hz", "hz-gb-2312", ""),
    ],
)
def test_further_pages(encoding: str, meta: str, header: str) -> None:
    text = page(SIMPLE, meta)
    assert read(text.encode(encoding), header) == text


@pytest.mark.parametrize("header", ["", "big5", "gb2312", "utf-8"])
def test_rare_characters(header: str) -> None:
    """Four bytes in GB 18030, and one that only Hong Kong's Big5 has."""
    rare = page(SIMPLE + "镕㐂𠀀", "gb2312")
    hong_kong = page(TRADITIONAL + "嘅咗", "big5")
    assert read(rare.encode("gb18030"), header) == rare
    assert read(hong_kong.encode("big5hkscs"), header) == hong_kong


@pytest.mark.parametrize("header", ["", "gb2312", "big5", "utf-8", "iso-8859-1"])
@pytest.mark.parametrize("text", ["<p>钟</p>", "<p>河边的钟声</p>", "<p>plain</p>", "", "<p>“…”—</p>"])
def test_short_utf8_is_utf8(text: str, header: str) -> None:
    assert read(text.encode(), header) == text


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_short_page_is_read_as_declared(encoding: str) -> None:
    text = page("河水很慢", encoding)
    assert read(text.encode(encoding)) == text


def latin(text: str) -> str:
    """UTF-8 shown as Windows-1252 shows it."""
    return "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode())


def as_gbk(text: str) -> str:
    """UTF-8 read as GB 18030; what does not fit is left out."""
    return text.encode().decode("gb18030", errors="ignore")


def test_utf8_encoded_twice_is_read() -> None:
    text = page(SIMPLE, "utf-8")
    assert read(latin(text).encode()) == text
    assert read(text.encode().decode("latin-1").encode()) == text
    even = page("老人每天早晨 到河边听 这里的人 三十年来 每年春天 他们种下 树木 孩子 学校", "gb2312")
    assert read(even.encode().decode("gb18030").encode()) == even


@pytest.mark.parametrize(
    "body",
    [
        page(SIMPLE * 3).encode("utf-8").decode("big5hkscs", errors="replace").encode(),
        page("春の川辺を毎朝歩く老人は、鐘の音を聞くのが好きだと笑いながら話した。").encode("shift_jis"),
        page("봄날 아침마다 강가를 걷는 노인은 종소리를 듣는 것이 좋다고 웃으며 말했다.").encode("euc-kr"),
        bytes(range(256)) * 20,
        b"\x89PNG\r\n\x1a\n" + bytes((i * 7919 >> 3) & 255 for i in range(4000)),
    ],
)
def test_page_that_cannot_be_read(body: bytes) -> None:
    with pytest.raises(EncodingError):
        read(body)


def test_a_few_bad_bytes_are_marked() -> None:
    good = page(SIMPLE * 3, "utf-8").encode()
    for place in (good.index("三".encode()), good.index("三".encode()) + 1, len(good) - 9):
        text = read(good[:place] + b"\xff" + good[place:])
        assert DAMAGED in text
        assert "\ufffd" not in text
        assert text.count("老人每天早晨到河边听钟声") == 3
        assert is_misread([text])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_page_that_ends_within_a_character(encoding: str) -> None:
    whole = (page(SIMPLE * 3, "gb2312").partition("</div>")[0] + "完").encode(encoding)
    for cut in range(1, len("完".encode(encoding))):
        text = read(whole[:-cut])
        assert text.startswith(page(SIMPLE * 3, "gb2312").partition("</div>")[0])
        assert text.endswith(DAMAGED)


def test_replacement_character_of_the_source_is_kept() -> None:
    text = page(SIMPLE + "一个\ufffd字", "gb2312")
    assert read(text.encode(), "gb2312") == text
    assert not is_misread([text])


def test_foreign_part_of_a_page_is_marked() -> None:
    """A frame in UTF-8 around an article in GBK: never mojibake."""
    frame = page(SIMPLE * 5, "utf-8").encode()
    body = frame.replace(b"</body>", ("<p>" + SIMPLE + "</p></body>").encode("gb18030"))

    text = read(body)

    assert text.startswith(page(SIMPLE * 5, "utf-8").removesuffix("</body></html>"))
    assert is_misread([text[len(page(SIMPLE * 5)) :]])


@pytest.mark.parametrize("wrong", [latin, as_gbk])
def test_misread_paragraph_is_found(wrong: Callable[[str], str]) -> None:
    assert is_misread([SIMPLE * 20, wrong("老人每天早晨到河边听")])


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["plain text"],
        ["café naïve Ångström"],
        ["联通 “……”——", "℃ № ①②③"],
        [SIMPLE, TRADITIONAL, "日本語のテキストです", "Здравствуйте"],
        ["鏄鐨锛"],
    ],
)
def test_text_is_not_taken_for_misread(texts: list[str]) -> None:
    assert not is_misread(texts)


def test_misread_article_is_found() -> None:
    assert is_misread([as_gbk(SIMPLE * 3)])
    assert is_misread([latin(SIMPLE * 3)])
    assert is_misread([f"一{DAMAGED}"])


@given(
    st.text(
        alphabet="的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会", min_size=30, max_size=60
    ),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
    st.sampled_from(["", "utf-8", "gb2312", "big5", "x"]),
)
def test_frequent_characters_are_read_under_any_label(body: str, encoding: str, label: str) -> None:
    text = page(body, label)
    assert read(text.encode(encoding), label) == text


@given(st.binary(max_size=400))
def test_bytes_give_text_or_an_error(body: bytes) -> None:
    try:
        text = read(body)
    except EncodingError:
        return
    assert (
        "\ufffd" not in text
        or "\ufffd".encode() in body
        or b"\x84\x31\xa4\x37" in body
        or b"\xfd\xff" in body
        or b"\xff\xfd" in body
    )


LABELS = ("", "utf-8", "gb2312", "big5")


def wrongly_read(text: str) -> list[tuple[str, str]]:
    """Encoding and label of each way in which a page is not read as it is."""
    return [
        (encoding, label)
        for encoding in ("utf-8", "gb18030", "utf-16")
        for label in LABELS
        if read(text.encode(encoding), label) != text
    ]


def test_no_false_alarm_over_the_sample_site() -> None:
    site = SampleSite()
    paths = ["/", *(f"/news/gb/{key}.{kind}" for key in CATEGORIES for kind in ("html", "xml"))]
    paths += [f"/news/gb/tag/{tag}" for tag in site.tags]
    paths += [article.url for article in site.articles.values()]

    pages = {path: site.respond(path).body.decode() for path in paths}

    assert len(pages) > 60
    assert {path: wrong for path, text in pages.items() if (wrong := wrongly_read(text))} == {}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real articles beside the project")
def test_no_false_alarm_over_real_articles() -> None:
    texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(CORPUS.glob("p*/*.html"))[::4]}

    wrong = {name: wrong for name, text in texts.items() if (wrong := wrongly_read(text))}
    big5 = opencc.OpenCC("s2t")
    traditional = [big5.convert(text).encode("big5hkscs", errors="ignore") for text in texts.values()]

    assert len(texts) > 100
    assert wrong == {}
    assert [
        body[:60] for body in traditional for label in LABELS if read(body, label).encode("big5hkscs") != body
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "<p>Доступ к ресурсу ограничен по решению</p>", "<p>귀하가 접속하려고 하는 사이트는 차단</p>",
        "<p>L'accès refusé à ce réseau, désolé, là-bas</p>",
        "<p>Trang web này không thể truy cập được</p>", "<p>เว็บไซต์ ถูก ระงับ โดย กระทรวง</p>",
    ],
)  # fmt: skip
def test_page_in_another_language_is_foreign(text: str) -> None:
    assert is_foreign(text.encode())


@pytest.mark.parametrize(
    "body",
    [
        "<p>café 河边的钟声 naïve déjà vu</p>".encode(), "<p>河边的钟声</p>".encode("gb18030"),
        "<p>河邊的鐘聲</p>".encode("big5"), b"<p>plain</p>", "<p>é</p>".encode(),
        "<p>&#27827;&#36793; é à ü ö</p>".encode(), "河边的钟声传得很远".encode().decode("latin-1").encode(),
        "河边的钟声传得很远，对岸的人也听得见".encode().decode("gb18030", "ignore").encode(),
    ],
)  # fmt: skip
def test_page_that_may_be_chinese_is_not(body: bytes) -> None:
    assert not is_foreign(body)
