"""The example blocks in docs/: they pass the gate and stand where they should."""

from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.items import Paragraph, Span
from newsmirror.mirror import Mirror
from newsmirror.rebuild import Rebuilder
from newsmirror.settings import NEWSMIRROR_AUTHOR
from newsmirror.spiders.secretchina import SITE
from tests.test_publish import NOW, publish, story

EXAMPLE = Path(__file__).resolve().parent.parent / "docs/blocks"
NAMES = ("header", "middle", "footer", "links")
BODY = tuple(Paragraph((Span(text),)) for text in ("第一段。", "第二段。", "第三段。", "第四段。"))


def configured(repo: Path, **settings: str) -> Config:
    values = {"REPO": str(repo), "AUTHOR": NEWSMIRROR_AUTHOR, "FEEDS": "none"} | settings
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of two articles, the second published with the example set."""
    folder = tmp_path_factory.mktemp("blocks") / "mirror"
    publish(configured(folder), story(1, blocks=BODY))
    publish(configured(folder, BLOCKS=str(EXAMPLE)), story(2, blocks=BODY))
    return folder


def block(name: str) -> str:
    return (EXAMPLE / f"{name}.md").read_text(encoding="utf-8").strip()


def page(repo: Path, identifier: int) -> str:
    return (repo / f"pages/2026/11/23/{identifier}.md").read_text(encoding="utf-8")


def test_blocks_stand_where_they_should(repo: Path) -> None:
    head, middle, footer, links = map(block, NAMES)
    text = page(repo, 2)
    assert f"LINKS.md)\n\n{head}\n\n2026-11-23" in text
    assert f"第三段。\n\n{middle}\n\n第四段。" in text
    assert text.endswith(f"\n\n看中国\n\n{footer}\n")
    assert (repo / "LINKS.md").read_text(encoding="utf-8").endswith(f"\n\n{links}\n")


def test_old_page_stays_until_the_mirror_is_rebuilt(repo: Path) -> None:
    assert not any(block(name) in page(repo, 1) for name in NAMES)

    mirror = Mirror(configured(repo, BLOCKS=str(EXAMPLE)), SITE, lambda: NOW)
    mirror.open()
    rebuilder = Rebuilder(mirror)
    rebuilder.run()
    mirror.close()

    assert rebuilder.counts["pages"] == 1
    assert all(block(name) in page(repo, 1) for name in ("header", "middle", "footer"))


@pytest.mark.parametrize("name", NAMES)
def test_every_block_has_an_example(name: str) -> None:
    assert block(name)
