"""Quarantine from run to run: kept, listed, shown, released, retried."""

import io
from argparse import ArgumentParser
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError
from scrapy.utils.project import get_project_settings

from newsmirror.commands.quarantine import Command
from newsmirror.lock import RunLock
from newsmirror.quarantine import key_of
from sample_site import Answer, SampleServer
from tests.conftest import Run, git
from tests.hostile.strangers import STRANGERS
from tests.test_run import last_line, requested_articles, status_of

PATH = "/news/gb/2026/11/20/1105991.html"
URL = f"https://www.secretchina.com{PATH}"
PAGE = "pages/2026/11/20/1105991.md"


def html(text: str) -> Answer:
    return Answer(200, "text/html; charset=utf-8", text.encode())


def quarantine(tmp_path: Path, *words: str) -> tuple[int, str]:
    """Exit code and output of the command, run in this process."""
    settings = get_project_settings()
    settings.set("NEWSMIRROR_REPO", str(tmp_path / "mirror"))
    command = Command()
    command.settings = settings
    parser = ArgumentParser()
    parser.add_argument("names", nargs="*")
    for option in ("--reason", "--save"):
        parser.add_argument(option)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_intermixed_args(list(words))
    output = io.StringIO()
    with redirect_stdout(output), redirect_stderr(output):
        command.run(options.names, options)
    return command.exitcode, output.getvalue()


def test_block_page_is_kept_shown_and_asked_for_again(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    server.overrides[PATH] = html(STRANGERS["isp_zh"])
    done = crawl()

    assert done.returncode == 0
    assert "published 39 new, 0 updated, 1 quarantined" in last_line(done)
    assert status_of(tmp_path / "mirror")["quarantine"] == {"blocked": 1}
    listed = quarantine(tmp_path)[1]
    assert (key_of(URL) in listed, "blocked" in listed, URL in listed) == (True, True, True)
    shown = quarantine(tmp_path, "show", URL, "--save", str(tmp_path / "kept.html"))[1]
    assert "a notice or a refusal" in shown
    assert (tmp_path / "kept.html").read_bytes() == STRANGERS["isp_zh"].encode()

    del server.overrides[PATH]
    server.requests.clear()
    assert "the next full run asks for it again" in quarantine(tmp_path, "retry", key_of(URL))[1]
    done = crawl()

    assert "published 1 new" in last_line(done)
    assert requested_articles(server) == [PATH]
    assert status_of(tmp_path / "mirror")["quarantine"] == {}
    assert quarantine(tmp_path) == (0, "0 in quarantine\n")


def test_released_page_is_published_as_it_was_looked_at(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    page = server.site.respond(PATH).body.decode()
    stub = page[: page.index('itemprop="articleBody">') + 23] + "<p>请登录后阅读全文。</p></div></body></html>"
    server.overrides[PATH] = html(stub)
    assert "1 quarantined" in last_line(crawl())
    server.overrides[PATH] = html(STRANGERS["parked"])
    server.requests.clear()

    assert "publishes it as it is kept" in quarantine(tmp_path, "release", key_of(URL))[1]
    done = crawl()

    assert "published 1 new, 0 updated, 0 quarantined" in last_line(done)
    assert requested_articles(server) == []
    assert "请登录后阅读全文。" in (tmp_path / "mirror" / PAGE).read_text(encoding="utf-8")
    assert quarantine(tmp_path) == (0, "0 in quarantine\n")


@pytest.mark.hostile
def test_rewritten_article_keeps_its_page_until_a_person_decides(
    crawl: Run, server: SampleServer, tmp_path: Path
) -> None:
    crawl()
    before = (tmp_path / "mirror" / PAGE).read_bytes()
    page = server.site.respond(PATH).body.decode()
    start = page.index('itemprop="articleBody">') + 23
    other = "".join(f"<p>完全不同的第{number}段文字，与原来的文章毫无关系。</p>" for number in range(9))
    server.overrides[PATH] = html(f"{page[:start]}{other}</div></body></html>")

    done = crawl("-a", "refresh=1")

    assert "nothing_new 0 new, 0 updated, 1 quarantined" in last_line(done)
    assert (tmp_path / "mirror" / PAGE).read_bytes() == before
    quarantine(tmp_path, "release", "--all", "--reason", "rewritten")
    assert "published 0 new, 1 updated" in last_line(crawl())
    assert "完全不同的第3段文字" in (tmp_path / "mirror" / PAGE).read_text(encoding="utf-8")
    assert "完全不同" not in git(tmp_path / "mirror", "show", f"HEAD~1:{PAGE}")


@pytest.mark.hostile
def test_changed_layout_cannot_be_released(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    page = server.site.respond(PATH).body.decode()
    server.overrides[PATH] = html(page.replace("articleBody", "neu").replace("article_right", "neu"))
    assert "layout" in crawl("-a", f"url={URL}").stderr

    code, output = quarantine(tmp_path, "release", URL)

    assert code == 2
    assert "no page can be made of it (layout)" in output


@pytest.mark.parametrize(
    "words", [["show"], ["release"], ["retry", "--all", URL], ["eat"], ["list", URL], ["show", "5a"]], ids=" ".join
)
def test_wrong_calls_of_the_command(words: list[str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"use: scrapy quarantine|is called 5a"):
        quarantine(tmp_path, *words)

    assert not (tmp_path / "mirror").exists()


def test_command_does_not_disturb_a_run(tmp_path: Path) -> None:
    private = tmp_path / "mirror/.git/newsmirror"
    private.mkdir(parents=True)
    with RunLock(private / "lock"):
        assert quarantine(tmp_path, "retry", "--all")[0] == 10


def test_what_a_stranger_wrote_reaches_no_terminal(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    server.overrides[PATH] = html("<html><title>\x1b[31mblocked\x1b]0;x\x07\u202e</title>\x9b2J</html>")
    done = crawl("-a", f"url={URL}")
    shown = quarantine(tmp_path, "show", URL)[1] + quarantine(tmp_path)[1]

    assert done.returncode == 13
    assert not set(shown + done.stderr) & set("\x1b\x07\x9b\u202e")
    assert "blocked" in shown
