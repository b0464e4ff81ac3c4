"""Every error of ours, and who raises it."""

from collections.abc import Iterable

from newsmirror.outcome import PushResult


class NewsmirrorError(Exception):
    """Base of all errors that end a run with one sentence instead of a traceback."""


class ConfigError(NewsmirrorError):
    """Raised by `Config.from_settings` and `RunArguments.parse` with every problem found, one sentence each."""

    def __init__(self, problems: Iterable[str]):
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class RefusedError(NewsmirrorError):
    """Raised by `Publisher.open` and `Repository` when the working copy is not one we may write to."""


class BusyError(NewsmirrorError):
    """Raised by `lock` when another run holds the lock."""


class StoppedError(NewsmirrorError):
    """Raised by `inherit` when signals end the wait for a remote, by `Rebuilder` when one comes before the commit."""


class NoSpaceError(NewsmirrorError):
    """Raised by `durable` and `store` when the disk is full or the folder cannot be written."""


class StateError(NewsmirrorError):
    """Raised by `store` when the state file is damaged; it is set aside then."""


class CommitError(NewsmirrorError):
    """Raised by `Committer` when git did not take the commit; carries git's words."""


class SigningError(NewsmirrorError):
    """Raised by `sshkeys` when nothing can be signed, or a signature is not good; carries the reason."""


class GitError(NewsmirrorError):
    """Raised by `Repository` when a git command fails; its text is git's, without paths and credentials."""

    def __init__(self, words: str, status: int | None = None):
        self.status = status
        super().__init__(words)

    @property
    def was_killed(self) -> bool:
        """Whether a signal ended git, as the system tells it or a shell around it (128 is git's own for failures)."""
        return self.status is not None and (self.status < 0 or self.status > 128)


class SideError(NewsmirrorError):
    """Raised by `SideRepository` when a local git command fails; carries git's words."""


class PushError(NewsmirrorError):
    """Raised by `Transport` when a remote does not do what it was asked, and by `Joiner` when it may not be joined."""

    def __init__(self, result: PushResult, words: str = ""):
        self.result = result
        self.words = words
        super().__init__(f"{result.label}: {words}")


class LayoutError(NewsmirrorError):
    """Raised by `extract_article` when no layout of the site matches a page: the source has changed."""

    reason = "layout"
    """How the failure is counted."""


class HostileError(LayoutError):
    """Raised by `guard` for a page that may not be parsed, or was not parsed to its end."""

    reason = "hostile"


class EncodingError(LayoutError):
    """Raised by `decode_page` when no encoding makes text of a page's bytes."""

    reason = "encoding"


class PictureError(NewsmirrorError):
    """Raised by `shrink` and `PictureProcess` for a picture that cannot be published; carries a word or two why."""
