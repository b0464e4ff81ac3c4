"""Picture servers that misbehave: the article is published all the same, and nobody else is asked."""

import re

from sample_site import SampleSite
from tests.hostile import behaviours
from tests.hostile.conftest import Attack
from tests.hostile.server import Behaviour, HostileServer, Talk, Trap

SITE = SampleSite()
ARTICLE = "/news/gb/2026/09/02/1104310.html"
PAGE = "pages/2026/09/02/1104310.md"
PICTURE = SITE.respond("/pic/2026/9-2/p1a1.jpg").body
BEHAVIOURS: dict[str, Behaviour] = {
    "silent": behaviours.silent,
    "drip": behaviours.drip(PICTURE, seconds=0.3),
    "good": behaviours.answer(PICTURE),
    "cut": behaviours.cut(PICTURE, share=0.5, framing="length"),
    "cut-unseen": behaviours.cut(PICTURE, share=0.5, framing="close"),
    "endless": behaviours.endless(PICTURE),
    "bomb": behaviours.bomb("gzip", megabytes=60),
    "reset": behaviours.reset_after(PICTURE, share=0.5),
}


def serve(hostile: HostileServer, pictures: dict[str, Behaviour]) -> None:
    """The sample site, with these pictures at the head of one article."""
    paths = {f"/pic/2026/9-2/{name}.jpg": behaviour for name, behaviour in pictures.items()}
    images = "".join(f'<p><img alt="{path[14:-4]}" src="//img6.secretchina.com{path}" /></p>' for path in paths)
    body = SITE.respond(ARTICLE).body.decode()
    start = body.index("<p style=", body.index("article_right"))

    def sample(talk: Talk) -> None:
        answer = SITE.respond(talk.request.target)
        behaviours.answer(answer.body, status=answer.status, kind=answer.content_type)(talk)

    page = behaviours.answer((body[:start] + images + body[start:]).encode())
    hostile.behaviours = {"*": sample, ARTICLE: page} | paths


def test_pictures_that_cannot_be_had_are_links(attack: Attack, hostile: HostileServer) -> None:
    serve(hostile, BEHAVIOURS)

    done = attack(
        "-a", f"url=https://www.secretchina.com{ARTICLE}", url=hostile.url, settings={"DOWNLOAD_TIMEOUT": "1.5"}
    )

    assert done.exit_code == 0, done.log
    reasons = "no answer in time 2, the answer is larger than DOWNLOAD_MAXSIZE 2, the answer was cut 3"
    assert f"7 pictures could not be mirrored and stand as links ({reasons})" in done.log
    text = (done.repo / PAGE).read_text(encoding="utf-8")
    assert re.findall(r"!\[([^]]*)\]\(\.\./\.\./\.\./\.\./images/", text) == ["good"]
    for name in BEHAVIOURS:
        assert (f"](https://img6.secretchina.com/pic/2026/9-2/{name}.jpg)" in text) == (name != "good")
    assert done.peak_mb < 256


def test_redirects_lead_to_picture_hosts_only(attack: Attack, hostile: HostileServer, trap: Trap) -> None:
    moved = "https://img2.secretchina.com/pic/2020/8-20/p1a1.jpg"
    page = "https://m.secretchina.com/pic/2020/8-20/p2a2.jpg"
    elsewhere = f"http://127.0.0.1:{trap.port}/a.jpg"
    targets = [(301, elsewhere), (302, elsewhere), (307, elsewhere), (302, page), (302, moved)]
    pictures = {f"p{number}": behaviours.redirect(to, status=code) for number, (code, to) in enumerate(targets)}
    serve(hostile, pictures)

    done = attack("-a", f"url=https://www.secretchina.com{ARTICLE}", url=hostile.url)

    assert done.exit_code == 0, done.log
    assert "stand as links (sent to another host 1, the address is not the site's 3)" in done.log
    assert trap.hits == 0
    assert "/pic/2020/8-20/p1a1.jpg" in hostile.targets
    text = (done.repo / PAGE).read_text(encoding="utf-8")
    assert "![p4](../../../../images/" in text
