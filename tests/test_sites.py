"""Recorded pages of every site: what is read from each, field by field, and the page it becomes."""

import importlib
import json
from pathlib import Path

import pytest

from newsmirror.commands.fixture import expected_of, read_case
from newsmirror.site import Site

SITES = Path(__file__).parent / "sites"
CASES = sorted(path.parent for path in SITES.glob("*/*/meta.json"))
FIELDS = (
    "layout", "id", "url", "title", "published", "date_only", "category", "blocks", "authors", "source", "editor",
    "short_url", "tags", "rights",
)  # fmt: skip


def site_of(folder: Path) -> Site:
    site: Site = importlib.import_module(f"newsmirror.spiders.{folder.parent.name}").SITE
    return site


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_field_of_recorded_page(folder: Path, field: str) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))

    found, _ = expected_of(*read_case(folder), site_of(folder))

    assert json.loads(found)[field] == expected[field]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_page_of_recorded_page(folder: Path) -> None:
    _, page = expected_of(*read_case(folder), site_of(folder))

    assert page == (folder / "expected.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({folder.parent.name for folder in CASES}))
def test_every_layout_has_a_case(name: str) -> None:
    folders = [folder for folder in CASES if folder.parent.name == name]
    layouts = {json.loads((folder / "expected.json").read_text(encoding="utf-8"))["layout"] for folder in folders}

    assert layouts == {layout.name for layout in site_of(folders[0]).layouts}


def test_every_site_has_cases() -> None:
    sites = {path.stem for path in (Path(__file__).parent.parent / "newsmirror" / "spiders").glob("[a-z]*.py")}

    assert sites == {folder.parent.name for folder in CASES}
