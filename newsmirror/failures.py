"""Why a request brought no answer: Scrapy's, Twisted's and httpx's exceptions → our reasons and words."""

import ssl
from collections.abc import Iterator

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import CertificateError, VerificationError

CERTIFICATE = "the certificate is not valid for this host, or this machine's clock is wrong"
NO_TLS = "the answer is not encrypted as the source's is"
PRIVATE = "the host's name leads to a private address"
PROXY = "the proxy does not let us through"
PROXY_ERRORS = {"TunnelError", "ProxyError"}
"""Of Scrapy and of httpx, which is imported only where a proxy needs it."""
TOO_LARGE = "the answer is larger than DOWNLOAD_MAXSIZE"

UNPACKERS = {"gzip", "zlib", "brotli", "backports", "compression"}
"""Modules whose exceptions say that a compressed answer is none; they have no common base."""
WORDS: tuple[tuple[type[BaseException], str, str], ...] = (
    (CannotResolveHostError, "unreachable", "the host's name is not known"),
    (UnsupportedURLSchemeError, "refused", "the scheme of the address is not allowed"),
    (NotSupported, "refused", "the scheme of the address is not allowed"),
    (DownloadCancelledError, "refused", TOO_LARGE),
    (DownloadConnectionRefusedError, "unreachable", "nobody answers at the address"),
    (DownloadTimeoutError, "unreachable", "no answer in time"),
    (ResponseDataLossError, "unreachable", "the answer was cut"),
)


class RequestRefusedError(IgnoreRequest):
    """Raised by our middlewares and download handlers for a request that is not sent or an answer that is not taken."""

    def __init__(self, reason: str, words: str):
        """*reason* is what the failure is counted as, *words* say it to the operator."""
        super().__init__(words)
        self.reason = reason
        self.words = words


class NotAskedError(RequestRefusedError):
    """Raised for a request that would have been fine, but nothing of its host is asked now; no fault of its address."""


def explain(error: BaseException) -> tuple[str, str]:
    """Reason (as counted) and a few words for what a request died of."""
    causes = list(_causes(error))
    if ours := next((cause for cause in causes if isinstance(cause, RequestRefusedError)), None):
        return ours.reason, ours.words
    if any(isinstance(cause, VerificationError | CertificateError) or _is_verify_failure(cause) for cause in causes):
        return "identity", CERTIFICATE
    if any(_is_tls_failure(cause) for cause in causes):
        return "identity", NO_TLS
    if any(type(cause).__name__ in PROXY_ERRORS for cause in causes):
        return "unreachable", PROXY
    if type(error).__module__.partition(".")[0] in UNPACKERS:
        return "refused", "the answer cannot be unpacked"
    for kind, reason, words in WORDS:
        if isinstance(error, kind):
            return reason, words
    if isinstance(error, IgnoreRequest):
        return "refused", TOO_LARGE if "DOWNLOAD_MAXSIZE" in str(error) else str(error) or "refused"
    return "unreachable", "the connection failed"


def _causes(error: BaseException | None, known: set[int] | None = None) -> Iterator[BaseException]:
    """*error* and everything behind it: causes, contexts, and the reasons that Twisted's failures carry."""
    known = set() if known is None else known
    if error is None or id(error) in known:
        return
    known.add(id(error))
    yield error
    for failure in getattr(error, "reasons", None) or ():
        yield from _causes(getattr(failure, "value", None), known)
    yield from _causes(error.__cause__, known)
    yield from _causes(error.__context__, known)


def _is_verify_failure(error: BaseException) -> bool:
    """Whether OpenSSL did not like the certificate; pyOpenSSL has no exception of its own for it, but a reason."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return True
    reasons = error.args[0] if type(error) is SSL.Error and error.args else ()
    return any("certificate verify failed" in entry for entry in reasons)


def _is_tls_failure(error: BaseException) -> bool:
    """Whether whoever answered did not speak TLS as it should; a connection that ended is no such failure."""
    return type(error) in (SSL.Error, ssl.SSLError)
