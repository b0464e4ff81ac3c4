"""newsmirror mirrors a news site into a git repository that its readers can open."""

import os

from newsmirror.streams import open_closed_streams

__version__ = "0.1.0"

# GitPython reads these when it is first imported: a missing git is a sentence of ours and not its ImportError, and no
# other program is taken for git.
os.environ["GIT_PYTHON_REFRESH"] = "quiet"
os.environ.pop("GIT_PYTHON_GIT_EXECUTABLE", None)

# Scrapy needs a stream for its log before it asks any of our code but the settings.
open_closed_streams()
