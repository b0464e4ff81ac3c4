"""Scrapy's own settings, with our concurrency: the least that a Scrapy project can do with the same requests."""

from newsmirror import settings as ours

BOT_NAME = "bare"
SPIDER_MODULES = ["benchmarks.bare.spider"]
CONCURRENT_REQUESTS = ours.CONCURRENT_REQUESTS
CONCURRENT_REQUESTS_PER_DOMAIN = ours.CONCURRENT_REQUESTS_PER_DOMAIN
DOWNLOAD_DELAY = 0
LOG_LEVEL = ours.LOG_LEVEL
