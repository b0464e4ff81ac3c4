"""What a dry run tells: the commit that a real run would have made."""

import logging

from newsmirror.config import Config
from newsmirror.stage import Stage

logger = logging.getLogger(__name__)

SHOWN_FILES = 40
"""Files that are named; a first run writes thousands."""


def tell_plan(stage: Stage, config: Config) -> list[str]:
    """Say on the log what is staged; returns the paths."""
    written = stage.written
    for path in written[:SHOWN_FILES]:
        logger.info("Would write %s", path)
    remotes = ", ".join(remote.name for remote in config.pushing.remotes) or "no remote"
    logger.info("Would commit %d files with %d bytes, then push to: %s", len(written), stage.size, remotes)
    return written
