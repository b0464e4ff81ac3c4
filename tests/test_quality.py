"""The quality check finds what it is there to find, and the sample site passes it."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.compare import compare, read_page
from benchmarks.quality import TARGETS, main, print_sum, report
from benchmarks.reading import Reader
from benchmarks.reference import link_key, read_source
from benchmarks.sources import Source, from_corpus, from_sample
from newsmirror.clean import clean_article
from newsmirror.extract import extract_article
from newsmirror.paths import page_path
from newsmirror.render import PageStyle, render_page
from newsmirror.spiders.secretchina import SITE

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
BODY = (
    '<div class="article_right"><p><img src="//img3.secretchina.com/a.jpg"><br>图说'
    '<span id="hideid">密</span></p><div id="SC-22">密</div><p>钟<strong>响</strong>了，'
    '<a href="https://example.org/a">见此</a>。</p><hr style="border:1px dashed">密<p>密</p></div>密'
)
PAGE = (
    "# 标题\n\n[首页](x)\n\n2020-08-18\n\n![图](https://img3.secretchina.com/a.jpg)\n\n图说\n\n"
    "钟**响**了，[见此](https://example.org/a)。\n\n---\n\n手机上长按\n"
)


def counted(page: str) -> Counter[str]:
    return compare(read_source(BODY), read_page(page))[0]


def test_page_that_shows_everything() -> None:
    counts, differences = compare(read_source(BODY), read_page(PAGE))

    assert differences == []
    assert {key: value for key, value in counts.items() if value} == {
        "text:want": 9, "text:kept": 9, "lines:want": 2, "lines:kept": 2, "bold runs:want": 1, "bold runs:kept": 1,
        "links:want": 1, "links:kept": 1, "pictures:want": 1, "pictures:kept": 1, "captions:want": 1,
        "captions:kept": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "to", "key", "kept"),
    [
        ("了，", "，", "text:kept", 8),
        ("钟", "铃钟", "foreign:kept", 1),
        ("**响**", "响", "bold runs:kept", 0),
        ("[见此](https://example.org/a)", "见此", "links:kept", 0),
        ("https://example.org/a", "https://example.org/b", "links:kept", 0),
        ("![图](https://img3.secretchina.com/a.jpg)\n\n", "", "pictures:kept", 0),
        ("图说\n\n", "", "captions:kept", 0),
        ("图说\n\n", "旁的话\n\n图说\n\n", "captions:kept", 0),
    ],
)
def test_what_a_page_lacks_or_adds_is_counted(change: str, to: str, key: str, kept: int) -> None:
    assert counted(PAGE.replace(change, to))[key] == kept


def test_lines_of_html() -> None:
    lines = Reader.read("<p>一<br>二</p><ul><li>三</ul><table><tr><td>四</table>").lines

    assert [(line.text, *line.kinds) for line in lines] == [("一",), ("二",), ("三", "item"), ("四", "cell")]
    assert lines[0].paragraph == lines[1].paragraph


def test_two_breaks_end_a_paragraph() -> None:
    one, two = Reader.read("<p>一<br><br>二</p>").lines

    assert one.paragraph != two.paragraph


@pytest.mark.parametrize(
    ("href", "key"),
    [
        ("https://www.secretchina.com/news/gb/tag/河", None),
        ("https://www.secretchina.com", None),
        ("http://edit2016.secretchina.com/a", None),
        ("localnews.php?stateid=5", None),
        ("/news/b5/2020/08/18/943283.html", "article/943283"),
        ("https://www.google.com/url?q=https://example.org/a&sa=D", "example.org/a"),
        ("https://zh.wikipedia.org/wiki/%E6%B2%B3", "zh.wikipedia.org/wiki/河"),
    ],
)
def test_link_key(href: str, key: str | None) -> None:
    assert link_key(href) == key


def counts_of(source: Source) -> Counter[str]:
    scraped = extract_article(source.page, url=source.url, site=SITE)
    article = clean_article(scraped, site=SITE, members_only="full")
    path = page_path("pages/{year}/{month}/{day}/{id}.md", article)
    page = render_page(article, path=path, address=article.url, site=SITE, style=PageStyle())
    return compare(read_source(source.page), read_page(page))[0]


def assert_targets_are_met(total: Counter[str]) -> None:
    shares = {name: total[f"{name}:kept"] / total[f"{name}:want"] for name in TARGETS}

    assert {name: share for name, share in shares.items() if share < TARGETS[name]} == {}
    assert total["foreign:kept"] <= 0.0005 * total["text:want"]


def test_sample_site_meets_the_targets() -> None:
    assert_targets_are_met(sum(map(counts_of, from_sample()), Counter()))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real articles beside the project")
def test_corpus_meets_the_targets() -> None:
    assert_targets_are_met(sum(map(counts_of, from_corpus(CORPUS)), Counter()))


def test_report_of_one_article(capsys: pytest.CaptureFixture[str]) -> None:
    source = next(from_sample())

    report([source], each=True, show=True)

    out = capsys.readouterr().out
    assert out.startswith(f"{source.name} ")
    assert "\n1 articles\n" in out
    assert "characters that do not belong: 0.0000%" in out


@pytest.mark.parametrize(
    ("counts", "times", "met"),
    [
        ({"text:want": 1000, "text:kept": 999}, [5.0], True),
        ({"text:want": 1000, "text:kept": 998}, [5.0], False),
        ({"text:want": 10_000, "text:kept": 10_000, "foreign:kept": 5}, [5.0], True),
        ({"text:want": 10_000, "text:kept": 10_000, "foreign:kept": 6}, [5.0], False),
        ({"captions:want": 100, "captions:kept": 99}, [5.0], False),
        ({"text:want": 1, "text:kept": 1}, [5.0, 5.2, 5.2], False),
    ],
)
def test_targets(counts: dict[str, int], times: list[float], met: bool) -> None:
    assert print_sum(Counter(counts), times) is met


@pytest.mark.parametrize("arguments", [[], ["--sample", "--corpus", "."], ["--corpus", "/nowhere"]])
def test_wrong_arguments(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["quality", *arguments])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
