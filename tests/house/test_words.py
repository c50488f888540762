"""People are "they", wherever something is written about them."""

from __future__ import annotations

from tests.house.test_published_texts import ONE_SEX_ONLY
from tests.house.test_structure import ROOT
from tests.rooms import PACKAGES

PLACES = (*PACKAGES, "tests", "examples", "docs")
WRITTEN = {".html", ".md", ".py", ".yaml"}


def test_people_are_they() -> None:
    paths = {*ROOT.glob("*"), *(path for place in PLACES for path in (ROOT / place).rglob("*"))}
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted(paths)
        if path.suffix in WRITTEN
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if ONE_SEX_ONLY.search(line)
    ]
    assert not wrong, "\n".join(wrong)
