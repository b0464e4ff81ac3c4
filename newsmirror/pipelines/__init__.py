"""Adapters between Scrapy and the modules of the same names; the order is in the settings."""
