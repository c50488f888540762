"""The differences from the contract that we have decided to live with, each with its reason."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.contract.comparison import Area, Problem
from tests.contract.structure import Kind

DEVIATIONS_FILE = Path(__file__).with_name("deviations.toml")
KEYS = frozenset({"operation", "area", "path", "kind", "reason"})


class DeviationsUnreadableError(ValueError):
    """``deviations.toml`` holds an entry that says too little or too much."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One entry of ``deviations.toml``; ``*`` stands for anything in operation and path."""

    operation: str
    area: Area
    path: str
    kind: Kind
    reason: str

    def __str__(self) -> str:
        return f"{self.operation} {self.area} {self.path} {self.kind}"

    def covers(self, problem: Problem) -> bool:
        """Tell whether this entry accepts the problem; lists need not name their ``[].``."""
        finding = problem.finding
        return (
            self.area is problem.area
            and self.kind is finding.kind
            and _matches(self.operation, problem.operation)
            and (
                _matches(self.path, finding.path)
                or _matches(self.path, finding.path.removeprefix("[]."))
            )
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is left of a comparison once the declared deviations are taken away."""

    accepted: Sequence[Problem]
    undeclared: Sequence[Problem]
    stale: Sequence[Deviation]


def judge(problems: Iterable[Problem], deviations: Sequence[Deviation]) -> Verdict:
    """Tell declared problems from undeclared ones, and find deviations that no longer occur."""
    accepted: list[Problem] = []
    undeclared: list[Problem] = []
    seen: set[Deviation] = set()
    for problem in problems:
        covering = [deviation for deviation in deviations if deviation.covers(problem)]
        seen.update(covering)
        (accepted if covering else undeclared).append(problem)
    return Verdict(accepted, undeclared, [entry for entry in deviations if entry not in seen])


def load_deviations(path: Path = DEVIATIONS_FILE) -> Sequence[Deviation]:
    """Read the declared deviations.

    :raises DeviationsUnreadableError: an entry has wrong keys, an unknown area, or no reason.
    """
    with path.open("rb") as file:
        entries = tomllib.load(file).get("deviation", [])
    return [_parse(entry) for entry in entries]


def _parse(entry: dict[str, str]) -> Deviation:
    if entry.keys() != KEYS or not entry["reason"].strip():
        raise DeviationsUnreadableError(f"every entry needs exactly {sorted(KEYS)}: {entry}")
    try:
        area, kind = Area(entry["area"]), Kind(entry["kind"])
    except ValueError as error:
        raise DeviationsUnreadableError(f"{error}: {entry}") from error
    return Deviation(entry["operation"], area, entry["path"], kind, entry["reason"])


def _matches(pattern: str, text: str) -> bool:
    """Match with ``*`` alone: the brackets and braces of paths are literal."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
