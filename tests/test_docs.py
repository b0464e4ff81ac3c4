"""The documents say what the code does: messages, settings, dependencies, commands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmirror import settings
from newsmirror.outcome import Outcome, PushResult
from tests.settings_table import with_table

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "newsmirror"
ERRORS = {"ConfigError", "RefusedError", "BusyError", "NoSpaceError", "CommitError", "LayoutError", "HostileError"}
DOCUMENTS = [str(p.relative_to(ROOT)) for folder in (ROOT, ROOT / "docs") for p in sorted(folder.glob("*.md"))]
SHORT = 12
"""Fixed parts of a message shorter than this say nothing by themselves."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def literal(node: ast.expr) -> str:
    """The fixed parts of a string with a mark where values stand."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"%[sd]", "\0", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) for part in node.values)
    return "\0"


def messages() -> Iterator[tuple[str, str]]:
    """(module, message) of every warning, error and refusal in the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"warning", "error"} | ERRORS:
                text = literal(node.args[0])
            elif name == "refuse" and len(node.args) == 2:
                text = literal(node.args[1])
            else:
                continue
            if len(text.replace("\0", "").strip(" :")) >= SHORT:
                yield path.stem, text


MESSAGES = sorted(set(messages()))


@pytest.mark.parametrize(("module", "message"), MESSAGES, ids=lambda value: value[:40].replace("\0", "_"))
def test_message_stands_in_the_operators_guide(module: str, message: str) -> None:
    guide = read("docs/operate.md") + read("docs/settings.md")
    guide = guide.replace("\\|", "|")

    parts = [part.strip() for part in message.split("\0") if len(part.strip()) >= SHORT]

    assert [part for part in parts if part not in guide] == []


def test_messages_are_found() -> None:
    assert len(MESSAGES) > 30


@pytest.mark.parametrize("name", sorted(name for name in vars(settings) if name.startswith("NEWSMIRROR_")))
def test_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in read("docs/settings.md")


def test_table_of_settings_is_made_from_the_code() -> None:
    assert read("docs/settings.md") == with_table(read("docs/settings.md")), "run make settings"


@pytest.mark.parametrize("outcome", list(Outcome), ids=lambda outcome: outcome.label)
def test_outcome_is_documented(outcome: Outcome) -> None:
    assert re.search(rf"\b{outcome.exit_code}\b.*`{outcome.label}`", read("docs/operate.md"))


@pytest.mark.parametrize("result", list(PushResult), ids=lambda result: result.label)
def test_result_of_a_push_is_documented(result: PushResult) -> None:
    assert f"| `{result.label}` | {result.sentence}" in read("docs/remotes.md")


@pytest.mark.parametrize("file", ["requirements.in", "requirements_dev.in"])
def test_dependency_has_its_reason(file: str) -> None:
    lines = [line for line in read(file).splitlines() if line and not line.startswith(("#", "-r"))]
    names = [re.split(r"[<>=!~\[ ]", line)[0] for line in lines]

    assert [name for name in names if name not in read("docs/dependencies.md").lower()] == []


def test_readme_begins_with_the_two_commands() -> None:
    start = read("README.md")[:900]

    assert "make demo" in start
    assert "make test" in start


@pytest.mark.parametrize("name", sorted(p.stem for p in (PACKAGE / "commands").glob("[a-z]*.py")))
@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_readme_names_every_command(readme: str, name: str) -> None:
    assert f"`scrapy {name}" in read(readme)


@pytest.mark.parametrize("chinese", [name for name in DOCUMENTS if name.endswith(".zh-CN.md")])
def test_a_document_and_its_chinese_twin_link_to_each_other(chinese: str) -> None:
    english = chinese.replace(".zh-CN", "")

    assert f"({Path(chinese).name}" in read(english)
    assert f"({Path(english).name}" in read(chinese)


@pytest.mark.parametrize("name", ["README", "docs/quickstart", "docs/operate", "docs/safety"])
def test_guides_for_operators_are_in_chinese_too(name: str) -> None:
    assert {f"{name}.md", f"{name}.zh-CN.md"} <= set(DOCUMENTS)


def test_chinese_guide_has_every_message_of_the_english_one() -> None:
    messages = read("docs/operate.md").replace("\\|", "/").split("\n## Messages\n")[1]
    rows = re.findall(r"^\| (`[^|]*) \|", messages, flags=re.MULTILINE)
    chinese = read("docs/operate.zh-CN.md").replace("\\|", "/")

    assert [words for row in rows for words in re.findall(r"`([^`]+)`", row) if words not in chinese] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_row_or_point_stands_twice(name: str) -> None:
    text = re.sub(r"```.*?```|^\|[^\n]*\n(?=\|---)", "", read(name), flags=re.DOTALL | re.MULTILINE)
    for section in re.split(r"^#+ ", text, flags=re.MULTILINE):
        lines = [line for line in section.splitlines() if line.startswith(("| ", "- ")) and len(line) > SHORT]
        starts = [line.split(" | ")[0] for line in lines if not re.match(r"\| \d+ ", line)]

        assert sorted({start for start in starts if starts.count(start) > 1}) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_documents_resolve(name: str) -> None:
    folder = (ROOT / name).parent
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", re.sub(r"```.*?```", "", read(name), flags=re.DOTALL))

    assert [target for target in targets if not (folder / target).exists()] == []
