"""A difference is either declared with a reason or a failure, and a declaration must be true."""

from pathlib import Path

import pytest

from tests.contract.comparison import Area, Problem
from tests.contract.deviations import (
    Deviation,
    DeviationsUnreadableError,
    judge,
    load_deviations,
)
from tests.contract.structure import Finding, Kind

USAGES = "GET /api/marketplace-component-usages/"
ONE_USAGE = "GET /api/marketplace-component-usages/{uuid}/"


def problem(operation: str = USAGES, path: str = "[].usage", kind: Kind = Kind.TYPE) -> Problem:
    return Problem(operation, Area.RESPONSE, Finding(kind, path, "integer expected"))


def deviation(operation: str = USAGES, path: str = "usage", kind: Kind = Kind.TYPE) -> Deviation:
    return Deviation(operation, Area.RESPONSE, path, kind, "the wire wins")


def test_a_declared_difference_is_accepted() -> None:
    verdict = judge([problem()], [deviation()])

    assert (verdict.accepted, verdict.undeclared, verdict.stale) == ([problem()], [], [])


@pytest.mark.parametrize(
    "other",
    [
        problem(operation=ONE_USAGE),
        problem(path="[].limit_usage"),
        problem(kind=Kind.NULL),
    ],
)
def test_a_difference_elsewhere_is_not_accepted(other: Problem) -> None:
    assert judge([other], [deviation()]).undeclared == [other]


def test_a_star_stands_for_anything_and_brackets_for_themselves() -> None:
    entry = deviation("GET */marketplace-component-usages/*", "components[].*.usage")
    inside = problem(ONE_USAGE, "components[].month.usage")
    beside = problem(ONE_USAGE, "componentsx.month.usage")

    assert judge([inside, beside], [entry]).undeclared == [beside]


def test_a_deviation_that_no_longer_occurs_is_stale() -> None:
    assert judge([], [deviation()]).stale == [deviation()]


def written(folder: Path, text: str) -> Path:
    file = folder / "deviations.toml"
    file.write_text(text, encoding="utf-8")
    return file


COMPLETE = """
[[deviation]]
operation = "GET /api/x/"
area = "response"
path = "y"
kind = "type"
reason = "because"
"""


def test_deviations_are_read_from_their_file(tmp_path: Path) -> None:
    (entry,) = load_deviations(written(tmp_path, COMPLETE))

    assert entry == Deviation("GET /api/x/", Area.RESPONSE, "y", Kind.TYPE, "because")


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('reason = "because"', ""),
        ('reason = "because"', 'reason = " "'),
        ('area = "response"', 'area = "weather"'),
        ('kind = "type"', 'kind = "kind"'),
        ('path = "y"', 'path = "y"\nuntil = "2030"'),
    ],
)
def test_a_deviation_that_says_too_little_is_refused(tmp_path: Path, good: str, bad: str) -> None:
    file = written(tmp_path, COMPLETE.replace(good, bad))

    with pytest.raises(DeviationsUnreadableError):
        load_deviations(file)


def test_every_deviation_of_ours_has_a_reason() -> None:
    assert all(len(entry.reason) > 20 for entry in load_deviations())
