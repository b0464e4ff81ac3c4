from datetime import date

import pytest

from newsmirror.paths import (
    category_stem,
    commit_order,
    data_path,
    is_article_file,
    month_of,
    page_path,
    prefix_of_remote,
    public_address,
    qr_path,
    relative,
    tag_stem,
)  # fmt: skip
from tests.samples import article


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("pages/{year}/{month}/{day}/{id}.md", "pages/2021/12/17/990001.md"),
        ("pages/{category}/{id}.md", "pages/p1/990001.md"),
        ("pages/{id}.md", "pages/990001.md"),
    ],
)
def test_page_path(pattern: str, path: str) -> None:
    assert page_path(pattern, article()) == path


def test_page_path_without_category() -> None:
    assert page_path("pages/{category}/{id}.md", article(category=None)) == "pages/other/990001.md"


def test_qr_path() -> None:
    assert qr_path("pages/2021/12/17/990001.md") == "pages/2021/12/17/990001.md.png"


def test_category_stem() -> None:
    assert category_stem("p9") == "indexes/p9"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("河边", "tags/68/河边"),
        (" 河边 ", "tags/68/河边"),
    ],
)
def test_tag_stem_of_an_ordinary_name(name: str, stem: str) -> None:
    assert tag_stem(name) == stem


def test_data_path() -> None:
    assert data_path(date(2021, 2, 7)) == "data/2021/02/07.jsonl"


@pytest.mark.parametrize(
    ("target", "start", "link"),
    [
        ("README.md", "pages/2021/12/17/990001.md", "../../../../README.md"),
        ("pages/2021/12/17/990001.md.png", "pages/2021/12/17/990001.md", "990001.md.png"),
        ("indexes/p1.md", "README.md", "indexes/p1.md"),
        ("indexes/p1.md", "indexes/p1/2021-12.md", "../p1.md"),
        ("tags/aa/a b(c)_d*.md", "README.md", "tags/aa/a%20b%28c%29_d%2A.md"),
        ("tags/aa/河边.md", "README.md", "tags/aa/河边.md"),
    ],
)
def test_relative(target: str, start: str, link: str) -> None:
    assert relative(target, start) == link


def test_relative_of_a_tag_with_a_tilde() -> None:
    assert relative("tags/aa/a~1b.md", "README.md") == "tags/aa/a~1b.md"


def test_public_address_below_a_prefix() -> None:
    assert public_address("https://example.org/m/", "pages/河.md", "x") == "https://example.org/m/pages/%E6%B2%B3.md"


def test_public_address_without_prefix_is_the_source() -> None:
    assert public_address(None, "pages/1.md", "https://source.example/1") == "https://source.example/1"


@pytest.mark.parametrize(
    ("remote", "prefix"),
    [
        ("https://github.com/example/mirror.git", "https://github.com/example/mirror/blob/main/"),
        ("https://github.com/example/mirror", "https://github.com/example/mirror/blob/main/"),
        ("git@github.com:example/mirror.git", "https://github.com/example/mirror/blob/main/"),
        ("ssh://git@github.com/example/mirror.git", "https://github.com/example/mirror/blob/main/"),
        ("ssh://git@github.com:22/example/mirror.git", "https://github.com/example/mirror/blob/main/"),
        ("https://gitlab.com/group/sub/mirror.git", "https://gitlab.com/group/sub/mirror/-/blob/main/"),
        ("git@codeberg.org:example/mirror.git", "https://codeberg.org/example/mirror/src/branch/main/"),
        ("https://gitee.com/example/mirror", "https://gitee.com/example/mirror/blob/main/"),
        ("https://git.example/example/mirror", None),
        ("https://github.com.example/example/mirror", None),
        ("/srv/mirror.git", None),
        ("", None),
    ],
)
def test_prefix_of_remote(remote: str, prefix: str | None) -> None:
    assert prefix_of_remote(remote, "main") == prefix


def test_prefix_of_remote_with_a_user_in_it() -> None:
    prefix = prefix_of_remote("https://token@github.com/example/mirror.git", "main")
    assert prefix in (None, "https://github.com/example/mirror/blob/main/")


def test_month_of() -> None:
    assert month_of(date(2021, 2, 7)) == "2021-02"


@pytest.mark.parametrize("path", ["pages/p1/1.md", "pages/1.md.png", "images/1f/1f.webp", "data/2021/12/17/1.md"])
def test_files_of_one_article(path: str) -> None:
    assert is_article_file(path)


@pytest.mark.parametrize(
    "path", ["README.md", "data/2021/12/17.jsonl", "indexes/p1.md", "tags/3f/pages.md", "feeds/all.xml"]
)
def test_files_that_name_many_articles(path: str) -> None:
    assert not is_article_file(path)


def test_a_commit_has_records_after_their_pages_and_lists_last() -> None:
    paths = ["README.md", "data/2021/12/17/2.md", "data/2021/12/17/1.md", "pages/p1/a-1.md", "pages/p1/a-2.md"]
    paths += ["data/2021/12/17.jsonl", "images/1f/1f.webp", "pages/p1/a-1.md.png"]

    assert sorted(paths, key=commit_order) == [
        "images/1f/1f.webp",
        "pages/p1/a-1.md.png",
        "pages/p1/a-1.md",
        "data/2021/12/17/1.md",
        "pages/p1/a-2.md",
        "data/2021/12/17/2.md",
        "README.md",
        "data/2021/12/17.jsonl",
    ]
