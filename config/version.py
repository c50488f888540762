"""The version of the service, read from the one place where it is written: the changelog."""

import re
from pathlib import Path

RELEASE = re.compile(r"^## \[?(\d+\.\d+\.\d+)\]?", re.MULTILINE)


def read_version(changelog: Path) -> str:
    """Return the newest release named in the changelog.

    :raises ValueError: no heading reads `## 1.2.3`.
    """
    found = RELEASE.search(changelog.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{changelog} has no heading like `## 1.2.3`.")
    return found[1]
