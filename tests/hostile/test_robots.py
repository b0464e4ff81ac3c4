"""What robots.txt decides. Row D21."""

from pathlib import Path

import pytest

from newsmirror.middlewares.robots import SIZE_LIMIT
from newsmirror.outcome import Outcome
from tests.hostile import behaviours
from tests.hostile.fetch import Fetcher
from tests.hostile.server import Behaviour, HostileServer, Trap

LISTS = ["/news/gb/p1.xml", "/news/gb/p1.html"]
LIST = b'<html><body><a href="/news/gb/2026/11/23/1106001.html">one</a></body></html>'
GROUP = "User-agent: *\n"
DISALLOW = f"{GROUP}Disallow: /\n"


def asked(fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, behaviour: Behaviour) -> tuple[Outcome, list[str]]:
    """How a run of one category ends with this robots.txt, and which lists it asked for."""
    hostile.behaviours |= {"/robots.txt": behaviour, LISTS[1]: behaviours.answer(LIST)}
    run = fetcher.crawl(
        tmp_path / "mirror",
        hostile.url,
        settings={"RETRY_TIMES": 1, "DOWNLOAD_TIMEOUT": 0.3 if behaviour is behaviours.silent else 2},
        category="p1",
    )
    return run.outcome, [target for target in hostile.targets if target in LISTS]


@pytest.mark.parametrize(
    "behaviour",
    [
        behaviours.robots(f"{GROUP}Disallow: /kzgd/\n"),
        behaviours.robots(f"User-agent: other\nDisallow: /\n\n{GROUP}Disallow:\n"),
        behaviours.robots(DISALLOW, status=404),
        behaviours.robots(DISALLOW, status=403),
        behaviours.robots(""),
        behaviours.answer(f"<html><pre>{DISALLOW}</pre></html>".encode()),
        behaviours.robots(f"{GROUP}# {'x' * SIZE_LIMIT}\nDisallow: /\n"),
        behaviours.in_turn(behaviours.redirect("/robots.txt?2"), behaviours.robots("")),
    ],
    ids=["other path", "other agent", "404", "403", "empty", "page", "beyond the limit", "redirect"],
)
def test_lists_are_asked(fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, behaviour: Behaviour) -> None:
    hostile.behaviours["/robots.txt?2"] = behaviour

    assert asked(fetcher, hostile, tmp_path, behaviour)[1] == LISTS


@pytest.mark.parametrize(
    ("behaviour", "outcome", "words"),
    [
        (behaviours.robots(DISALLOW), Outcome.LIMITED, "forbidden by robots.txt"),
        (behaviours.robots(f"\ufeff{DISALLOW}"), Outcome.LIMITED, "forbidden by robots.txt"),
        (behaviours.robots(f"User-Agent: NewsMirror\nDisallow: /\n\n{GROUP}Allow: /"), Outcome.LIMITED, "forbidden by"),
        (behaviours.long_text(DISALLOW, megabytes=50), Outcome.LIMITED, "forbidden by robots.txt"),
        (behaviours.answer(DISALLOW.encode()), Outcome.LIMITED, "forbidden by robots.txt"),
        (behaviours.robots("", status=500), Outcome.LIMITED, "robots.txt cannot be read: status 500"),
        (behaviours.robots("", status=503), Outcome.LIMITED, "robots.txt cannot be read: status 503"),
        (behaviours.robots("", status=429), Outcome.LIMITED, "robots.txt cannot be read: status 429"),
        (behaviours.redirect("/robots.txt"), Outcome.LIMITED, "robots.txt cannot be read: max redirections reached"),
        (behaviours.redirect("https://evil.example/"), Outcome.LIMITED, "read: the address is not the site's"),
        (behaviours.silent, Outcome.UNREACHABLE, "robots.txt cannot be read: no answer in time"),
        (behaviours.raw(b""), Outcome.UNREACHABLE, "robots.txt cannot be read: the connection failed"),
    ],
    ids=["all", "byte order mark", "our name", "50 MB", "as HTML", "500", "503", "429", "loop", "off-site", "silent",
         "no answer"],
)  # fmt: skip
def test_nothing_is_asked(
    fetcher: Fetcher,
    hostile: HostileServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    behaviour: Behaviour,
    outcome: Outcome,
    words: str,
) -> None:
    assert asked(fetcher, hostile, tmp_path, behaviour) == (outcome, [])
    assert words in caplog.text


def test_redirect_to_another_port_is_not_followed(
    fetcher: Fetcher, hostile: HostileServer, trap: Trap, tmp_path: Path
) -> None:
    away = behaviours.redirect(f"http://127.0.0.1:{trap.port}/robots.txt")

    assert asked(fetcher, hostile, tmp_path, away) == (Outcome.LIMITED, [])
    assert trap.hits == 0


def test_crawl_delay_is_kept(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    asked(fetcher, hostile, tmp_path, behaviours.robots(f"{GROUP}Crawl-delay: 0.8\n"))

    first, second = (request.at for request in hostile.requests if request.target in LISTS)
    assert second - first >= 0.5  # the server may note the first one late
    assert "robots.txt asks for 0.8 seconds between requests; 0.8 are kept" in caplog.text


def test_robots_may_be_switched_off(fetcher: Fetcher, hostile: HostileServer, tmp_path: Path) -> None:
    hostile.behaviours |= {"/robots.txt": behaviours.robots(DISALLOW), LISTS[1]: behaviours.answer(LIST)}

    fetcher.crawl(tmp_path / "mirror", hostile.url, settings={"ROBOTSTXT_OBEY": False}, category="p1")

    assert hostile.targets[:2] == LISTS
