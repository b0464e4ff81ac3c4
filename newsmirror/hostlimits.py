"""How large a repository the code hosts take. Pure; docs/operate.md has the sources of the numbers."""

GB = 10**9
NEAR = 0.9
"""From this share of a limit on it is worth a word."""
LIMITS = (
    (GB // 2, "Gitee and Codeberg may take no more without asking"),
    (GB, "GitHub advises to stay below, and GitHub Pages takes no more"),
    (5 * GB, "GitHub strongly advises to stay below"),
    (10 * GB, "GitHub and GitLab.com take no more"),
)
"""Bytes of a packed repository, and what that means."""


def size_words(packed: int) -> str:
    """The size of a packed repository in bytes, in words, with the limit that it is near to or has passed."""
    size = f"the repository takes {packed / 1e6:,.1f} MB packed"
    reached = [(limit, words) for limit, words in LIMITS if packed >= NEAR * limit]
    if not reached:
        return size
    limit, words = reached[-1]
    return f"{size}, {'over' if packed > limit else 'near'} {limit / GB:g} GB: {words}; see docs/operate.md"
