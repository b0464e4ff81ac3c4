"""The publisher without a crawl: real git, real SQLite, real files."""

import json
import logging
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.exceptions import BusyError, RefusedError
from newsmirror.items import Article, OutputFile, Page, Paragraph, Span
from newsmirror.lists import Entry, Subject
from newsmirror.outcome import Outcome, Report
from newsmirror.placing import make_page
from newsmirror.publish import GIVE_UP, Publisher
from newsmirror.qr import qr_png
from newsmirror.render import render_page
from newsmirror.settings import NEWSMIRROR_AUTHOR
from newsmirror.spiders.secretchina import SITE
from newsmirror.status import Result, describe
from newsmirror.store import Pending, Store
from tests.conftest import git

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
READ = Report(lists={"read": 3})


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.from_settings({"NEWSMIRROR_REPO": str(tmp_path / "mirror"), "NEWSMIRROR_AUTHOR": NEWSMIRROR_AUTHOR})


def story(identifier: int, text: str = "山城小学今天恢复上课。", **changes: object) -> Article:
    base = Article(
        id=identifier,
        url=f"https://www.secretchina.com/news/gb/2026/11/23/{identifier}.html",
        title=f"第{identifier}篇",
        published=datetime(2026, 11, 23, 1, 14, tzinfo=UTC),
        date_only=False,
        category="p3",
        blocks=(Paragraph((Span(text),)),),
        tags=("教育",),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def page_of(article: Article, config: Config, prefix: str | None = None) -> Page:
    page = make_page(article, config, prefix)
    text = render_page(article, path=page.path, address=page.address, site=SITE, style=config.style)
    return replace(page, markdown=text, qr=qr_png(page.address))


def publish(config: Config, *articles: Article, report: Report = READ, pending: tuple[Pending, ...] = ()) -> Result:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    try:
        for article in articles:
            assert publisher.add(page_of(article, config)) is None
        return publisher.finish(report, pending=pending)
    finally:
        publisher.close()


def test_one_run_makes_one_commit_with_all_files(config: Config) -> None:
    result = publish(config, story(1), story(2))

    assert result.outcome is Outcome.PUBLISHED
    assert git(config.repo, "-c", "core.quotePath=false", "ls-files").splitlines() == [
        "LINKS.md",
        "README.md",
        "data/2026/11/23.jsonl",
        "data/2026/11/23/1.md",
        "data/2026/11/23/2.md",
        "feeds/all.xml",
        "feeds/p3.xml",
        "indexes/p3.md",
        "indexes/p3/2026-11.md",
        "pages/2026/11/23/1.md",
        "pages/2026/11/23/1.md.png",
        "pages/2026/11/23/2.md",
        "pages/2026/11/23/2.md.png",
        "tags/all.md",
        "tags/u6/6500.md",
    ]
    assert git(config.repo, "log", "--format=%an <%ae> %ai %ci %s") == (
        "newsmirror <newsmirror@example.invalid> 2026-11-24 08:00:00 +0000 2026-11-24 08:00:00 +0000 "
        "newsmirror: 2 new, 0 updated"
    )
    assert git(config.repo, "status", "--porcelain") == ""


def test_data_line_holds_what_lists_need(config: Config) -> None:
    publish(config, story(1))

    record = json.loads((config.repo / "data/2026/11/23.jsonl").read_text(encoding="utf-8"))

    assert record == {
        "id": 1,
        "url": "https://www.secretchina.com/news/gb/2026/11/23/1.html",
        "path": "pages/2026/11/23/1.md",
        "title": "第1篇",
        "category": "p3",
        "tags": ["教育"],
        "published": "2026-11-23T01:14:00Z",
        "date_only": False,
        "digest": story(1).digest(),
    }


def test_nothing_new_makes_no_commit(config: Config) -> None:
    publish(config, story(1))
    before = git(config.repo, "rev-parse", "HEAD")

    result = publish(config)

    assert result.outcome is Outcome.NOTHING_NEW
    assert git(config.repo, "rev-parse", "HEAD") == before


def test_update_rewrites_page_and_keeps_its_code(config: Config) -> None:
    publish(config, story(1), story(2))
    code = config.repo / "pages/2026/11/23/1.md.png"
    code.write_bytes(code.read_bytes() + b"older zlib")

    result = publish(config, story(1, "改过的正文，多了一句话。", title="新题目"))

    assert (result.new, result.updated) == (0, 1)
    assert "改过的正文" in (config.repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    assert "新题目" in (config.repo / "indexes/p3.md").read_text(encoding="utf-8")
    assert code.read_bytes().endswith(b"older zlib")


def test_tag_taken_from_an_article_leaves_its_list(config: Config) -> None:
    publish(config, story(1), story(2), story(3))

    publish(config, story(1, tags=("天气",)))

    text = (config.repo / "tags/c8/教育.md").read_text(encoding="utf-8")
    assert "第2篇" in text
    assert "第1篇" not in text


def test_lost_state_is_rebuilt_from_the_tree(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    publish(config, story(1), story(2))
    for file in (config.repo / ".git/newsmirror").glob("state.sqlite*"):
        file.unlink()

    publisher = Publisher(config, SITE)
    publisher.open()
    known = publisher.memory.row(2)
    publisher.close()

    assert known is not None
    assert known.digest == story(2).digest()
    assert "The state file was missing; it is rebuilt from data/ with 2 articles" in caplog.text


def test_lines_of_data_that_cannot_be_read_are_told_and_left_out(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    publish(config, story(1), story(2))
    day = config.repo / "data/2026/11/23.jsonl"
    day.write_text("[" * 300_000 + "\n" + day.read_text(encoding="utf-8"), encoding="utf-8")
    git(config.repo, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "edit")
    for file in (config.repo / ".git/newsmirror").glob("state.sqlite*"):
        file.unlink()

    result = publish(config, story(3))

    assert result.outcome is Outcome.PUBLISHED
    assert "1 lines of data/ cannot be read; those articles will be fetched again" in caplog.text
    assert "第2篇" in (config.repo / "indexes/p3.md").read_text(encoding="utf-8")


def test_damaged_state_is_set_aside_and_rebuilt(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    publish(config, story(1))
    state = config.repo / ".git/newsmirror/state.sqlite"
    for file in state.parent.glob("state.sqlite-*"):
        file.unlink()
    state.write_bytes(b"no database at all, but long enough to be taken for one" * 100)

    publisher = Publisher(config, SITE)
    publisher.open()
    known = publisher.memory.knows(1)
    publisher.close()

    assert known
    assert "The state file was damaged; it is rebuilt from data/ with 1 articles" in caplog.text


def test_state_behind_the_commit_is_brought_up_to_date(config: Config) -> None:
    publish(config, story(1))
    saved = (config.repo / ".git/newsmirror/state.sqlite").read_bytes()
    publish(config, story(2))
    for file in (config.repo / ".git/newsmirror").glob("state.sqlite-*"):
        file.unlink()
    (config.repo / ".git/newsmirror/state.sqlite").write_bytes(saved)  # as if killed between commit and state

    publisher = Publisher(config, SITE)
    publisher.open()
    known = publisher.memory.knows(2)
    publisher.close()

    assert known


def test_state_that_turns_out_damaged_while_it_is_asked_is_rebuilt(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    publish(config, story(1))
    publisher = Publisher(config, SITE)
    publisher.open()
    damage(publisher)

    known = publisher.memory.knows(1)
    publisher.close()

    assert known
    assert "The state file was damaged; it is rebuilt from data/ with 1 articles" in caplog.text


def test_state_that_turns_out_damaged_at_the_end_costs_nothing(config: Config) -> None:
    publish(config, story(1))
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    publisher.add(page_of(story(2), config))
    damage(publisher)

    result = publisher.finish(READ)
    publisher.close()

    assert result.outcome is Outcome.PUBLISHED
    assert publish(config).outcome is Outcome.NOTHING_NEW
    assert git(config.repo, "rev-list", "--count", "main") == "2"


def damage(publisher: Publisher) -> None:
    """Overwrite the articles on the disk, as a bad sector would, and make SQLite read them again."""
    store = publisher._store
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    root = store._db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles'").fetchone()[0]
    with store._path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    store._db.close()
    store._open(store._path)


def test_interrupted_run_leaves_nothing(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    publish(config, story(1))
    dying = Publisher(config, SITE)
    dying.open()
    dying.add(page_of(story(2), config))
    dying.add(page_of(story(1, "半途而废的改动，没有提交。"), config))
    lock = config.repo / ".git/newsmirror/lock"
    said = lock.read_bytes()
    dying.close()
    lock.write_bytes(said)  # as a killed process: nothing finished, the lock free, its note still there

    result = publish(config)

    assert result.outcome is Outcome.NOTHING_NEW
    assert not (config.repo / "pages/2026/11/23/2.md").exists()
    assert "半途而废" not in (config.repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    assert "The run before did not come to its end" in caplog.text


def test_commit_that_git_refuses_leaves_everything_for_the_next_run(config: Config) -> None:
    publish(config, story(1))
    lock = config.repo / ".git/refs/heads/main.lock"
    lock.touch()

    failed = publish(config, story(2))
    lock.unlink()
    again = publish(config, story(2))

    assert failed.outcome is Outcome.COMMIT_FAILED
    assert failed.reason
    assert str(config.repo) not in failed.reason
    assert again.outcome is Outcome.PUBLISHED
    assert again.new == 1


def test_second_run_at_once_is_busy(config: Config) -> None:
    first = Publisher(config, SITE)
    first.open()

    with pytest.raises(BusyError, match="another run"):
        Publisher(config, SITE).open()

    first.close()


def test_repository_with_only_a_readme_is_adopted(config: Config) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(config.repo)], check=True)
    (config.repo / "README.md").write_text("# my mirror\n")
    (config.repo / "LICENSE").write_text("MIT\n")
    git(config.repo, "add", ".")
    git(config.repo, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "start")

    result = publish(config, story(1))

    assert result.outcome is Outcome.PUBLISHED
    assert git(config.repo, "show", "HEAD:LICENSE") == "MIT"
    assert git(config.repo, "rev-list", "--count", "HEAD") == "2"


def test_other_files_of_the_operator_are_left_alone(config: Config) -> None:
    publish(config, story(1))
    (config.repo / "secret.key").write_text("mine")
    (config.repo / "staged.txt").write_text("mine")
    git(config.repo, "add", "staged.txt")

    publish(config, story(2))

    assert "secret.key" not in git(config.repo, "ls-tree", "-r", "--name-only", "HEAD")
    assert "staged.txt" not in git(config.repo, "ls-tree", "-r", "--name-only", "HEAD")
    assert git(config.repo, "status", "--porcelain").splitlines() == ["A  staged.txt", "?? secret.key"]


def test_other_branch_is_refused(config: Config) -> None:
    publish(config, story(1))
    git(config.repo, "checkout", "-q", "-b", "drafts")

    with pytest.raises(RefusedError, match="the working copy is on drafts, not on main"):
        Publisher(config, SITE).open()


def test_mirror_of_another_site_is_refused(config: Config) -> None:
    publish(config, story(1))
    other = replace(SITE, host="www.example.org", aliases=())

    with pytest.raises(RefusedError, match=r"mirrors another site than www\.example\.org"):
        Publisher(config, other).open()


def test_hooks_of_the_repository_do_not_run(config: Config, tmp_path: Path) -> None:
    publish(config, story(1))
    for name in ("pre-commit", "post-commit", "reference-transaction", "post-index-change"):
        hook = config.repo / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)

    publish(config, story(2))

    assert not (tmp_path / "ran").exists()


def test_page_that_the_gate_refuses_is_not_written(config: Config) -> None:
    publisher = Publisher(config, SITE)
    publisher.open()
    page = replace(page_of(story(1), config), markdown="<script>1</script>")

    fault = publisher.add(page)
    publisher.close()

    assert fault == "holds <script>, which hosts do not show"
    assert not (config.repo / "pages").exists()


def test_page_that_the_gate_refuses_does_not_sink_the_others(config: Config) -> None:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    good, bad = page_of(story(1), config), page_of(story(2, tags=("天气",)), config)

    fault = publisher.add(replace(bad, markdown=bad.markdown.replace("../../../../LINKS.md", "../nowhere.md")))
    assert publisher.add(good) is None
    result = publisher.finish(READ)
    publisher.close()

    assert fault == "links to pages/2026/11/nowhere.md, which is not in the tree"
    assert (result.outcome, result.new) == (Outcome.PUBLISHED, 1)
    files = git(config.repo, "-c", "core.quotePath=false", "ls-files")
    assert "pages/2026/11/23/1.md" in files
    assert "pages/2026/11/23/2.md" not in files
    assert "天气" not in files
    assert git(config.repo, "status", "--porcelain") == ""


def test_article_whose_line_breaks_lists_is_refused(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """No title does that today; should one, it must not take the lists along."""
    publisher = Publisher(config, SITE)
    publisher.open()
    for module in ("render", "listpages"):
        monkeypatch.setattr(f"newsmirror.{module}.escape", lambda text, **_: text)

    fault = publisher.add(page_of(story(1, title="一](javascript:x) [二"), config))
    publisher.close()

    assert fault == "in lists links to javascript:x, which hosts do not allow"


@pytest.fixture
def blocks(tmp_path: Path) -> Path:
    folder = tmp_path / "blocks"
    folder.mkdir()
    return folder


def with_blocks(config: Config, blocks: Path, **settings: str) -> Config:
    values = {"REPO": str(config.repo), "AUTHOR": NEWSMIRROR_AUTHOR, "BLOCKS": str(blocks)} | settings
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("header", "[一](help.md)", "links to pages/2026/11/23/help.md, which is not in the tree"),
        ("links", "[一](help.md)", "links to help.md, which is not in the tree"),
        ("links", "[一](.git/config)", "links to .git/config, which is not in the tree"),
        ("footer", "![](https://example.org/a.png)", "loads https://example.org/a.png from another host"),
    ],
)
def test_block_that_needs_the_tree_is_judged_at_the_start(
    config: Config, blocks: Path, name: str, text: str, fault: str
) -> None:
    (blocks / f"{name}.md").write_text(text, encoding="utf-8")

    with pytest.raises(RefusedError) as caught:
        Publisher(with_blocks(config, blocks), SITE).open()

    assert str(caught.value) == f"NEWSMIRROR_BLOCKS holds {name}.md, which {fault}; correct the block"


def test_block_may_link_to_what_the_operator_has_committed(config: Config, blocks: Path) -> None:
    publish(config, story(1))
    (blocks / "links.md").write_text("[一](help.md) [首页](README.md#最新文章)", encoding="utf-8")
    (config.repo / "help.md").write_text("# 一\n", encoding="utf-8")
    with pytest.raises(RefusedError):
        Publisher(with_blocks(config, blocks), SITE).open()
    git(config.repo, "add", "help.md")
    git(config.repo, "-c", "user.name=o", "-c", "user.email=o@example.invalid", "commit", "-qm", "help")

    result = publish(with_blocks(config, blocks), story(2))

    assert result.outcome is Outcome.PUBLISHED
    assert "[一](help.md)" in (config.repo / "LINKS.md").read_text(encoding="utf-8")


def test_counter_is_a_load_that_the_operator_asked_for(config: Config, blocks: Path) -> None:
    counted = with_blocks(config, blocks, COUNTER_URL="https://count.example/{path}")
    assert publish(counted, story(1)).new == 1


def test_public_address_comes_from_the_first_remote(config: Config) -> None:
    publish(config, story(1))
    git(config.repo, "remote", "add", "github", "git@github.com:owner/news.git")

    publisher = Publisher(config, SITE)
    publisher.open()
    publisher.finish(READ)
    publisher.close()

    text = (config.repo / "LINKS.md").read_text(encoding="utf-8")
    assert "本镜像地址：<https://github.com/owner/news/blob/main/README.md>" in text


def test_pending_addresses_are_kept_for_the_next_run(config: Config) -> None:
    waiting = Pending("https://www.secretchina.com/news/gb/2026/11/22/7.html", "article", "p1", NOW)
    publish(config, story(1), pending=(waiting,))

    publisher = Publisher(config, SITE)
    publisher.open()
    found = publisher.memory.pending()
    publisher.close()

    assert found == [waiting]


def test_tag_with_over_200_articles_gets_lists_of_months(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(config, *(story(number) for number in range(1, 201)))
    assert not (config.repo / "tags/c8/教育").exists()

    publish(config, story(201))

    names = sorted(path.name for path in (config.repo / "tags/c8/教育").iterdir())
    newest = (config.repo / "tags/c8/教育.md").read_text(encoding="utf-8")
    assert names == ["2026-11-2.md", "2026-11.md"]
    assert newest.count("\n- ") == 200
    assert "第1篇" not in newest

    asked: list[tuple[Subject, str]] = []
    read = Store.month

    def month(store: Store, subject: Subject, month: str) -> list[Entry]:
        asked.append((subject, month))
        return read(store, subject, month)

    monkeypatch.setattr(Store, "month", month)
    for number in (202, 203):
        url = f"https://www.secretchina.com/news/gb/2026/09/05/{number}.html"
        publish(config, story(number, url=url, published=datetime(2026, 9, 5, 1, 14, tzinfo=UTC)))
    assert [when for subject, when in asked if subject.kind == "tag"] == ["2026-09", "2026-11", "2026-09"]


def test_status_says_how_the_run_ended(config: Config) -> None:
    publish(config, story(1), report=Report(lists={"read": 2, "http": 1}, articles={"scraped": 1}))

    status = json.loads((config.repo / ".git/newsmirror/status.json").read_text(encoding="utf-8"))

    assert status["outcome"] == "published"
    assert status["exit_code"] == 0
    assert status["finished"] == "2026-11-24T08:00:00Z"
    assert (status["new"], status["updated"], status["quarantined"]) == (1, 0, 0)
    assert status["lists"] == {"http": 1, "read": 2}


def test_describe_is_one_line_with_the_counts() -> None:
    result = Result(Outcome.PUBLISHED, 12, 1, "1a2b3c4d5e")
    report = Report(lists={"read": 3}, articles={"scraped": 13, "layout": 2})

    assert describe(result, report) == "published 12 new, 1 updated, 2 quarantined; 3 lists; commit 1a2b3c4"


def test_error_logs_hold_no_path_of_the_machine(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "newsmirror")

    publish(config, story(1))

    assert str(config.repo.parent) not in caplog.text


def long_story(identifier: int, text: str) -> Article:
    return story(identifier, text * 40, blocks=(Paragraph((Span(text * 40),)), Paragraph((Span("完"),))))


def test_articles_with_one_text_are_taken_back(config: Config) -> None:
    first = [long_story(number, f"第{number}篇说的是另一件事。") for number in range(1, 20)]
    copies = [long_story(number, "这一篇在好几个地址上。") for number in (31, 32, 33)]

    result = publish(config, *first, *copies, report=Report(lists={"read": 1}, articles={"scraped": 22}))

    assert (result.outcome, result.new, result.refused) == (Outcome.PUBLISHED, 19, ("copy",) * 3)
    names = git(config.repo, "ls-files").splitlines()
    assert [name for name in names if "/31." in name or "/33" in name] == []
    assert "31.html" not in (config.repo / "data/2026/11/23.jsonl").read_text(encoding="utf-8")
    assert git(config.repo, "status", "--porcelain") == ""


def test_taken_back_update_leaves_the_page_as_it_was(config: Config) -> None:
    first = [long_story(number, f"第{number}篇说的是另一件事。") for number in range(1, 20)]
    publish(config, *first)
    before = git(config.repo, "rev-parse", "HEAD^{tree}")
    copies = [long_story(number, "这一篇在好几个地址上。") for number in range(1, 5)]

    result = publish(config, *copies, report=Report(lists={"read": 1}, articles={"scraped": 4}))

    assert (result.outcome, result.updated) == (Outcome.SUSPICIOUS, 0)
    assert "4 of 4 articles have one text" in str(result.reason)
    assert git(config.repo, "rev-parse", "HEAD^{tree}") == before


def test_files_that_other_articles_share_are_not_taken_back(config: Config) -> None:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    publisher.add(page_of(story(1), config))
    publisher.add(page_of(story(2), config))
    publisher._files = {1: ["pages/2026/11/23/1.md", "images/aa/x.webp"], 2: ["images/aa/x.webp"]}
    publisher._stage.write(OutputFile("images/aa/x.webp", b"x"))
    publisher._take_back([1])

    assert publisher._stage.exists("images/aa/x.webp")
    assert not publisher._stage.exists("pages/2026/11/23/1.md")
    assert list(publisher._new) == [2]
    publisher.close()


def test_refused_articles_come_again_until_they_were_tried_often(config: Config) -> None:
    url = story(9).url
    for number in range(GIVE_UP + 1):
        publisher = Publisher(config, SITE, now=lambda: NOW)
        publisher.open()
        assert [one.url for one in publisher.memory.pending()] == ([url] if 0 < number < GIVE_UP else [])
        publisher.finish(READ, failures=[(url, "too_short"), (story(8).url, "http")])
        publisher.close()
