"""Standard input, output and error, where whoever started us has closed them."""

import os
import sys
from pathlib import Path


def open_closed_streams() -> None:
    """Put nothing in their place: a file of ours must not get the numbers 0 to 2, and Scrapy's log needs a stream."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w" if number else "r", encoding="utf-8"))  # noqa: SIM115
