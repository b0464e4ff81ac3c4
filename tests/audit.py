"""Looks for known advisories of what is pinned: ``make audit``, with pip-audit and PyPI's advisory data.

Where the data cannot be had (no network, a registry mirror without it) pip-audit says "no known vulnerabilities" all
the same, so a package with a known advisory is asked for first. Without an answer to that, one line says so and
nothing fails; a finding fails. What is accepted for a while stands in `ACCEPTED`, with the reason.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "requirements_dev.txt"
"""Holds what requirements.txt does, and what tests need."""
CONTROL = "jinja2==2.10"
"""Has had CVE-2019-10906 since 2019: data that do not know it are no data."""
ACCEPTED: Mapping[str, str] = {}
"""Id of an advisory → why it does no harm here and until when it is accepted; see docs/dependencies.md."""
SECONDS = 300


def find(report: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Findings that are not accepted, a line each, and the names of packages that nothing is known of."""
    findings, unknown = [], []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            unknown.append(package["name"])
        for advisory in package.get("vulns", ()):
            names = {advisory["id"], *advisory.get("aliases", ())}
            if not names & ACCEPTED.keys():
                fixed = ", ".join(advisory.get("fix_versions", ())) or "no version"
                findings.append(f"{package['name']} {package['version']}: {advisory['id']}, fixed in {fixed}")
    return findings, unknown


def ask(file: Path) -> Mapping[str, Any] | None:
    """What pip-audit reports of the pins in a file, None where it could not ask."""
    words = ["--requirement", str(file), "--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *words], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        report: Mapping[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return report


def has_data(control: Mapping[str, Any] | None) -> bool:
    """Whether what everybody knows of the control is known here."""
    return control is not None and bool(find(control)[0])


def judge(control: Mapping[str, Any] | None, pinned: Mapping[str, Any] | None) -> tuple[str, int]:
    """What to print of the two reports, and the exit code."""
    if not has_data(control):
        return "audit: the advisory data of PyPI cannot be had here; dependencies were not looked up", 0
    if pinned is None:
        return "audit: PyPI stopped answering; dependencies were not looked up", 0
    findings, unknown = find(pinned)
    lines = [f"audit: {line}" for line in findings]
    lines += [f"audit: nothing is known of {', '.join(unknown)}"] if unknown else []
    lines += [] if findings else ["audit: no known advisory applies to what is pinned"]
    return "\n".join(lines), 1 if findings else 0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        control = Path(folder) / "control.txt"
        control.write_text(f"{CONTROL}\n", encoding="ascii")
        known = ask(control)
    words, code = judge(known, ask(PINNED) if has_data(known) else None)
    print(words)
    return code


if __name__ == "__main__":
    sys.exit(main())
