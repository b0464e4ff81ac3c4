"""For ``scrapyd-deploy``, which asks for this file; everything stands in pyproject.toml."""

from setuptools import setup

setup()
