"""How many bytes an article takes, of each kind, as files and packed by git."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import zxingcpp
from PIL import Image

from benchmarks.figures import Figure, Target, figure
from benchmarks.rig import PREFIX, WHOLE, Bench, Served, crawl, usual_site

ROW = "size"
CODE, PACKED, READ = Target(450), Target(4500), Target(100, at_least=True)
KINDS = ("page", "QR code", "lists", "data")
"""What the bound for all together counts; feeds can be left out, trees and commits belong to no file."""
ALL = "all kinds of file and trees"
PARTS = 5
PORTIONS = 24
"""The share of the articles that comes in each run where the history is measured is one of so many."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Mirrors in one commit, and one in which the same articles have come in several runs."""
    with usual_site(bench) as site:
        repos = [bench.folder / f"{WHOLE}-{number}" for number in range(bench.runs)]
        for repo in repos:
            if not repo.exists():
                crawl(bench, site, repo)
        pages = sorted(repos[0].glob("pages/**/*.md"))
        yield from _files(repos[0], pages)
        yield from _packed([_packed_sizes(repo, len(pages)) for repo in repos])
        yield from _history(bench, site, len(pages))


def _files(repo: Path, pages: list[Path]) -> Iterator[Figure]:
    codes = [page.with_name(f"{page.name}.png") for page in pages]
    wanted = [f"{PREFIX}/{page.relative_to(repo)}" for page in pages]
    yield figure(ROW, "page", _sizes(pages), "bytes")
    yield figure(ROW, "QR code", _sizes(codes), "bytes", target=CODE)
    yield figure(ROW, "lines of data/ of a day", _sizes(repo.glob("data/**/*.jsonl")), "bytes")
    yield figure(ROW, "record of an article", _sizes(repo.glob("data/**/*.md")), "bytes")
    for name, found in (("ZXing", _read_by_zxing(codes)), ("ZBar", _read_by_zbar(codes))):
        if found:
            right = [one == other for one, other in zip(found, wanted, strict=True)]
            shares = [100 * sum(part) / len(part) for part in (right[start::PARTS] for start in range(PARTS))]
            yield figure(ROW, f"QR codes that {name} reads, a fifth at a time", shares, "%", target=READ)


def _sizes(files: Iterator[Path] | list[Path]) -> list[float]:
    return [float(file.stat().st_size) for file in files]


def _read_by_zxing(codes: list[Path]) -> list[str]:
    found = (zxingcpp.read_barcodes(Image.open(code).convert("L")) for code in codes)
    return ["".join(code.text for code in read) for read in found]


def _read_by_zbar(codes: list[Path]) -> list[str]:
    """Nothing where zbarimg is not installed (`make system`)."""
    program = which("zbarimg")
    if not program:
        return []
    words = [program, "--quiet", "--raw", *map(str, codes)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603


def _packed_sizes(repo: Path, articles: int) -> dict[str, float]:
    """Bytes in the pack after ``git gc``, by kind, divided among the articles."""
    _git(repo, "gc", "--quiet")
    listed = _git(repo, "ls-tree", "-r", "-z", "--format=%(objectname) %(path)", "main").split("\0")
    kinds = {name: _kind(path) for name, path in (line.split(" ", 1) for line in listed if line)}
    sizes: Counter[str] = Counter()
    packed = _git(repo, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize:disk)")
    for name, size in (line.split(" ") for line in packed.splitlines()):
        sizes[kinds.get(name, "trees and commit")] += int(size)
    return {kind: size / articles for kind, size in sorted(sizes.items())}


def _packed(mirrors: list[dict[str, float]]) -> Iterator[Figure]:
    whole = [sum(sizes.values()) for sizes in mirrors]
    for kind in mirrors[0]:
        values = [sizes[kind] for sizes in mirrors]
        yield figure(ROW, f"{kind}, packed, of an article", values, "bytes", reference=ALL, against=whole)
    together = [sum(sizes[kind] for kind in KINDS) for sizes in mirrors]
    what = f"{', '.join(KINDS)} together, packed, of an article"
    yield figure(ROW, what, together, "bytes", reference=ALL, against=whole, target=PACKED)


def _kind(path: str) -> str:
    if path.startswith("pages/"):
        return "QR code" if path.endswith(".png") else "page"
    top = path.partition("/")[0]
    return top if top in ("data", "feeds") else "lists"


def _git(repo: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(repo), *words], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607


def _history(bench: Bench, site: Served, articles: int) -> Iterator[Figure]:
    """What a run adds to the packed repository where the articles come a few at a time."""
    repo, few = bench.folder / "grown", max(1, articles // PORTIONS)
    crawl(bench, site, repo, "-a", f"limit={articles - bench.runs * few}")
    added, beyond = [], []
    for _ in range(bench.runs):
        crawl(bench, site, repo, "-a", f"limit={few}")
        status = json.loads((repo / ".git/newsmirror/status.json").read_text(encoding="utf-8"))
        added.append(status["commit_bytes"] / few)
        beyond.append(status["commit_bytes_beyond_articles"] / few)
    yield figure(ROW, f"history of an article, {few} a run", added, "bytes")
    yield figure(ROW, f"of it beyond the article's own files, {few} a run", beyond, "bytes")
