"""Records: every article comes back as it was, whatever it holds."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmirror.items import (
    BEIJING,
    BREAK,
    Article,
    Embed,
    Heading,
    ListBlock,
    MembersOnly,
    OutputFile,
    Page,
    Paragraph,
    Picture,
    Quote,
    Row,
    Span,
    Table,
)  # fmt: skip
from newsmirror.record import Record, decode, encode, record_file
from tests import test_corpus
from tests.samples import article

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["~~~", "~~~~~ 1", "\n", "[]", '"一"', "{}", " 一", "一 ", "\u2028", "\t", "一\r", "\n\n", "", "第一段。", "~"]
)
optional_texts = st.none() | texts
spans = st.lists(st.just(BREAK) | st.builds(Span, texts, st.booleans(), st.booleans(), optional_texts), max_size=4).map(
    tuple
)
blocks: st.SearchStrategy[Any] = st.deferred(
    lambda: st.one_of(
        full(Paragraph, spans=spans),
        full(Heading, spans=spans, level=st.integers(1, 6)),
        full(Picture, src=texts, alt=texts, caption=spans),
        full(ListBlock, items=st.lists(bodies, max_size=2).map(tuple), ordered=st.booleans()),
        full(Table, rows=st.lists(st.lists(spans, max_size=2).map(tuple), max_size=2).map(tuple)),
        full(Quote, blocks=bodies),
        full(Embed, url=texts, media=st.sampled_from(["video", "audio", "post"])),
        st.just(MembersOnly()),
    )
)
bodies: st.SearchStrategy[Any] = st.lists(blocks, max_size=3).map(tuple)
names = st.lists(texts, max_size=3).map(tuple)
zones = st.sampled_from([BEIJING, UTC, timezone(timedelta(hours=-5, minutes=-30))])


def full(kind: Any, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A strategy that sets every field; a field that is added to the type must be added here too."""
    assert {field.name for field in fields(kind)} - {"kind"} == set(values)
    return st.builds(kind, **values)


articles = full(
    Article, id=st.integers(1, 10**7), url=texts.map(lambda text: f"https://example.org/news/gb/2021/12/17/{text}"),
    title=texts, published=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=zones),  # noqa: DTZ001
    date_only=st.booleans(), category=optional_texts, blocks=bodies, authors=names, source=optional_texts,
    editor=optional_texts, short_url=optional_texts, tags=names, rights=optional_texts,
)  # fmt: skip


def row_of(item: Article) -> Row:
    """The row as the next run reads it from ``data/``."""
    return Row.from_json(Row.of(Page(item, "pages/1.md", "")).to_json())


@settings(deadline=None)
@given(articles)
def test_every_article_comes_back(item: Article) -> None:
    content = encode(Record(item))

    assert decode(content, row_of(item)) == Record(item)
    assert encode(decode(content, row_of(item))) == content


@pytest.mark.skipif(not test_corpus.CORPUS.is_dir(), reason="no corpus of real articles beside the project")
def test_every_real_article_comes_back() -> None:
    for item in test_corpus.articles():
        assert decode(encode(Record(item)), row_of(item)).article == item


@settings(deadline=None)
@given(articles)
def test_a_host_shows_a_record_as_one_block_of_code(item: Article) -> None:
    shown = github_flavored_markdown_to_html(encode(Record(item)).decode())

    assert shown.startswith("<pre")
    assert shown.count("<pre") == 1
    assert shown.endswith("</code></pre>\n")


def test_text_of_plain_paragraphs_stands_as_on_the_page() -> None:
    item = article(
        source="某报",
        blocks=(
            Paragraph((Span("第一段。"),)),
            Paragraph((Span("第二段。"),)),
            Paragraph((Span("又"), BREAK, Span("一行", strong=True, href="https://example.org/"))),
            Heading((Span("[一]"),), level=2),
        ),
    )

    assert record_file(Record(item, {"updated": "2021-12-18"})) == OutputFile(
        "data/2021/12/17/990001.md",
        (
            '~~~ newsmirror 1\n{"source":"某报","notes":{"updated":"2021-12-18"}}\n\n第一段。\n\n第二段。\n\n'
            '["又","\\n",["一行",{"strong":true,"href":"https://example.org/"}]]\n\n'
            '{"kind":"heading","spans":["[一]"],"level":2}\n~~~\n'
        ).encode(),
    )


def test_notes_are_kept_and_change_no_digest() -> None:
    notes = {"pictures": {"https://img.example/1.jpg": {"path": "images/1f/1f.webp", "width": 640}}}

    record = decode(encode(Record(article(), notes)), row_of(article()))

    assert record == Record(article(), notes)


@pytest.mark.parametrize("notes", [["gone"], "gone", 7, None])
def test_notes_that_are_none_are_left_out(notes: object) -> None:
    item = article()
    stored = encode(Record(item, {"gone": 1})).replace(b'{"gone":1}', json.dumps(notes).encode())

    assert decode(stored, row_of(item)).notes == {}


def test_fields_of_later_versions_of_the_program_are_left_alone() -> None:
    item = article(blocks=(Picture("https://img.example/1.jpg"), Paragraph((Span("一", strong=True),))))
    content = encode(Record(item)).replace(b"\n{}", b'\n{"mood":1}')
    content = content.replace(b'"picture",', b'"picture","shade":2,').replace(b'{"strong":', b'{"size":3,"strong":')

    record = decode(content, row_of(item))

    assert [content.count(word) for word in (b"mood", b"shade", b"size")] == [1, 1, 1]
    assert record.article == item


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# \xe4\xb8\x80\n",
        b"\xff\xfe",
        b"~~~ newsmirror 2\n{}\n~~~\n",
        b"~~~ newsmirror 1\n[]\n~~~\n",
        b"~~~ newsmirror 1\n{}\n\n[[1]]\n~~~\n",
        b'~~~ newsmirror 1\n{"published":1}\n~~~\n',
        b'~~~ newsmirror 1\n{"published":"2021-12-17"}\n~~~\n',
        b'~~~ newsmirror 1\n{}\n\n{"kind":"unknown"}\n~~~\n',
        b'~~~ newsmirror 1\n{}\n\n{"kind":"quote","blocks":3}\n~~~\n',
        b"~~~ newsmirror 1\n{}\n\n" + b"[" * 100_000 + b"\n~~~\n",
        encode(Record(article()))[:-5],
        encode(Record(article(title="另一篇", source="某报"))),
    ],
)
def test_what_is_no_record_of_the_article_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="record"):
        decode(content, row_of(article()))


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 255))
def test_a_changed_byte_never_passes_as_the_article(place: int, value: int) -> None:
    item = article(source="某报", blocks=(Paragraph((Span("第一段。"), BREAK, Span("二", strong=True))),))
    content = bytearray(encode(Record(item)))
    content[place % len(content)] = value

    try:
        found = decode(bytes(content), row_of(item))
    except ValueError:
        return
    assert found.article == item


def test_a_row_that_says_something_else_is_noticed() -> None:
    with pytest.raises(ValueError, match="not the record of"):
        decode(encode(Record(article())), replace(row_of(article()), title="改过的标题"))
