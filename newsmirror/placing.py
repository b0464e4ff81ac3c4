"""Where a page stands and what its public address is, by the operator's settings and the working copy's remotes."""

from newsmirror import paths
from newsmirror.config import Config
from newsmirror.exceptions import NewsmirrorError
from newsmirror.git import Repository
from newsmirror.items import Article, Page


def find_prefix(config: Config) -> str | None:
    """The public address of the tree: the setting, else from the first remote of an existing working copy."""
    if config.public_url or not (config.repo / ".git").is_dir():
        return config.public_url
    try:
        repository = Repository(config.repo, config.branch)
    except NewsmirrorError:
        return None
    return prefix_of(repository, config)


def prefix_of(repository: Repository, config: Config) -> str | None:
    """The same of a working copy that is open."""
    return config.public_url or paths.prefix_of_remote(repository.remote_url() or "", config.branch)


def make_page(article: Article, config: Config, prefix: str | None, *, path: str | None = None) -> Page:
    """An article with its place in the tree (*path* where it has one) and the address that its QR code holds."""
    path = path or paths.page_path(config.page_path, article)
    return Page(article, path, paths.public_address(prefix, path, article.url))
