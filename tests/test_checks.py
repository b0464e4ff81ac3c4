import pytest

from newsmirror.checks import find_fault
from newsmirror.items import OutputFile

TREE = {"README.md", "indexes/p1.md", "pages/1.md.png", "tags/aa/a b.md"}


def fault(text: str, path: str = "pages/1.md") -> str | None:
    return find_fault(OutputFile(path, text.encode()), exists=TREE.__contains__)


@pytest.mark.parametrize(
    "text",
    [
        "# 一\n\n二",
        "a<br>b <strong>c</strong><em>d</em>",
        "<!-- -->",
        "\\<script>",
        "<https://example.org/> <mailto:a@example.org>",
        "[首页](../README.md) [一](../indexes/p1.md#x) [二](../tags/aa/a%20b.md)",
        "[![码](1.md.png)](https://example.org/)",
        "[一](https://example.org/a\\_\\(b\\)) [二](http://example.org/) [三](#x) [四](mailto:a@example.org)",
        "![一](https://img3.secretchina.com/a.jpg)",
        "\\[一\\](nowhere.md)",
    ],
)
def test_fit_file(text: str) -> None:
    assert fault(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<script>x</script>", "holds <script>, which hosts do not show"),
        ("a </iframe>", "holds <iframe>, which hosts do not show"),
        ("![一](http://example.org/a.jpg)", "loads http://example.org/a.jpg without encryption"),
        ("[一](javascript:x)", "links to javascript:x, which hosts do not allow"),
        ("[一](data:text/html,x)", "links to data:text/html,x, which hosts do not allow"),
        ("[一](2.md)", "links to pages/2.md, which is not in the tree"),
        ("[一](../../etc/passwd)", "links to ../etc/passwd, which is not in the tree"),
        ("[![码](2.md.png)](https://example.org/)", "links to pages/2.md.png, which is not in the tree"),
    ],
)
def test_fault(text: str, reason: str) -> None:
    assert fault(text) == reason


def test_file_that_is_not_utf8() -> None:
    assert find_fault(OutputFile("pages/1.md", b"\xff"), exists=TREE.__contains__) == "is not UTF-8"


def test_file_of_512_kib() -> None:
    assert fault("x" * 524_288) is None


def test_file_over_512_kib() -> None:
    assert fault("x" * 524_289) == "has over 524288 bytes"


def test_other_files_are_not_read() -> None:
    assert find_fault(OutputFile("pages/1.md.png", b"\xff<script>"), exists=TREE.__contains__) is None


def test_file_at_the_top() -> None:
    assert fault("[一](indexes/p1.md)", "README.md") is None
