"""A small site in the source's markup, written for this project, and a server for it."""

from sample_site.server import SampleServer
from sample_site.site import Answer, SampleSite

__all__ = ["Answer", "SampleServer", "SampleSite"]
