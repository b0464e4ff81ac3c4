"""What a hostile server may do with one request; see `tests.hostile.server`."""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import count

import brotli
from backports import zstd

from tests.hostile.server import Behaviour, Talk

HTML = "text/html; charset=utf-8"
MEGABYTE = 1 << 20


def head(status: int = 200, /, **headers: str) -> bytes:
    """Status line and headers, ``Content_Type`` standing for ``Content-Type``, with the empty line that ends them."""
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(
    body: bytes = b"", *, status: int = 200, kind: str = HTML, headers: Mapping[str, str] | None = None
) -> Behaviour:
    """A well-made answer."""

    def behave(talk: Talk) -> None:
        fields = {"Content_Type": kind, "Content_Length": str(len(body)), **(headers or {})}
        talk.send(head(status, **fields) + (b"" if talk.request.method == "HEAD" else body))
        talk.keep_open = True

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first time the first behaviour, then the second …; the last one stays."""
    number = count()

    def behave(talk: Talk) -> None:
        behaviours[min(next(number), len(behaviours) - 1)](talk)

    return behave


# Slowness


def silent(talk: Talk) -> None:
    """Accept, read, and never answer."""
    while talk.wait(3600):
        pass


def drip(body: bytes, *, seconds: float, chunk: int = 1) -> Behaviour:
    """Headers at once, then *chunk* bytes of the body every *seconds*."""

    def behave(talk: Talk) -> None:
        talk.send(head(Content_Type=HTML, Content_Length=str(len(body))))
        for start in range(0, len(body), chunk):
            if not talk.wait(seconds):
                return
            talk.send(body[start : start + chunk])

    return behave


def slow_headers(*, seconds: float) -> Behaviour:
    """One byte of an endless header every *seconds*."""

    def behave(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while talk.wait(seconds):
            talk.send(b"a")

    return behave


def endless(chunk: bytes = b"<p>x</p>" * 8192, *, framing: str = "close") -> Behaviour:
    """A body that does not end, framed by ``close`` or ``chunked``."""

    def behave(talk: Talk) -> None:
        chunked = framing == "chunked"
        talk.send(head(Content_Type=HTML, **({"Transfer_Encoding": "chunked"} if chunked else {})))
        while talk.wait(0):
            talk.send(b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk)

    return behave


# Lies about framing


def cut(body: bytes, *, share: float, framing: str) -> Behaviour:
    """End after a *share* of the body, framed by ``length``, ``chunked`` or ``close`` (the one nobody can notice)."""

    def behave(talk: Talk) -> None:
        part = body[: int(len(body) * share)]
        if framing == "chunked":
            talk.send(head(Content_Type=HTML, Transfer_Encoding="chunked") + b"%x\r\n" % len(body) + part)
        elif framing == "length":
            talk.send(head(Content_Type=HTML, Content_Length=str(len(body))) + part)
        else:
            talk.send(head(Content_Type=HTML) + part)

    return behave


def reset_after(body: bytes, *, share: float) -> Behaviour:
    """As `cut` by length, but with a reset connection."""

    def behave(talk: Talk) -> None:
        cut(body, share=share, framing="length")(talk)
        talk.reset()

    return behave


def announce(length: str, body: bytes = b"") -> Behaviour:
    """A Content-Length of any text, and a body that need not have it."""

    def behave(talk: Talk) -> None:
        talk.send(head(Content_Type=HTML, Content_Length=length) + body)

    return behave


def raw(data: bytes) -> Behaviour:
    """Exactly these bytes, HTTP or not."""

    def behave(talk: Talk) -> None:
        talk.send(data)

    return behave


def bad_chunks(body: bytes) -> Behaviour:
    """Chunked, with a size that is no number after the first chunk."""
    first = b"%x\r\n%s\r\n" % (len(body), body)
    return raw(head(Content_Type=HTML, Transfer_Encoding="chunked") + first + b"zz\r\n")


def interim_flood(talk: Talk) -> None:
    """``103 Early Hints`` without end."""
    while talk.wait(0):
        talk.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 500)


# Too much


def header_flood(*, megabytes: int, line: int = 8000) -> Behaviour:
    """Headers of *line* bytes each, *megabytes* in all, then a small page."""

    def behave(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
        filler = b"a" * (line - 16)
        for number in range(megabytes * MEGABYTE // line):
            talk.send(b"X-H%08d: %s\r\n" % (number, filler))
        talk.send(b"Content-Length: 2\r\n\r\nok")

    return behave


def long_header(*, megabytes: int) -> Behaviour:
    """One header line of so many megabytes."""

    def behave(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(megabytes):
            talk.send(b"a" * MEGABYTE)
        talk.send(b"\r\nContent-Length: 2\r\n\r\nok")

    return behave


def _gzip(chunks: Iterator[bytes], window: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return b"".join(packer.compress(chunk) for chunk in chunks) + packer.flush()


def _brotli(chunks: Iterator[bytes]) -> bytes:
    packer = brotli.Compressor(quality=5)
    packed: bytes = b"".join(packer.process(chunk) for chunk in chunks) + packer.finish()
    return packed


def _zstd(chunks: Iterator[bytes]) -> bytes:
    packer = zstd.ZstdCompressor()
    return b"".join(packer.compress(chunk) for chunk in chunks) + packer.flush()


PACKERS: Mapping[str, Callable[[Iterator[bytes]], bytes]] = {
    "gzip": lambda chunks: _gzip(chunks, 31),
    "deflate": lambda chunks: _gzip(chunks, 15),
    "br": _brotli,
    "zstd": _zstd,
    "gzip, gzip": lambda chunks: gzip.compress(_gzip(chunks, 31), 9),
}
"""Content-Encoding → what makes a body of it."""


def bomb(encoding: str, *, megabytes: int) -> Behaviour:
    """A small answer that unpacks to so many megabytes of one letter; packed once, before the server starts."""
    packed = PACKERS[encoding](b"a" * MEGABYTE for _ in range(megabytes))
    return answer(packed, headers={"Content_Encoding": encoding})


# Elsewhere


def redirect(target: str, *, status: int = 302) -> Behaviour:
    """A redirect to *target*, taken as it is."""
    return answer(b"", status=status, headers={"Location": target})


def redirect_loop(talk: Talk) -> None:
    """To itself with a number that grows, so that no filter of duplicates stops it."""
    path, _, number = talk.request.target.partition("?hop=")
    redirect(f"{path}?hop={int(number or 0) + 1}")(talk)


def refresh(target: str) -> Behaviour:
    """A page and a header that both want to be refreshed with *target*."""
    page = f'<html><head><meta http-equiv="refresh" content="0;url={target}"></head></html>'
    return answer(page.encode(), headers={"Refresh": f"0;url={target}"})


def busy(*, status: int = 503, retry_after: str | None = None) -> Behaviour:
    """429 or 503, with or without Retry-After."""
    return answer(b"busy", status=status, headers={"Retry_After": retry_after} if retry_after is not None else None)


def robots(text: str, *, status: int = 200) -> Behaviour:
    """A robots.txt."""
    return answer(text.encode(), status=status, kind="text/plain")


def long_text(start: str, *, megabytes: int) -> Behaviour:
    """A text that begins with *start* and goes on as a comment."""

    def behave(talk: Talk) -> None:
        talk.send(head(Content_Type="text/plain", Content_Length=str(len(start) + megabytes * MEGABYTE)))
        talk.send(start.encode())
        for _ in range(megabytes):
            talk.send(b"#" * MEGABYTE)

    return behave


def cookies(body: bytes) -> Behaviour:
    """A page that sets cookies and an ETag to know the reader by."""
    return answer(body, headers={"Set_Cookie": "id=tracker; Path=/; Max-Age=99999", "ETag": '"tracker"'})
