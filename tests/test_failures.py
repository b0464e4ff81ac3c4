"""Exceptions → reasons and words."""

import gzip
import ssl
import zlib

import brotli
import pytest
from backports import zstd
from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseNeverReceived

from newsmirror.failures import CERTIFICATE, NO_TLS, TOO_LARGE, RequestRefusedError, explain


def from_twisted(reason: Exception) -> Exception:
    """What Scrapy raises for a connection that died of *reason*."""
    error = DownloadFailedError(str(reason))
    error.__cause__ = ResponseNeverReceived([Failure(reason)])  # type: ignore[no-untyped-call]
    return error


def from_httpx(reason: Exception) -> Exception:
    error = DownloadConnectionRefusedError(str(reason))
    error.__cause__ = OSError("all attempts failed")
    error.__cause__.__context__ = reason
    return error


def ssl_error(reason: str) -> SSL.Error:
    return SSL.Error([("SSL routines", "", reason)])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DownloadTimeoutError(), ("unreachable", "no answer in time")),
        (CannotResolveHostError(), ("unreachable", "the host's name is not known")),
        (DownloadConnectionRefusedError(), ("unreachable", "nobody answers at the address")),
        (ResponseDataLossError(), ("unreachable", "the answer was cut")),
        (from_twisted(ConnectionLost()), ("unreachable", "the connection failed")),
        (DownloadCancelledError(), ("refused", TOO_LARGE)),
        (IgnoreRequest("body (3 B) exceeded DOWNLOAD_MAXSIZE (2 B)"), ("refused", TOO_LARGE)),
        (IgnoreRequest("max redirections reached"), ("refused", "max redirections reached")),
        (UnsupportedURLSchemeError(), ("refused", "the scheme of the address is not allowed")),
        (gzip.BadGzipFile(), ("refused", "the answer cannot be unpacked")),
        (zlib.error(), ("refused", "the answer cannot be unpacked")),
        (brotli.error(), ("refused", "the answer cannot be unpacked")),
        (zstd.ZstdError(), ("refused", "the answer cannot be unpacked")),
        (RequestRefusedError("limited", "forbidden by robots.txt"), ("limited", "forbidden by robots.txt")),
        (from_twisted(RequestRefusedError("refused", "why")), ("refused", "why")),
        (from_twisted(ssl_error("certificate verify failed")), ("identity", CERTIFICATE)),
        (from_twisted(VerificationError([])), ("identity", CERTIFICATE)),
        (from_twisted(ssl_error("wrong version number")), ("identity", NO_TLS)),
        (from_httpx(ssl.SSLCertVerificationError()), ("identity", CERTIFICATE)),
        (from_httpx(ssl.SSLError()), ("identity", NO_TLS)),
        (from_httpx(ssl.SSLWantReadError()), ("unreachable", "nobody answers at the address")),
        (from_httpx(ssl.SSLEOFError()), ("unreachable", "nobody answers at the address")),
    ],
)
def test_failures_are_explained(error: Exception, expected: tuple[str, str]) -> None:
    assert explain(error) == expected


def test_words_about_certificates_in_a_text_prove_nothing() -> None:
    assert explain(DownloadFailedError("certificate verify failed"))[0] == "unreachable"
