import pytest

from newsmirror.hostlimits import size_words


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (0, "the repository takes 0.0 MB packed"),
        (449_000_000, "the repository takes 449.0 MB packed"),
        (900_000_000, "near 1 GB: GitHub advises"),
        (1_100_000_000, "over 1 GB: GitHub advises to stay below, and GitHub Pages takes no more; see docs/operate.md"),
        (4_500_000_000, "takes 4,500.0 MB packed, near 5 GB: GitHub strongly"),
        (90_000_000_000, "over 10 GB: GitHub and GitLab.com take no more"),
    ],
)
def test_size_names_the_limit_that_counts(packed: int, words: str) -> None:
    assert words in size_words(packed)


def test_small_repository_gets_no_warning() -> None:
    assert size_words(10**8) == "the repository takes 100.0 MB packed"
