"""The environment and the configuration that every git process of ours gets, whatever the machine's own says."""

import os
from collections.abc import Mapping

CONFIGURATION = {
    # Durable: what a commit needs is on the disk before the branch moves.
    "core.fsync": "all",
    "core.fsyncMethod": "fsync",
    # Nothing runs and nothing changes bytes on the way.
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.autocrlf": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.quotePath": "false",
    "core.protectNTFS": "true",
    "core.protectHFS": "true",
    "commit.gpgSign": "false",
    "submodule.recurse": "false",
    # No second process in the background, and patience with another program's short locks (milliseconds).
    "gc.auto": "0",
    "maintenance.auto": "false",
    "core.filesRefLockTimeout": "2000",
    "core.packedRefsTimeout": "2000",
    # One pack a commit: one file to sync instead of hundreds.
    "fastimport.unpackLimit": "0",
    "user.useConfigOnly": "true",
    # Memory that does not grow with the archive: git would keep up to 1 GB of packs and 96 MB of contents at hand. It
    # costs no time (`benchmarks.rebuild`, 30,000 articles: 268 MB became 94).
    "core.packedGitWindowSize": "4m",
    "core.packedGitLimit": "32m",
    "core.deltaBaseCacheLimit": "16m",
}
"""Given by the environment, so that no configuration of the repository or the operator's home wins."""


def safe_environment(further: Mapping[str, str] | None = None) -> dict[str, str]:
    """What every git process of ours gets besides the ordinary environment; *further* is more configuration."""
    configuration = CONFIGURATION | dict(further or {})
    environment = {
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_PAGER": "cat",
        "LC_ALL": "C.UTF-8", "TZ": "UTC", "GIT_CONFIG_COUNT": str(len(configuration)),
    }  # fmt: skip
    for number, (key, value) in enumerate(configuration.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment


def forget_git_environment() -> None:
    """Drop every ``GIT_…`` variable of this process: they would lead git to another repository or index."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
