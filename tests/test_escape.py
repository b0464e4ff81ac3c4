import pytest

from newsmirror.escape import destination, escape, escape_alt, guard_heading, guard_start


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a\\b", "a\\\\b"),
        ("a`b", "a\\`b"),
        ("a*b", "a\\*b"),
        ("a_b", "a\\_b"),
        ("[a]", "\\[a\\]"),
        ("<a>", "\\<a\\>"),
        ("a&amp;b", "a\\&amp;b"),
        ("a~b", "a\\~b"),
        ("a|b", "a\\|b"),
        ("$a$", "<span>\\$</span>a<span>\\$</span>"),
        ("![a", "\\!\\[a"),
        ("a!b", "a!b"),
        ("a!", "a\\!"),
        (":tada:", "<span>:</span>tada:"),
        ("12:30", "12:30"),
        ("::", "::"),
        ("看@name", "看<span>@</span>name"),
        ("a@example.org", "a<span>@</span>example.org"),
        ("@ 三点", "@ 三点"),
        ("#1", "\\#1"),
        ("a/b#1", "a/b<span>#</span>1"),
        ("#话题#", "#话题#"),
        ("!1", "\\!1"),
        ("~label", "\\~label"),
        ("%1", "\\%1"),
        ("5%的人", "5%的人"),
        ("&1", "\\&1"),
        ("^[一]", "\\^\\[一\\]"),
        ("[^1]", "\\[\\^1\\]"),
        ("[issue:1]", "\\[issue<span>:</span>1\\]"),
        ("[+新+]", "<span>\\[</span>+新+\\]"),
        ("{-旧-}", "<span>\\{</span>-旧-\\}"),
        ("[!NOTE]", "<span>\\[</span>!NOTE\\]"),
        ("[TOC]", "\\[<span>TOC</span>\\]"),
        ("[[_TOC_]]", "\\[\\[\\_TOC\\_\\]\\]"),
        ("[ ] 一", "\\[ \\] 一"),
        ("{{ 7*7 }}", "\\{\\{ 7\\*7 \\}\\}"),
        ("{% raw %}", "\\{\\% raw \\%\\}"),
        ("{# 一 #}", "\\{\\# 一 #\\}"),
        ("%{name}", "\\%\\{name\\}"),
        ("www.example.org", "www\\.example.org"),
        ("中www.example.org", "中www\\.example.org"),
        ("_WWW.example.org", "\\_WWW\\.example.org"),
        ("ftp://example.org", "ftp\\://example.org"),
    ],
)
def test_escape(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("见https://example.org/a。再见", "见<https://example.org/a>。再见"),
        ("（https://example.org/a）", "（<https://example.org/a>）"),
        ("见https://example.org/a_b再见", "见<https://example.org/a_b>再见"),
        ("https://example.org/a, b", "<https://example.org/a>, b"),
        ("https://例子/", "https\\://例子/"),
        ("https://example.org/50%", "https\\://example.org/50%"),
        ("https://example.org/:tada:a", "https\\://example.org/<span>:</span>tada:a"),
        ("https://example.org/$a", "https\\://example.org/<span>\\$</span>a"),
    ],
)
def test_escape_bare_address_ends_before_chinese(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://example.org/a_(b)", "https://example.org/a_\\(b\\)"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/a<b>", "https://example.org/a%3Cb%3E"),
        ("https://example.org/`\\", "https://example.org/%60%5C"),
        ("https://example.org/[a]{b}", "https://example.org/%5Ba%5D%7Bb%7D"),
    ],
)
def test_destination(url: str, written: str) -> None:
    assert destination(url) == written


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("河边", "河边"),
        ("^[一]", "\\^\\[一\\]"),
        ("@name: $5", "\\@name\\: \\$5"),
        ("www.example.org<", "www\\.example.org\\<"),
        ("{% raw %}", "\\{\\% raw \\%\\}"),
    ],
)
def test_escape_alt_holds_no_element(text: str, escaped: str) -> None:
    assert escape_alt(text) == escaped


@pytest.mark.parametrize(("line", "guarded"), [(": 一", "\\: 一"), (":-:", "\\:-:"), (":一", ":一"), ("：一", "：一")])
def test_line_that_would_be_a_definition(line: str, guarded: str) -> None:
    assert guard_start(line) == guarded


@pytest.mark.parametrize(
    ("heading", "guarded"),
    [("一", "一"), ("C #", "C \\#"), ("C ##", "C \\##"), ("\\{\\#", "\\{\\#"), ("a\\\\#", "a\\\\\\#")],
)
def test_guard_heading(heading: str, guarded: str) -> None:
    assert guard_heading(heading) == guarded
