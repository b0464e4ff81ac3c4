"""The table of our settings in docs/settings.md, made from newsmirror/settings.py: ``make settings`` writes it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "newsmirror/settings.py"
DOCUMENT = ROOT / "docs/settings.md"
BEGIN = "<!-- made by `make settings` from newsmirror/settings.py -->"
END = "<!-- end -->"
HEAD = "| setting | values | default | meaning | example |\n|---|---|---|---|---|\n"


def default_of(value: ast.expr) -> str | None:
    """The second argument of ``os.environ.get``; None where there is none."""
    assert isinstance(value, ast.Call)
    return str(ast.literal_eval(value.args[1])) if len(value.args) > 1 else None


def row(name: str, default: str | None, text: str) -> str:
    """A row from the text below a setting: ``values | meaning | example [| default in words]``."""
    values, meaning, example, *words = re.split(r"\s+\|\s+", " ".join(text.split()))
    shown = words[0] if words else "none" if default is None else f"`{default}`"
    return f"| `{name}` | {values} | {shown} | {meaning} | {example} |\n"


def make_table() -> str:
    """One row a setting whose name begins with NEWSMIRROR_, in the order of the file."""
    body = ast.parse(SOURCE.read_text(encoding="utf-8")).body
    rows = []
    for statement, below in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        name = statement.targets[0].id
        if not name.startswith("NEWSMIRROR_"):
            continue
        if not isinstance(below, ast.Expr) or not isinstance(below.value, ast.Constant):
            raise ValueError(f"{name} has no text below it in newsmirror/settings.py")
        rows.append(row(name, default_of(statement.value), str(below.value.value)))
    return HEAD + "".join(rows)


def with_table(document: str) -> str:
    """The document with the table between its two marks made anew."""
    before, rest = document.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{make_table()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
