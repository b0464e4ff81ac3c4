"""Who may import whom: a lower layer never imports a higher one, and only `git` uses GitPython."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "newsmirror"
LAYERS = Path(__file__).resolve().with_name("layers.txt")
LEVEL = {
    name: int(level)
    for level, _, name in (line.partition(" ") for line in LAYERS.read_text(encoding="utf-8").splitlines())
    if level.isdigit()
}
"""Layer by module, from layers.txt: one line a module, so that two branches rarely meet in one."""
SCRAPY_LEVEL = LEVEL["spider"]
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def top_name(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("newsmirror.")} & set(LEVEL)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_no_higher_layer(path: Path) -> None:
    level = LEVEL[top_name(path)]

    higher = {name for name in own(imports(path)) if LEVEL[name] > level}

    assert not higher


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_scrapy_stays_in_its_layer(path: Path) -> None:
    heads = {name.split(".")[0] for name in imports(path)}

    assert "scrapy" not in heads or LEVEL[top_name(path)] >= SCRAPY_LEVEL
    assert "git" not in heads or top_name(path) in {"git", "gitprocess", "gitpush", "gitside", "procgroup"}
    assert "sqlite3" not in heads or top_name(path) in {"agenda", "catalog", "forms", "store"}
    assert "PIL" not in heads or top_name(path) == "shrink"
    assert "subprocess" not in heads or top_name(path) in {"git", "notify", "sshkeys"}
    assert "scrapy_playwright" not in heads or path.name == "browser.py"
    assert not heads & {"pickle", "playwright", "scrapyd"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "spiders").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_site_file_is_a_declaration(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert own(imports(path)) <= {"items", "site", "spider"}
    assert text.count("\n") <= 100, "a site file has a budget of 90 lines"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_sizes_stay_within_their_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 50
    ]

    assert not long
    assert text.count("\n") <= (75 if top_name(path) == "pipelines" else 300)
