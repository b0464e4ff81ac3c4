"""Contracts for ``scrapy check``: two requests tell whether the live site is as expected. Tests have recorded pages."""

from collections.abc import Callable
from typing import Any

from scrapy.contracts import Contract
from scrapy.exceptions import ContractFail
from scrapy.http import Response, TextResponse

from newsmirror.discovery import ListSource
from newsmirror.exceptions import EncodingError
from newsmirror.listing import extract_list
from newsmirror.reading import read_text

FEWEST_LINKS = 5
"""A category page with less is none: 20 or more stood on those that were seen."""


class _SiteContract(Contract):
    """Knows the site of the spider whose callback it is given."""

    def __init__(self, method: Callable[..., Any], *args: Any):
        super().__init__(method, *args)
        self.site = method.__self__.site  # type: ignore[attr-defined]  # callbacks are bound to their spider


class FirstList(_SiteContract):
    """``@first_list``: asks for the page of the site's first category; articles must be named there."""

    name = "first_list"

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        category = self.site.categories[0].key
        url = self.site.address(self.site.list_form.format(key=category))
        source = ListSource(url, "page", category)
        return args | {"url": url, "cb_kwargs": {"source": source, "address": url}}

    def pre_process(self, response: Response) -> None:
        try:
            text = read_text(response) if isinstance(response, TextResponse) else ""
        except EncodingError as error:
            raise ContractFail(str(error)) from error
        links = extract_list(text, url=response.url, site=self.site).links
        if len(links) < FEWEST_LINKS:
            raise ContractFail(f"the list of {response.url} names {len(links)} articles; it is blocked, or has changed")


class KnownArticle(_SiteContract):
    """``@known_article``: asks for an article that the site has had for years."""

    name = "known_article"

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        return args | {"url": self.site.address(self.site.known_article)}
