"""Pumps every regular expression of newsmirror with long near-matches and shows what 100 KB cost. Row E12.

    python -m benchmarks.patterns [--size 100000] [--all]

Patterns are found by importing every module (values of modules and classes, and the declarations of site files) and in
calls like ``re.sub("…", …)`` of the source. From a pattern's own parse tree come strings that begin to match and go
on for long: each unbounded repetition is repeated, with each of the characters that it takes, between what has to
stand before it and an end that does not match. A pattern is used as the code uses it (``fullmatch``, ``match``, or
searched through). Linear ones take twice as long for twice the text. Ends with exit code 1 where 100 KB take over
200 ms of one core.
"""

import argparse
import ast
import importlib
import pkgutil
import re
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import newsmirror
from newsmirror.site import Site

PACKAGE = Path(newsmirror.__file__).parent
LIMIT_MS = 200.0
"""For 100 KB. Pages may have 2 MB, so one pattern costs 4 seconds at most."""
SLOW_MS = 5.0
"""Below this a ratio says nothing."""
SEARCHES = {"search", "sub", "subn", "split", "findall", "finditer"}
CATEGORIES = {
    c.CATEGORY_DIGIT: "1", c.CATEGORY_SPACE: " \n\u3000", c.CATEGORY_WORD: "a中",
    c.CATEGORY_NOT_DIGIT: "a ", c.CATEGORY_NOT_SPACE: "a/", c.CATEGORY_NOT_WORD: " .<",
}  # fmt: skip
PROBES = "a中1 \n\u3000<>/\"='.:-_,;#&()[]{}|*\\\u0301\u200b\x85"
"""Characters that are tried where a set says what it does not take."""
VARIANTS = 4
GIVE_UP = 2.0
"""Seconds."""


@dataclass(frozen=True)
class Found:
    """One pattern and how it is used."""

    where: str
    pattern: re.Pattern[str]
    searched: bool
    """Else it is tried at the start only."""


# Finding them


def find_patterns() -> list[Found]:
    """Every pattern of the package, each once."""
    used = _uses()
    found: dict[tuple[str, int, bool], Found] = {}
    for where, name, pattern in [*_values(), *_inline(), *_declared()]:
        methods = used.get(name, SEARCHES)
        one = Found(where, pattern, bool(methods & SEARCHES))
        found.setdefault((pattern.pattern, pattern.flags, one.searched), one)
    return list(found.values())


def _uses() -> dict[str, set[str]]:
    """Name of a value → the methods that are called on it anywhere; a function of `re` is a name as well."""
    uses: defaultdict[str, set[str]] = defaultdict(set)
    for _, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                uses[name].add(node.attr)
            elif (method := _method(node)) and isinstance(first := _first(node), ast.Attribute):  # re.match(site.x, …)
                uses[first.attr].add(method)
    return {name: methods & {*SEARCHES, "match", "fullmatch"} or SEARCHES for name, methods in uses.items()} | {
        method: {method} for method in (*SEARCHES, "match", "fullmatch")
    }


def _method(node: ast.AST) -> str | None:
    """The function of `re` that is called here."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.attr if node.func.value.id == "re" else None
    return None


def _first(node: ast.AST) -> ast.expr | None:
    return node.args[0] if isinstance(node, ast.Call) and node.args else None


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text(encoding="utf-8"))


def _values() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    for info in pkgutil.walk_packages([str(PACKAGE)], "newsmirror."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for pattern in _patterns_in(value, info.name):
                yield f"{info.name.removeprefix('newsmirror.')}.{name}", name, pattern


def _patterns_in(value: Any, module: str) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
        else:
            yield re.compile(value.pattern.decode("latin-1"), value.flags & ~re.UNICODE)
    elif isinstance(value, dict):
        for part in (*value.keys(), *value.values()):
            yield from _patterns_in(part, module)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _patterns_in(part, module)
    elif isinstance(value, type) and value.__module__ == module:
        for part in vars(value).values():
            yield from _patterns_in(part, module)


def _inline() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Literal patterns in calls of functions of `re`; the method takes the place of a name."""
    for where, tree in _sources():
        for node in ast.walk(tree):
            method, text = _method(node), _first(node)
            if method not in (None, "compile") and isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield f"{where}:{text.lineno}", str(method), re.compile(text.value)


def _declared() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """What site files declare as patterns: strings that are regular expressions by their look."""
    for info in pkgutil.walk_packages([str(PACKAGE / "spiders")], "newsmirror.spiders."):
        site = getattr(importlib.import_module(info.name), "SITE", None)
        if isinstance(site, Site):
            for name, text in _texts(site):
                if name in ("article_path", "home_path", "tag_path", "page_title", "picture_host", "byline", "lines"):
                    yield f"{info.name.removeprefix('newsmirror.')}: {name}", name, re.compile(text)


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part, name)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), field.name)


# Pumping them


def pumps(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Strings of about *size* characters that begin to match and do not come to an end."""
    tree = list(parser.parse(pattern.pattern, pattern.flags))
    least = "".join(_least(tree))
    for text in {least, least[:-1], least[:1], least[:-1] + "\x00", *_bodies(tree)}:
        if text:
            yield (text * (size // len(text) + 1))[:size]
            yield (text * (size // len(text) + 1))[:size] + "\x00"
    for before, body in _repeats(tree, ""):
        yield before + (body * (size // len(body) + 1))[:size] + "\x00"


def _bodies(tree: Iterable[Any]) -> Iterator[str]:
    for _, body in _repeats(tree, ""):
        yield body


def _repeats(tree: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """For each unbounded repetition: what may stand before it, and what it takes."""
    for kind, value in tree:
        if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            _, most, inner = value
            if most is c.MAXREPEAT or most > 30:
                yield from ((before, body) for body in _variants(list(inner)))
            yield from _repeats(inner, before)
        elif kind is c.SUBPATTERN:
            yield from _repeats(value[-1], before)
        elif kind is c.ATOMIC_GROUP:
            yield from _repeats(value, before)
        elif kind is c.BRANCH:
            for branch in value[1]:
                yield from _repeats(branch, before)
        elif kind in (c.ASSERT, c.ASSERT_NOT):
            yield from _repeats(value[1], before)
        before += "".join(_least([(kind, value)]))


def _variants(tree: list[Any]) -> Iterator[str]:
    """Some strings that a body takes, each of its sets with one of its characters."""
    if len(tree) == 1 and tree[0][0] is c.BRANCH:
        for branch in tree[0][1][1]:
            yield from _variants(list(branch))
        return
    if len(tree) == 1 and tree[0][0] is c.SUBPATTERN:
        yield from _variants(list(tree[0][1][-1]))
        return
    for number in range(VARIANTS):
        if text := "".join(_least(tree, number, once=True)):
            yield text


def _least(tree: Iterable[Any], number: int = 0, *, once: bool = False) -> Iterator[str]:
    """The parts of a short match; *number* chooses among characters, *once*: what may be left out is there."""
    for kind, value in tree:
        if kind is c.LITERAL:
            yield chr(value)
        elif kind is c.NOT_LITERAL:
            yield _choose([probe for probe in PROBES if ord(probe) != value], number)
        elif kind is c.ANY:
            yield _choose(list("a中<"), number)
        elif kind is c.IN:
            yield _choose(_members(value), number)
        elif kind is c.BRANCH:
            yield from _least(value[1][0], number, once=once)
        elif kind is c.SUBPATTERN:
            yield from _least(value[-1], number, once=once)
        elif kind is c.ATOMIC_GROUP:
            yield from _least(value, number, once=once)
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            least = max(value[0], 1) if once else value[0]
            yield "".join(_least(value[2], number, once=once)) * min(least, 40)


def _members(values: Iterable[Any]) -> list[str]:
    """Characters of a set."""
    known = list(values)
    if known and known[0][0] is c.NEGATE:
        taken = re.compile("[" + "".join(re.escape(member) for member in _members(known[1:])) + "]")
        return [probe for probe in PROBES if not taken.match(probe)]
    found: list[str] = []
    for kind, value in known:
        if kind is c.LITERAL:
            found.append(chr(value))
        elif kind is c.RANGE:
            found += [chr(value[0]), chr(value[1])]
        elif kind is c.CATEGORY:
            found += CATEGORIES.get(value, "a")
    return found


def _choose(characters: list[str], number: int) -> str:
    return characters[number % len(characters)] if characters else "a"


# Measuring


def cost(found: Found, text: str) -> float:
    """Milliseconds of one core; infinite where it takes over `GIVE_UP` seconds."""
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, GIVE_UP)
    try:
        if found.searched:
            for _ in found.pattern.finditer(text):
                pass
        else:
            found.pattern.fullmatch(text)
            found.pattern.match(text)
    except TimeoutError:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return 1000 * (time.process_time() - start)


def _give_up(*_: object) -> None:
    raise TimeoutError


def worst(found: Found, size: int) -> tuple[float, float]:
    """Milliseconds for the worst pump of *size*, and how many times as long as for half of it.

    A pump that does not end while it is short is not tried longer.
    """
    slowest, ratio = 0.0, 0.0
    for half, whole in zip(pumps(found.pattern, size // 2), pumps(found.pattern, size), strict=True):
        before = cost(found, half)
        after = cost(found, whole) if before < float("inf") else before
        if after > slowest:
            slowest, ratio = after, after / before if before > SLOW_MS / 2 else 0.0
    return slowest, ratio


def main() -> int:
    signal.signal(signal.SIGVTALRM, _give_up)
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--size", type=int, default=100_000, help="characters of a pump")
    arguments.add_argument("--all", action="store_true", help="print every pattern, not only the ten slowest")
    options = arguments.parse_args()
    figures = [(*worst(found, options.size), found) for found in find_patterns()]
    figures.sort(key=lambda figure: -figure[0])
    print("| ms for 100 KB | times that of half | used | pattern |\n|---|---|---|---|")
    for slowest, ratio, found in figures if options.all else figures[:10]:
        use = "searched" if found.searched else "at the start"
        print(f"| {slowest * 100_000 / options.size:.1f} | {ratio:.1f} | {use} | {found.where} |")
    over = [found.where for slowest, _, found in figures if slowest * 100_000 / options.size > LIMIT_MS]
    print(f"\n{len(figures)} patterns, {len(over)} over {LIMIT_MS:.0f} ms: {', '.join(over) or 'none'}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
