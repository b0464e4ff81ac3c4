"""Scrapy's bound of memory, held against what this run itself has used."""

from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

STATUS = Path("/proc/self/status")


class RunMemory(MemoryUsage):
    """Scrapy's extension; ``MEMUSAGE_LIMIT_MB`` and its companions work as Scrapy has them."""

    def get_virtual_size(self) -> int:
        """The most memory that this process has held at once, in bytes.

        Scrapy asks getrusage(2), whose peak survives exec: a run would answer for what the program that has started it
        (a Scrapyd of months, a test) once held. ``VmHWM`` of proc_pid_status(5) begins with the run.
        """
        try:
            lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:  # no Linux
            return super().get_virtual_size()
        found = next((line.split() for line in lines if line.startswith("VmHWM:")), None)
        return int(found[1]) * 1024 if found else super().get_virtual_size()
