"""`Verifier` and its parts on mirrors that the publisher made and somebody then damaged."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsmirror.clone import Clone
from newsmirror.config import Config
from newsmirror.exceptions import RefusedError
from newsmirror.items import Article, Paragraph, Span
from newsmirror.outcome import Report
from newsmirror.paths import tag_block, tag_stem, tags_path
from newsmirror.placing import make_page
from newsmirror.publish import Publisher
from newsmirror.qr import qr_png
from newsmirror.render import render_page
from newsmirror.settings import NEWSMIRROR_AUTHOR
from newsmirror.spiders.secretchina import SITE
from newsmirror.verify import Verifier, find_site
from tests.conftest import git

PREFIX = "https://code.example/o/r/blob/main"
START = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
PAGE = "pages/2026/11/23/1.md"
RECORD = "data/2026/11/23/1.md"
DAY = "data/2026/11/23.jsonl"


def configured(repo: Path, **settings: str) -> Config:
    values = {"REPO": str(repo), "AUTHOR": NEWSMIRROR_AUTHOR, "PUBLIC_URL": PREFIX, "IMAGES": "embed"} | settings
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


def story(identifier: int, **changes: object) -> Article:
    base = Article(
        id=identifier,
        url=f"https://www.secretchina.com/news/gb/2026/11/23/{identifier}.html",
        title=f"第{identifier}篇：山城小学",
        published=START + timedelta(seconds=identifier),
        date_only=False,
        category="p3",
        blocks=(Paragraph((Span("山城小学今天恢复上课，"), Span("软件", strong=True), Span("也更新了。"))),),
        tags=("教育", "Café #1"),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def publish(config: Config, *articles: Article) -> None:
    publisher = Publisher(config, SITE, now=lambda: START)
    publisher.open()
    for article in articles:
        page = make_page(article, config, PREFIX)
        text = render_page(article, path=page.path, address=page.address, site=SITE, style=config.style)
        assert publisher.add(replace(page, markdown=text, qr=qr_png(page.address))) is None
    publisher.finish(Report(lists={"read": 1}))
    publisher.close()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of three articles."""
    repo = tmp_path_factory.mktemp("verify") / "mirror"
    publish(configured(repo), story(1), story(2, category="p5"), story(3, tags=()))
    return repo


@pytest.fixture
def repo(original: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(shutil.copytree(original, tmp_path / "mirror", symlinks=True))


def findings(folder: Path, **settings: str) -> list[str]:
    clone = Clone(folder)
    try:
        return [f"{path}: {fault}" for path, fault in Verifier(clone, SITE, configured(folder, **settings)).findings()]
    finally:
        clone.close()


def commit_all(repo: Path) -> None:
    git(repo, "add", "-A")
    git(repo, "-c", "user.name=o", "-c", "user.email=o@example.invalid", "commit", "-qm", "edit")


def rewrite(repo: Path, path: str, change: Callable[[str], str]) -> None:
    file = repo / path
    text = file.read_text(encoding="utf-8")
    assert change(text) != text
    file.write_text(change(text), encoding="utf-8")


def test_mirror_without_fault(repo: Path) -> None:
    clone = Clone(repo)
    verifier = Verifier(clone, find_site(clone, [SITE]), configured(repo))

    assert list(verifier.findings()) == []
    assert (verifier.articles, verifier.files) == (3, len(git(repo, "ls-files").splitlines()))
    clone.close()


@pytest.mark.parametrize("script", ["traditional", "simplified", "source"])
def test_mirror_in_another_script_has_no_fault(tmp_path: Path, script: str) -> None:
    publish(configured(tmp_path / "mirror", SCRIPT="traditional"), story(1))
    assert "軟體" in (tmp_path / "mirror" / PAGE).read_text(encoding="utf-8")

    assert findings(tmp_path / "mirror", SCRIPT=script) == []


def test_shallow_clone_has_no_fault(repo: Path, tmp_path: Path) -> None:
    publish(configured(repo), story(4))
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{repo}", tmp_path / "copy"], check=True)

    assert findings(tmp_path / "copy") == []
    assert findings(tmp_path / "copy", PUBLIC_URL="") == []


def test_folder_without_git_has_no_fault(repo: Path) -> None:
    shutil.rmtree(repo / ".git")
    assert findings(repo) == []


def test_nothing_is_written(repo: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in [repo, *sorted(repo.rglob("*"))]
        }

    (repo / PAGE).touch()  # git's index does not know that nothing has changed
    before = state()

    assert findings(repo) == []

    assert state() == before


def test_files_that_differ_from_the_commit(repo: Path) -> None:
    (repo / "LINKS.md").write_text("# 更多\n", encoding="utf-8")
    (repo / PAGE).unlink()
    (repo / "indexes/new.md").write_text("# 新\n", encoding="utf-8")
    (repo / "notes.txt").write_text("the operator's own", encoding="utf-8")

    broken = "links to pages/2026/11/23/1.md, which is not in the tree"
    assert set(findings(repo)) == {
        f"{PAGE}: is not there; data/ names it for article 1",
        f"{PAGE}: is in the newest commit and not in the folder",
        "LINKS.md: differs from the newest commit",
        "indexes/new.md: is not in the newest commit",
        "indexes/new.md: is a list of nothing that data/ names",
        f"README.md: {broken}",
        f"indexes/p3.md: {broken}",
        f"indexes/p3/2026-11.md: {broken}",
        f"{tags_path(tag_block('教育'))}: {broken}",
        f"{tags_path(tag_block('Café #1'))}: {broken}",
    }


def twice(text: str) -> str:
    return text + text


@pytest.mark.parametrize(
    ("path", "change", "found"),
    [
        (PAGE, lambda text: text.replace("# 第1篇", "# 第9篇"), [f"{PAGE}: has another title than data/"]),
        (
            PAGE,
            lambda text: text.replace("恢复上课", "停课"),
            [f"{PAGE}: does not show what its record holds: 山城小学今天恢复上课，软件也更新了。"],
        ),
        (PAGE, lambda text: text.replace("/1.html>", "/2.html>"), [f"{PAGE}: does not name its source address"]),
        (PAGE, lambda text: text.replace("es/p3.md", "es/p5.md"), [f"{PAGE}: does not link to indexes/p3.md"]),
        (PAGE, lambda text: text.replace("标签：[教育]", "标签：[教](x)"), None),
        (
            PAGE,
            lambda text: text.replace(f"{PREFIX}/{PAGE}", f"{PREFIX}/pages/2026/11/23/2.md"),
            [
                f"{PAGE}: has the address {PREFIX}/pages/2026/11/23/2.md, which is not below NEWSMIRROR_PUBLIC_URL",
                f"{PAGE}: has a QR code that is not that of {PREFIX}/pages/2026/11/23/2.md",
            ],
        ),
        (
            PAGE,
            lambda text: text.replace("[![本页二维码](1.md.png)]", "[![本页二维码](2.md.png)]"),
            [f"{PAGE}: does not show its QR code with its address"],
        ),
        (PAGE, lambda text: text.replace("山城小学今天", "<script>"), None),
        (RECORD, lambda text: text.replace("恢复", "停"), None),
        (DAY, twice, [f"{DAY}: names article {number}, which data/ names before" for number in (1, 2, 3)]),
        (DAY, lambda text: "{}\n" + text, [f"{DAY}: has a line that cannot be read, number 1"]),
        (DAY, lambda text: text.replace('", "', '","', 1), [f"{DAY}: writes article 1 in another form"]),
        ("README.md", lambda text: text.replace("- 2026", "* * *\n\n2026", 1), ["README.md: does not name article 3"]),
        ("indexes/p3.md", lambda text: text.replace("/3.md", "/2.md"), [
            "indexes/p3.md: does not name article 3", "indexes/p3.md: names 1 that do not belong there",
        ]),
        ("indexes/p3.md", lambda text: text.replace("/3.md", "/1.md"), [
            "indexes/p3.md: does not name article 3", "indexes/p3.md: names an article twice",
        ]),
        ("feeds/all.xml", lambda text: text[:-9], ["feeds/all.xml: is no XML"]),
    ],
)  # fmt: skip
def test_damaged_file(repo: Path, path: str, change: Callable[[str], str], found: list[str] | None) -> None:
    rewrite(repo, path, change)
    commit_all(repo)

    result = findings(repo)

    assert result if found is None else result == found


def test_qr_code_of_another_address(repo: Path) -> None:
    (repo / f"{PAGE}.png").write_bytes(qr_png("https://example.org/"))
    (repo / "pages/2026/11/23/2.md.png").unlink()
    commit_all(repo)

    assert findings(repo)[:2] == [
        f"{PAGE}: has a QR code that is not that of {PREFIX}/{PAGE}",
        "pages/2026/11/23/2.md: loads pages/2026/11/23/2.md.png, which is not in the tree",
    ]


def test_mirror_that_has_moved(repo: Path) -> None:
    found = findings(repo, PUBLIC_URL="https://new.example")
    assert found[0] == f"{PAGE}: has the address {PREFIX}/{PAGE}, which is not below NEWSMIRROR_PUBLIC_URL"
    assert len(found) == 3


def test_missing_record_and_list(repo: Path) -> None:
    (repo / RECORD).unlink()
    (repo / "indexes/p5/2026-11.md").unlink()
    commit_all(repo)

    found = findings(repo)

    assert any(line.startswith(f"{RECORD}: it is no record of an article") for line in found)
    assert "indexes/p5/2026-11.md: is missing; it should name 1 articles" in found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("pages/2026/11/23/9.md", ["belongs to no article that data/ names"]),
        ("pages/2026/11/23/9.md.png", ["belongs to no article that data/ names"]),
        ("data/2026/11/23/9.md", ["belongs to no article that data/ names"]),
        ("data/notes.txt", ["is no file of a mirror"]),
        ("images/aa/x.webp", ["is not named by its content"]),
        (
            "pages/2026/11/23/index.html",
            ["has a name that hosts take for an order or a front page", "belongs to no article that data/ names"],
        ),
        ("tags/aa/CON.md", ["has a name that some systems cannot store or take for another"]),
        ("data/.gitattributes", ["has a name that some systems cannot store or take for another"]),
        ("tags/aa/a:b.md", ["has a name that some systems cannot store or take for another"]),
    ],
)
def test_file_that_does_not_belong(repo: Path, path: str, found: list[str]) -> None:
    (repo / path).parent.mkdir(parents=True, exist_ok=True)
    (repo / path).write_text("# 一\n", encoding="utf-8")
    commit_all(repo)

    assert [line for line in findings(repo) if line.startswith(f"{path}: ")][: len(found)] == [
        f"{path}: {fault}" for fault in found
    ]


def test_links_are_not_followed(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/a.md").write_text("x", encoding="utf-8")
    (repo / "tags/out").symlink_to(tmp_path / "secret")
    (repo / "images").mkdir()
    os.mkfifo(repo / "images/pipe")
    commit_all(repo)

    assert findings(repo) == ["images/pipe: is no ordinary file", "tags/out: is no ordinary file"]


def test_folder_of_too_many_entries(repo: Path) -> None:
    folder = repo / "pages/2026/11/23"
    for number in range(1000, 2000):
        (folder / f"{number}.md").write_text("# 一\n", encoding="utf-8")
    commit_all(repo)

    assert "pages/2026/11/23: has 1006 entries; hosts show 1000" in findings(repo)


def test_line_that_names_a_place_outside(repo: Path) -> None:
    rewrite(repo, DAY, lambda text: text.replace(f'"{PAGE}"', '"pages/../../x.md"'))
    commit_all(repo)

    assert f"{DAY}: names pages/../../x.md, which is no place of a page" in findings(repo)


def test_month_in_two_parts_and_a_long_tag(tmp_path: Path) -> None:
    config = configured(tmp_path / "mirror")
    publish(config, *(story(number) for number in range(1, 206)))

    assert findings(config.repo) == []
    rewrite(config.repo, "indexes/p3/2026-11.md", lambda text: text.replace("/77.md)", "/78.md)"))
    assert "indexes/p3/2026-11.md: does not name article 77" in findings(config.repo)


def test_folder_that_is_no_mirror(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no such folder"):
        Clone(tmp_path / "nowhere")
    with pytest.raises(RefusedError, match="no mirror of a known site"):
        find_site(Clone(tmp_path), [SITE])
    git(tmp_path, "init", "-q")
    with pytest.raises(RefusedError, match="no commit"):
        Clone(tmp_path)


def test_bare_repository_is_refused(repo: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--bare", repo, tmp_path / "bare"], check=True)
    clone = Clone(tmp_path / "bare")
    with pytest.raises(RefusedError, match="no mirror of a known site"):
        find_site(clone, [SITE])


def test_index_of_tags_that_misses_some(repo: Path) -> None:
    index = tags_path(tag_block("教育"))
    rewrite(repo, index, lambda text: text.replace("[教育](../../pages/2026/11/23/2.md)", "教育"))
    rewrite(repo, "tags/all.md", lambda text: text.replace(index.removeprefix("tags/"), "../README.md"))

    found = findings(repo)

    assert f"{index}: does not lead to 1 of its tags" in found
    assert "tags/all.md: does not lead to 1 of its tags" in found


def test_tag_with_three_articles_needs_a_page(repo: Path) -> None:
    publish(configured(repo), story(4))
    page = f"{tag_stem('教育')}.md"
    (repo / page).unlink()

    assert f"{page}: is missing; it should name 3 articles" in findings(repo)
