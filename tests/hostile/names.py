"""A name server on loopback that answers as a censor would, and counts what it is asked."""

import socket
from dataclasses import dataclass, field
from threading import Thread

from tests.hostile.server import Running

TYPES = {1: socket.AF_INET, 28: socket.AF_INET6}


@dataclass
class NameServer(Running):
    """Answers every question for an address with *answers* in turn; the last one stays. Anything else is empty."""

    answers: list[str]
    port: int = 53
    asked: list[str] = field(default_factory=list)
    """Names, in the order of the questions."""

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self.port))
        self._thread = Thread(target=self._serve, daemon=True)
        self._given = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, client = self._socket.recvfrom(512)
            if not question:
                return
            self._socket.sendto(self._reply(question), client)

    def _reply(self, question: bytes) -> bytes:
        name, end = _name_of(question)
        self.asked.append(name)
        kind = int.from_bytes(question[end : end + 2], "big")
        record = self._record(kind)
        head = question[:2] + b"\x81\x80\x00\x01" + (1 if record else 0).to_bytes(2, "big") + b"\x00\x00\x00\x00"
        return head + question[12 : end + 4] + record

    def _record(self, kind: int) -> bytes:
        """An answer of this kind, valid for no time at all; empty where there is none."""
        address = self.answers[min(self._given, len(self.answers) - 1)]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        if TYPES.get(kind) != family:
            return b""
        self._given += 1
        data = socket.inet_pton(family, address)
        return b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\x00\x01" + bytes(4) + len(data).to_bytes(2, "big") + data


def _name_of(question: bytes) -> tuple[str, int]:
    """The name that is asked for, and where it ends."""
    labels, place = [], 12
    while length := question[place]:
        labels.append(question[place + 1 : place + 1 + length].decode("ascii"))
        place += length + 1
    return ".".join(labels), place + 1
