"""From Scrapy's stats to the outcome."""

import pytest
from scrapy.utils.test import get_crawler

from newsmirror.outcome import Outcome
from newsmirror.report import OUTCOME, outcome_of
from newsmirror.spiders.secretchina import SecretChinaSpider


@pytest.mark.parametrize(
    ("stats", "broken", "outcome"),
    [
        ({}, True, Outcome.FAILED),
        ({}, False, Outcome.INTERRUPTED),
        ({"start_time": 1}, False, Outcome.INTERRUPTED),
        ({"finish_reason": "start_error"}, False, Outcome.FAILED),
        ({"finish_reason": "memusage_exceeded"}, False, Outcome.FAILED),
        ({"finish_reason": "finished", "newsmirror/lists/read": 3}, False, Outcome.NOTHING_NEW),
        ({"finish_reason": "finished", OUTCOME: "published"}, False, Outcome.PUBLISHED),
        ({OUTCOME: "refused"}, True, Outcome.REFUSED),
    ],
)
def test_outcome_of_a_crawl(stats: dict[str, object], broken: bool, outcome: Outcome) -> None:
    crawler = get_crawler(SecretChinaSpider)
    assert crawler.stats
    crawler.stats.set_stats(stats)

    assert outcome_of(crawler, broken=broken) is outcome
