import pytest

from newsmirror.counts import MAX_BYTES, read_counts

ONE, TWO = "pages/2026/11/23/1.md", "pages/p9/2.md"


def test_most_read_first_and_equal_ones_by_path() -> None:
    assert read_counts(f"{TWO},7\n{ONE},7\npages/3.md,12\n".encode()).paths == ("pages/3.md", ONE, TWO)


def test_counts_of_one_path_are_added_up() -> None:
    assert read_counts(f"{ONE},5\n{TWO},8\n/{ONE},4\n".encode()).paths == (ONE, TWO)


def test_heading_spaces_line_ends_and_a_mark_of_byte_order() -> None:
    found = read_counts(f"\ufeffpath,count\r\n {ONE} , 3 \r\n\r\n".encode())
    assert (found.paths, found.bad_lines) == ((ONE,), ())


def test_what_nobody_read_is_left_out() -> None:
    assert read_counts(f"{ONE},0\n{TWO},1".encode()).paths == (TWO,)


@pytest.mark.parametrize(
    "line",
    ["x", f"{ONE}", f"{ONE},-1", f"{ONE},1.5", f"{ONE},１", f"{ONE},{'9' * 16}", "README.md,4", "../x/pages/1.md,4",
     "https://a.example/pages/1.md,4", f"{ONE},1,2", f"pages/{'x' * 301}.md,1", "pages/1.png,3"],
)  # fmt: skip
def test_line_that_says_nothing(line: str) -> None:
    found = read_counts(f"{TWO},1\n{line}\n".encode())
    assert (found.paths, found.bad_lines) == ((TWO,), (2,))


def test_empty_file() -> None:
    assert read_counts(b"") == read_counts(b"path,count\n") == read_counts(b"\n\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff", "is not UTF-8 text"),
        (b"x" * (MAX_BYTES + 1), "has over 4 MB; leave only the most read pages in it"),
        (b"a;1\nb;2\n", "holds no line like 'pages/2026/11/23/1106001.md,120'; correct it"),
    ],
)
def test_file_that_holds_no_counts(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match="^" + words.replace(".", r"\.")):
        read_counts(content)
