"""The lists of hashes of a mirror as its readers have it, each compared with the signed one that names it."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping

from newsmirror.clone import Clone
from newsmirror.manifests import is_own, manifest_of, parent_of, parse_manifest

HELD = 8
"""Lists that are in memory at once: files are asked for in the order of their folders."""


class SignedLists:
    """All lists that follow from the ones that a statement names."""

    def __init__(self, clone: Clone, top: Mapping[str, str]):
        self._clone = clone
        self._digests: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._found: Counter[str] = Counter()
        self._held: OrderedDict[str, dict[str, str]] = OrderedDict()
        self.faults: dict[str, str] = {}
        """What is wrong with lists, by path; nothing can be said of the files that they should name."""
        self._read_all(top)

    def _read_all(self, top: Mapping[str, str]) -> None:
        waiting = dict(top)
        while waiting:
            path, digest = waiting.popitem()
            self._digests[path] = digest
            entries = self._read(path)
            if entries is not None:
                inner = {name: digest for name, digest in entries.items() if is_own(name)}
                waiting |= {name: digest for name, digest in inner.items() if name not in self._digests}
                self._sizes[path] = len(entries) - len(inner)

    def _read(self, path: str) -> dict[str, str] | None:
        content = self._clone.read(path)
        if content is None:
            self.faults[path] = "is missing; the signed statement leads to it"
        elif hashlib.sha256(content).hexdigest() != self._digests[path]:
            self.faults[path] = "was changed: it is not the list that was signed"
        else:
            try:
                return parse_manifest(content)
            except ValueError:
                self.faults[path] = "is signed, but is no list of hashes"
        return None

    def names(self, path: str) -> bool:
        """Whether a list that can be read names this file."""
        manifest = manifest_of(path)
        return manifest is not None and path in self._entries(manifest)

    def is_strange(self, path: str) -> bool:
        """Whether the statement does not lead to a list of this path, though all lists on the way are right."""
        return path not in self._digests and not self._is_lost(path)

    def _is_lost(self, manifest: str) -> bool:
        """Whether a list, or one on the way to it, cannot be read."""
        above = parent_of(manifest)
        return manifest in self.faults or (above is not None and self._is_lost(above))

    def fault(self, path: str, digest: str) -> str | None:
        """What is wrong with a file that a list should name, None where it is right or where the list is not."""
        manifest = manifest_of(path)
        if manifest is None or self._is_lost(manifest):
            return None
        wanted = self._entries(manifest).get(path)
        if wanted is None:
            return "was added: no signed list names it"
        self._found[manifest] += 1
        return None if wanted == digest else "was changed: it is not what was signed"

    def missing(self) -> Iterator[str]:
        """The files that lists name and that are not there, after all others were asked for."""
        for manifest, size in sorted(self._sizes.items()):
            if self._found[manifest] < size:
                yield from (p for p in self._entries(manifest) if not is_own(p) and not self._clone.is_there(p))

    def _entries(self, manifest: str) -> dict[str, str]:
        if manifest not in self._sizes:
            return {}
        if manifest not in self._held:
            self._held[manifest] = self._read(manifest) or {}
            if len(self._held) > HELD:
                self._held.popitem(last=False)
        return self._held[manifest]
