from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.exceptions import ConfigError
from newsmirror.render import Blocks
from newsmirror.script import Script

AUTHOR = "mirror <mirror@example.invalid>"


def read(**settings: object) -> Config:
    values = {"REPO": "mirror", "AUTHOR": AUTHOR} | settings
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


def problems(**settings: object) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(**settings)
    return caught.value.problems


def test_defaults() -> None:
    found = read()
    assert (found.branch, found.public_url, found.author, found.site_url, found.style.tags, found.members_only) == (
        "main", None, ("mirror", "mirror@example.invalid"), None, None, "teaser",
    )  # fmt: skip


def test_default_page_path_and_style() -> None:
    found = read()
    assert (found.page_path, found.style.images, found.style.counter_url, found.style.blocks) == (
        "pages/{year}/{month}/{day}/{id}.md", "mirror", None, Blocks(),
    )  # fmt: skip


def test_repo_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(REPO="mirror").repo == tmp_path / "mirror"


def test_other_settings_are_ignored() -> None:
    values = {"NEWSMIRROR_REPO": "x", "NEWSMIRROR_AUTHOR": AUTHOR, "BOT_NAME": "y", "REPO": "z"}
    assert Config.from_settings(values).repo.name == "x"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"REPO": ""}, "NEWSMIRROR_REPO is empty; name the folder of the working copy"),
        ({"BRANCH": "a..b"}, "NEWSMIRROR_BRANCH is 'a..b'; use letters, digits, '.', '_', '-' and '/'"),
        ({"AUTHOR": "nobody"}, "NEWSMIRROR_AUTHOR must look like 'name <mail@example.invalid>'"),
        ({"PUBLIC_URL": "example.org"}, "NEWSMIRROR_PUBLIC_URL must be an address like https://host/path"),
        (
            {"PUBLIC_URL": "http://example.org"},
            "NEWSMIRROR_PUBLIC_URL must begin with https://; plain http is allowed on loopback only",
        ),
        (
            {"SITE_URL": "https://a:b@example.org"},
            "NEWSMIRROR_SITE_URL must hold no user, password, '?' or '#'",
        ),
        ({"MEMBERS_ONLY": "half"}, "NEWSMIRROR_MEMBERS_ONLY is 'half'; use teaser or full"),
        (
            {"PAGE_PATH": "pages/x.md"},
            "NEWSMIRROR_PAGE_PATH must begin with pages/, end with .md and hold {id}; "
            "known are {category}, {day}, {id}, {month}, {year}",
        ),
        ({"SCRIPT": "b5"}, "NEWSMIRROR_SCRIPT is 'b5'; use source or simplified or traditional"),
        ({"IMAGES": "all"}, "NEWSMIRROR_IMAGES is 'all'; use mirror or embed or none"),
        ({"HANG_SECONDS": "0"}, "NEWSMIRROR_HANG_SECONDS is '0'; use a number of seconds from 1 to 999999"),
        ({"HANG_SECONDS": "1h"}, "NEWSMIRROR_HANG_SECONDS is '1h'; use a number of seconds from 1 to 999999"),
        ({"BROWSER": "some"}, "NEWSMIRROR_BROWSER is 'some'; use never or lists or always"),
    ],
)
def test_problem(settings: dict[str, str], problem: str) -> None:
    assert problems(**settings)[0] == problem


def test_all_problems_at_once() -> None:
    found = problems(
        REPO="", BRANCH="/", AUTHOR="", PUBLIC_URL="x", SITE_URL="y", MEMBERS_ONLY="z", PAGE_PATH="w", IMAGES="v",
        BLOCKS="/nowhere/at/all", COUNTER_URL="u", REMOTES="t",
    )  # fmt: skip
    assert len(found) == 11


def test_one_wrong_choice_is_one_problem() -> None:
    assert len(problems(BROWSER="some")) == 1


@pytest.mark.parametrize("branch", ["main", "mirror/news", "v1.0", "a_b-c"])
def test_branch(branch: str) -> None:
    assert read(BRANCH=branch).branch == branch


@pytest.mark.parametrize("branch", ["-x", "/x", "x/", "x.lock", "a b", "a//b", "x.", "a~1", ".x", "x/.y", "HEAD",
     "+main", ":main", "a..b", "x.lock/y", "refs/heads/main", "0" * 40, "main\n--force", "@{u}", "--upload-pack=x"],
)  # fmt: skip
def test_branch_refused(branch: str) -> None:
    assert problems(BRANCH=branch)[0].startswith("NEWSMIRROR_BRANCH")


@pytest.mark.parametrize("author", ["河边 <a@example.invalid>", "a b<a@example.invalid>"])
def test_author(author: str) -> None:
    assert read(AUTHOR=author).author[1] == "a@example.invalid"


@pytest.mark.parametrize("author", ["", "<a@b>", "a <b>", "a\nb <a@b>", "a <a@b> c", "   <a@b>"])
def test_author_refused(author: str) -> None:
    assert problems(AUTHOR=author)[0].startswith("NEWSMIRROR_AUTHOR")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.org/m/", "https://example.org/m"),
        (" https://example.org:8443 ", "https://example.org:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost/", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_address(url: str, found: str) -> None:
    assert read(SITE_URL=url).site_url == found


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "ftp://a.example",
        "https://a b",
        "https://a.example/?x",
        "https://a.example/#x",
        "https://a.example:0",
        "https://a.example:x",
        "http://[x",
        "https://<a>",
    ],
)
def test_address_refused(url: str) -> None:
    assert problems(SITE_URL=url)[0].startswith("NEWSMIRROR_SITE_URL")


@pytest.mark.parametrize(
    ("value", "tags"),
    [("河边, 钟,河边,", ("河边", "钟")), (["河边", " 钟 "], ("河边", "钟")), ("", ()), (None, None)],
)
def test_tags(value: object, tags: tuple[str, ...] | None) -> None:
    assert read(TAGS=value).style.tags == tags


@pytest.mark.parametrize("pattern", ["pages/{id}.md", "pages/{category}/{year}-{month}/{id}.md", "pages/n{id}.md"])
def test_page_path(pattern: str) -> None:
    assert read(PAGE_PATH=pattern).page_path == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "{id}.md",
        "data/{id}.md",
        "/pages/{id}.md",
        "pages/../{id}.md",
        "pages/{id}.html",
        "pages/{id",
        "pages/{title}{id}.md",
        "pages/{id:>9}.md",
        "pages/{id!r}.md",
        "pages/{}{id}.md",
        "pages/.x/{id}.md",
        "pages/{id}/.md",
        "pages/{id.real}.md",
    ],
)
def test_page_path_refused(pattern: str) -> None:
    assert problems(PAGE_PATH=pattern)[0].startswith("NEWSMIRROR_PAGE_PATH")


def test_images_none() -> None:
    assert read(IMAGES="None").style.images == "none"


def test_mirroring_pictures_needs_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmirror.config.find_spec", lambda name: None)
    assert problems() == (
        "NEWSMIRROR_IMAGES is 'mirror', but Pillow is missing; run pip install pillow, or use embed or none",
    )
    assert read(IMAGES="embed").style.images == "embed"


def test_counter() -> None:
    assert read(COUNTER_URL="https://c.example/?p={path}").style.counter_url == "https://c.example/?p={path}"


@pytest.mark.parametrize(
    "url",
    [
        "http://c.example/", "https://c.example/a b", "https://c.example/(x)", "x", "https://u:p@c.example/{path}",
        "https://", "https:///{path}", "https://c.example/{page}", "https://c.example/{path", "https://c.example:0/",
        "https://[c/{path}", "https://c.example/#{path}", 'https://c.example/"', "https://{path}/x#",
    ],
)  # fmt: skip
def test_counter_refused(url: str) -> None:
    assert problems(COUNTER_URL=url)[0].startswith("NEWSMIRROR_COUNTER_URL must be an https:// address")


def test_hot_file(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("pages/1.md,2\n", encoding="utf-8")
    assert read(HOT_FILE=str(file)).hot_file == file
    assert read().hot_file is None


def test_hot_file_refused(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    assert problems(HOT_FILE=str(file)) == (
        f"NEWSMIRROR_HOT_FILE is '{file}', which is no file; make it or leave the setting out",
    )
    file.write_bytes(b"\xff")
    assert problems(HOT_FILE=str(file)) == ("NEWSMIRROR_HOT_FILE is not UTF-8 text",)


def test_blocks_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "header.md").write_bytes("欢迎\r\n朋友\r\n".encode())
    (tmp_path / "footer.md").write_text("再见\n", encoding="utf-8")
    assert read(BLOCKS=str(tmp_path)).style.blocks == Blocks(header="欢迎\n朋友", footer="再见")


def test_blocks_of_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert problems(BLOCKS=str(folder)) == (
        f"NEWSMIRROR_BLOCKS is '{folder}', which is no folder; make it or leave the setting out",
    )


def test_block_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "middle.md").write_bytes(b"\xff")
    assert problems(BLOCKS=str(tmp_path)) == ("NEWSMIRROR_BLOCKS holds middle.md, which cannot be read as UTF-8 text",)


def test_block_that_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "links.md").write_text("x" * 20_001, encoding="utf-8")
    assert problems(BLOCKS=str(tmp_path)) == (
        "NEWSMIRROR_BLOCKS holds links.md, which has over 20000 characters; shorten it",
    )


def test_script() -> None:
    assert read().style.script is Script.SOURCE
    assert read(SCRIPT="Traditional").style.script is Script.TRADITIONAL
    assert read(SCRIPT="simplified").style.script is Script.SIMPLIFIED


def test_script_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert problems(SCRIPT="traditional") == (
        "NEWSMIRROR_SCRIPT needs the package opencc; install it with pip or leave the setting out",
    )


def test_block_that_hosts_would_not_show(tmp_path: Path) -> None:
    (tmp_path / "header.md").write_text("<div>\n\n[一](javascript:x)", encoding="utf-8")
    (tmp_path / "links.md").write_text("# 又", encoding="utf-8")
    assert problems(BLOCKS=str(tmp_path)) == (
        "NEWSMIRROR_BLOCKS holds header.md, which does not close a comment, code or tag that it opens; "
        "correct the block",
        "NEWSMIRROR_BLOCKS holds header.md, which links to javascript:x, which hosts do not allow; correct the block",
        "NEWSMIRROR_BLOCKS holds links.md, which has 2 headings of the first level; correct the block",
    )
