"""The parts of `make bench` that need no measuring: sites, rows, and what is said of the machine."""

import json
import socket
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import machine
from benchmarks.rows import ROWS
from benchmarks.sites import Made
from newsmirror.clean import clean_article
from newsmirror.extract import extract_article
from newsmirror.items import block_lines
from newsmirror.listing import extract_feed
from newsmirror.spiders.secretchina import SITE
from newsmirror.validate import find_problem

PATH = "/news/gb/2026/11/23/1000249.html"


def page(target: str, count: int = 250) -> str:
    answer = Made(count).respond(target)
    assert answer.status == 200
    return answer.body.decode()


def test_made_articles_are_read_as_real_ones_are() -> None:
    scraped = extract_article(page(PATH), url=f"https://{SITE.host}{PATH}", site=SITE)
    article = clean_article(scraped, site=SITE, members_only="teaser")

    assert find_problem(article, now=article.published) is None
    assert sum(map(len, block_lines(article.blocks))) > 1500
    assert len(article.tags) == 3


def test_made_articles_are_the_same_each_time_and_differ_from_each_other() -> None:
    assert page(PATH) == page(PATH)
    assert page(PATH) != page("/news/gb/2026/11/23/1000248.html")


def test_made_lists_name_every_article_once() -> None:
    site = Made(250)
    found: list[str] = []
    for key in (category.key for category in SITE.categories):
        for number in range(1, 4):
            answer = site.respond(f"/news/gb/{key}.html?page={number}")
            body = answer.body.decode() if answer.status == 200 else ""
            found += [part.partition('"')[0] for part in body.split('<li id="node')[1:]]

    assert sorted(found) == [str(1_000_000 + number) for number in range(250)]


def test_made_feeds_name_the_newest_articles() -> None:
    links = extract_feed(page("/news/gb/p1.xml"), site=SITE).links

    assert {link.id for link in links} == {1_000_242 - 11 * step for step in range(20)}


@pytest.mark.parametrize("row", ROWS)
def test_row_can_be_measured(row: str) -> None:
    module = import_module(f"benchmarks.rows.{ROWS[row]}")

    assert row == module.ROW
    assert callable(module.measure)


def test_results_do_not_tell_whose_machine_it_is() -> None:
    said = json.dumps(machine())

    assert socket.gethostname() not in said
    assert str(Path.home()) not in said
    assert {"processor", "cores", "load", "python", "scrapy", "git", "date"} == set(machine())
