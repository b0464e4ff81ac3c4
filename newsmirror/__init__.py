"""newsmirror mirrors a news site into a git repository that its readers can open."""

__version__ = "0.1.0"
