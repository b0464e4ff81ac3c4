"""Moving house: real git, real state, no source."""

import re
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined

from newsmirror import render
from newsmirror.archive import read_records
from newsmirror.clone import Clone
from newsmirror.config import Config
from newsmirror.git import Repository
from newsmirror.hot import read_hot
from newsmirror.items import Article, OutputFile, Page, StoredPicture
from newsmirror.lists import Rankings
from newsmirror.mirror import Mirror
from newsmirror.outcome import Outcome, PushResult, Report
from newsmirror.pictures import read_note
from newsmirror.placing import make_page
from newsmirror.publish import Publisher
from newsmirror.qr import qr_png
from newsmirror.rebuild import Rebuilder, describe
from newsmirror.render import render_page
from newsmirror.spiders.secretchina import SITE
from newsmirror.state import read_rows
from newsmirror.status import Result
from newsmirror.verify import Verifier
from tests.conftest import TAGS, closed_port, git
from tests.githost import make_bare, tip_of
from tests.test_git import disturb
from tests.test_join import open_copy
from tests.test_publish import story

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
OLD = "https://old.example/mirror"
NEW = "https://new.example/mirror"
FLAT = "pages/{category}/{id}.md"
RECORD = re.compile(r"data/\d+/\d+/\d+/\d+\.md")
CRAWLED = {"PUBLIC_URL": "https://code.example/o/r/blob/main", "TAGS": TAGS, "IMAGES": "mirror"}
"""Settings with which the finished mirror was made."""


def configured(repo: Path, **settings: str) -> Config:
    values = {"REPO": str(repo), "PUBLIC_URL": OLD, "IMAGES": "none"} | settings
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


def page_of(article: Article, config: Config, pictures: tuple[StoredPicture, ...] = ()) -> Page:
    page = make_page(article, config, config.public_url)
    text = render_page(article, path=page.path, address=page.address, site=SITE, style=config.style, pictures=pictures)
    return replace(page, markdown=text, qr=qr_png(page.address), pictures=pictures)


def publish(config: Config, *articles: Article) -> None:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    with closing(publisher):
        for article in articles:
            assert publisher.add(page_of(article, config)) is None
        assert publisher.finish(Report(lists={"read": 3})).outcome is Outcome.PUBLISHED


def rebuild(config: Config) -> Result:
    mirror = Mirror(config, SITE, lambda: NOW)
    mirror.open()
    with closing(mirror):
        return Rebuilder(mirror).run()


def republish(source: Path, config: Config) -> None:
    """Publish the articles of a mirror into a new one: what a crawl with these settings would make of them."""
    old = Repository(source, "main")
    tip = old.tip()
    assert tip
    rows = list(read_rows(old.blobs(f"{tip}:{name}" for name in old.data_names(tip))))
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    with closing(publisher):
        for _, record in read_records(old, rows):
            assert record
            pictures = read_note(record.notes)
            found = old.contents(picture.path for picture in pictures)
            shown = tuple(OutputFile(path, content) for path, content in found.items())
            page = page_of(record.article, config, pictures)
            assert publisher.add(replace(page, picture_files=shown)) is None
        ranked = read_hot((source / "indexes/hot.md").read_text(encoding="utf-8"))
        publisher.evidence.rankings = Rankings(tuple(ranked["most_read"]), tuple(ranked["leads"]))
        assert publisher.finish(Report(lists={"read": 3})).outcome is Outcome.PUBLISHED


def without_notes(repo: Path) -> dict[str, str]:
    """The tree but for the records, which remember where a page has stood."""
    return {path: blob for path, blob in tree(repo).items() if not RECORD.fullmatch(path)}


def tree(repo: Path) -> dict[str, str]:
    lines = git(repo, "-c", "core.quotePath=false", "ls-tree", "-r", "HEAD").splitlines()
    return {line.split("\t")[1]: line.split()[2] for line in lines}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    publish(configured(tmp_path / "mirror"), story(1), story(2, tags=("教育", "山城")), story(3, category=None))
    return tmp_path / "mirror"


def test_new_address_gives_what_a_fresh_crawl_would(repo: Path, tmp_path: Path) -> None:
    result = rebuild(configured(repo, PUBLIC_URL=NEW))
    publish(
        configured(tmp_path / "fresh", PUBLIC_URL=NEW),
        story(1), story(2, tags=("教育", "山城")), story(3, category=None),
    )  # fmt: skip

    assert (result.outcome, result.updated) == (Outcome.PUBLISHED, 3)
    assert tree(repo) == tree(tmp_path / "fresh")
    assert git(repo, "status", "--porcelain") == ""


def test_second_rebuild_makes_no_commit(repo: Path) -> None:
    rebuild(configured(repo, PUBLIC_URL=NEW, PAGE_PATH=FLAT))
    before = git(repo, "rev-parse", "HEAD")

    assert rebuild(configured(repo, PUBLIC_URL=NEW, PAGE_PATH=FLAT)).outcome is Outcome.NOTHING_NEW
    assert git(repo, "rev-parse", "HEAD") == before


def test_a_clone_without_state_is_enough(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(repo), "clone")
    git(tmp_path / "clone", "remote", "remove", "origin")

    assert rebuild(configured(tmp_path / "clone", PUBLIC_URL=NEW)).updated == 3
    shutil.rmtree(repo)
    assert NEW in (tmp_path / "clone/pages/2026/11/23/1.md").read_text(encoding="utf-8")


def test_moved_pages_are_found_from_every_earlier_place(repo: Path, tmp_path: Path) -> None:
    rebuild(configured(repo, PAGE_PATH=FLAT))
    rebuild(configured(repo, PAGE_PATH="pages/{id}.md"))
    publish(
        configured(tmp_path / "fresh", PAGE_PATH="pages/{id}.md"),
        story(1), story(2, tags=("教育", "山城")), story(3, category=None),
    )  # fmt: skip

    first = (repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    assert "(../../../1.md)" in first
    assert "(../1.md)" in (repo / "pages/p3/1.md").read_text(encoding="utf-8")
    assert (repo / "pages/2026/11/23/1.md.png").exists()
    fresh, ours = tree(tmp_path / "fresh"), tree(repo)
    records = {path for path in fresh if path.startswith("data/") and path.endswith(".md")}
    assert {path: ours[path] for path in fresh if path not in records} == {
        path: blob for path, blob in fresh.items() if path not in records
    }


def test_moving_back_turns_the_way_around(repo: Path) -> None:
    before = tree(repo)
    rebuild(configured(repo, PAGE_PATH=FLAT))
    rebuild(configured(repo))

    after = tree(repo)
    assert {path: after[path] for path in before if path.startswith(("pages/", "indexes/"))} == {
        path: blob for path, blob in before.items() if path.startswith(("pages/", "indexes/"))
    }
    assert "(../2026/11/23/1.md)" in (repo / "pages/p3/1.md").read_text(encoding="utf-8")


def test_an_update_keeps_the_way_from_earlier_places(repo: Path) -> None:
    rebuild(configured(repo, PAGE_PATH=FLAT))

    publish(configured(repo, PAGE_PATH=FLAT), story(1, title="改过的标题"))

    assert "改过的标题" in (repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    assert rebuild(configured(repo, PAGE_PATH=FLAT)).outcome is Outcome.NOTHING_NEW


def test_dry_run_counts_and_changes_nothing(repo: Path) -> None:
    before = tree(repo)
    mirror = Mirror(configured(repo, PUBLIC_URL=NEW), SITE, lambda: NOW)
    mirror.open()
    with closing(mirror):
        rebuilder = Rebuilder(mirror)
        result = rebuilder.rehearse()

    assert (result.dry_run, result.outcome) == (True, Outcome.PUBLISHED)
    assert (rebuilder.counts["pages"], rebuilder.counts["codes"], rebuilder.counts["lists"]) == (3, 3, 3)
    assert tree(repo) == before


# A mirror that was crawled, with pictures


def test_rebuild_without_a_change_makes_no_commit(mirror: Path) -> None:
    before = git(mirror, "rev-parse", "HEAD")

    assert rebuild(configured(mirror, **CRAWLED)).outcome is Outcome.NOTHING_NEW
    assert git(mirror, "rev-parse", "HEAD") == before


def blocks(folder: Path, word: str) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    for name in ("header", "middle", "footer", "links"):
        (folder / f"{name}.md").write_text(f"{name} {word} [站](https://friend.example/{word})\n", encoding="utf-8")
    return {"BLOCKS": str(folder)}


def test_script_blocks_and_counter_give_what_a_fresh_crawl_would(mirror: Path, tmp_path: Path) -> None:
    settings = CRAWLED | {"SCRIPT": "traditional", "FEEDS": "summary", "TAGS": "教育", "IMAGES": "none"}
    settings |= {"COUNTER_URL": "https://count.example/{path}.png"} | blocks(tmp_path / "blocks", "一")
    republish(mirror, configured(tmp_path / "fresh", **settings))

    result = rebuild(configured(mirror, **settings))

    assert result.updated == len(list(mirror.glob("pages/**/*.md")))
    ours, fresh = tree(mirror), tree(tmp_path / "fresh")
    kept = {path for path in ours if path.startswith("images/")}
    assert {path: blob for path, blob in ours.items() if path not in kept} == {
        path: blob for path, blob in fresh.items() if path not in kept
    }
    assert git(mirror, "status", "--porcelain") == ""


def test_pages_that_move_keep_their_pictures(mirror: Path, tmp_path: Path) -> None:
    settings = CRAWLED | {"PAGE_PATH": FLAT}
    before = set(tree(mirror))
    republish(mirror, configured(tmp_path / "fresh", **settings))

    rebuild(configured(mirror, **settings))

    ours, fresh = without_notes(mirror), without_notes(tmp_path / "fresh")
    assert {path: ours.get(path) for path in fresh} == fresh
    assert set(ours) - set(fresh) == {path for path in before if path.startswith("pages/")}
    assert any("](../../images/" in page.read_text(encoding="utf-8") for page in mirror.glob("pages/p*/*.md"))
    assert rebuild(configured(mirror, **settings)).outcome is Outcome.NOTHING_NEW


def test_every_link_of_a_moved_mirror_leads_somewhere(mirror: Path) -> None:
    config = configured(mirror, **CRAWLED | {"PAGE_PATH": FLAT, "PUBLIC_URL": NEW})
    rebuild(config)

    with closing(Clone(mirror)) as clone:
        assert list(Verifier(clone, SITE, config).findings()) == []


def test_block_that_is_taken_away_leaves_every_page(repo: Path, tmp_path: Path) -> None:
    before = tree(repo)
    rebuild(configured(repo, **blocks(tmp_path / "blocks", "一")))
    with_blocks = (repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    rebuild(configured(repo))

    assert "friend.example" in with_blocks
    assert tree(repo) == before


def test_block_that_leads_nowhere_is_refused_and_nothing_is_changed(repo: Path, tmp_path: Path) -> None:
    before = tree(repo)
    settings = blocks(tmp_path / "blocks", "一")
    (tmp_path / "blocks/footer.md").write_text("[x](none.md)\n")

    result = rebuild(configured(repo, **settings))

    assert result.outcome is Outcome.REFUSED
    assert "footer.md" in str(result.reason)
    assert tree(repo) == before


def test_other_templates_make_other_pages(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = files("newsmirror").joinpath("templates/article.md.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    plain = render._template
    other = environment.from_string(template.replace("手机上长按", "在手机上长按"))
    monkeypatch.setattr(
        render, "_template", lambda name, *rest: other if name == "article.md.j2" else plain(name, *rest)
    )

    result = rebuild(configured(repo))

    assert result.updated == 3
    assert "在手机上长按" in (repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    assert git(repo, "diff", "--name-only", "HEAD~1").splitlines() == [f"pages/2026/11/23/{n}.md" for n in (1, 2, 3)]


# Remotes


def test_rebuild_is_pushed_and_says_where_it_did_not_arrive(tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    config = open_copy(tmp_path / "mirror", far)
    publish(config, story(1))
    git(config.repo, "remote", "add", "down", f"https://127.0.0.1:{closed_port()}/x.git")
    both = configured(config.repo, PUBLIC_URL=NEW, REMOTES="far,down", IMAGES="mirror")

    result = rebuild(both)

    assert result.outcome is Outcome.PARTLY_PUSHED
    assert [(push.name, push.result) for push in result.remotes] == [
        ("far", PushResult.PUSHED), ("down", PushResult.UNREACHABLE),
    ]  # fmt: skip
    assert tip_of(far) == git(config.repo, "rev-parse", "HEAD") == result.commit


# Signals and kills


def test_signal_before_the_commit_changes_nothing(repo: Path) -> None:
    before = tree(repo)
    config = configured(repo, PUBLIC_URL=NEW)
    mirror = Mirror(config, SITE, lambda: NOW)
    mirror.open()
    answers = iter((False, False, True))
    with closing(mirror):
        result = Rebuilder(mirror, asked=lambda: next(answers, True)).run()

    assert result.outcome is Outcome.INTERRUPTED
    assert result.reason == "a signal came before the commit; nothing is changed"
    assert tree(repo) == before
    assert git(repo, "status", "--porcelain") == ""
    assert rebuild(config).updated == 3


def test_signal_after_the_commit_still_brings_it_to_the_remotes(tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    config = open_copy(tmp_path / "mirror", far)
    publish(config, story(1))
    config = configured(config.repo, PUBLIC_URL=NEW, REMOTES="far", IMAGES="mirror")
    mirror = Mirror(config, SITE, lambda: NOW)
    mirror.open()
    with closing(mirror):
        result = Rebuilder(mirror, asked=lambda: mirror.made is not None).run()

    assert result.outcome is Outcome.PUBLISHED
    assert tip_of(far) == result.commit


@pytest.mark.parametrize("step", ["update-ref", "repack"])
def test_git_that_is_killed_in_a_rebuild_costs_a_second_one(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    disturb(tmp_path, monkeypatch, step, f"touch {repo}/.git/refs/heads/main.lock; kill -KILL $$")
    first = rebuild(configured(repo, PUBLIC_URL=NEW))
    monkeypatch.undo()

    again = rebuild(configured(repo, PUBLIC_URL=NEW))

    killed = (
        (Outcome.COMMIT_FAILED, Outcome.PUBLISHED) if step == "update-ref" else (Outcome.PUBLISHED, Outcome.NOTHING_NEW)
    )
    assert (first.outcome, again.outcome) == killed
    assert NEW in (repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    assert git(repo, "fsck", "--strict", "--no-dangling") == ""
    assert list((repo / ".git").rglob("*.lock")) == []


# What cannot be made anew


def test_page_whose_record_is_lost_stays_and_is_counted(repo: Path, caplog: pytest.LogCaptureFixture) -> None:
    git(repo, "rm", "-q", "data/2026/11/23/2.md")
    git(repo, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "lost")
    before = tree(repo)
    mirror = Mirror(configured(repo, PUBLIC_URL=NEW, PAGE_PATH=FLAT), SITE, lambda: NOW)
    mirror.open()
    with closing(mirror):
        rebuilder = Rebuilder(mirror)
        result = rebuilder.run()

    assert (result.outcome, result.updated, rebuilder.counts["left"]) == (Outcome.PUBLISHED, 2, 1)
    assert describe(result, rebuilder.counts).endswith("; 1 pages stay as they are; commit " + str(result.commit)[:7])
    assert "The record of article 2 cannot be used: it is missing" in caplog.text
    assert tree(repo)["pages/2026/11/23/2.md"] == before["pages/2026/11/23/2.md"]
    assert "(pages/2026/11/23/2.md)" in (repo / "README.md").read_text(encoding="utf-8")


def test_page_that_the_operator_has_edited_stays_in_the_folder(repo: Path) -> None:
    page = repo / "pages/2026/11/23/1.md"
    page.write_text("mine\n")

    rebuild(configured(repo, PUBLIC_URL=NEW))

    assert page.read_text() == "mine\n"
    assert NEW in git(repo, "show", "HEAD:pages/2026/11/23/1.md")
    assert git(repo, "status", "--porcelain") == "M pages/2026/11/23/1.md"
