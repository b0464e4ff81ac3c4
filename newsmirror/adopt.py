"""Makes a working copy, or takes over one that is ours to write; refuses all others."""

import logging
from urllib.parse import urlsplit

from newsmirror.config import Config
from newsmirror.exceptions import RefusedError
from newsmirror.git import Repository
from newsmirror.items import Row
from newsmirror.site import Site
from newsmirror.worktree import writing

logger = logging.getLogger(__name__)

START_FILES = {"readme", "license", "licence", "copying", ".gitignore", ".gitattributes", ".github", "links"}
"""What a host puts into a new repository; with nothing else in it, we adopt it."""


def open_repository(config: Config, site: Site) -> Repository:
    """The repository of `NEWSMIRROR_REPO`, made with ``git init`` where the folder is new or empty.

    Raises RefusedError for a folder or repository that holds something else, and NoSpaceError where the
    folder cannot be made.
    """
    root = config.repo
    with writing("NEWSMIRROR_REPO"):
        if not (root / ".git").exists():
            root.mkdir(parents=True, exist_ok=True)
            if any(root.iterdir()):
                raise RefusedError("NEWSMIRROR_REPO is a folder with other files; name an empty or a new folder")
            return Repository.create(root, config.branch)
    repository = Repository(root, config.branch)
    current = repository.current_branch()
    if current != config.branch:
        raise RefusedError(
            f"the working copy is on {current or 'no branch'}, not on {config.branch}; check out that branch "
            "or set NEWSMIRROR_BRANCH"
        )
    if repository.tip() is not None:
        _refuse_strangers(repository, site)
    return repository


def _refuse_strangers(repository: Repository, site: Site) -> None:
    """Refuse a repository that holds something else, or the mirror of another site."""
    top = repository.top_level()
    if "data" not in top and all(name.lower().split(".md")[0].split(".txt")[0] in START_FILES for name in top):
        return
    row = next(iter(read_rows(repository.sample_data())), None) if "data" in top else None
    if row is None:
        raise RefusedError("NEWSMIRROR_REPO is another repository, no mirror; name an empty or a new folder")
    if not site.is_own_host(urlsplit(row.url).hostname):
        raise RefusedError(f"NEWSMIRROR_REPO mirrors another site than {site.host}; give each site its folder")


def read_rows(files: dict[str, bytes]) -> list[Row]:
    """The articles that files of ``data/`` name; lines that cannot be read are counted and left out."""
    rows, bad = [], 0
    for content in files.values():
        for line in content.decode(errors="replace").splitlines():
            try:
                rows.append(Row.from_json(line))
            except (ValueError, KeyError, TypeError):
                bad += 1
    if bad:
        logger.warning("%d lines of data/ cannot be read; those articles will be fetched again", bad)
    return rows
