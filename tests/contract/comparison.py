"""Comparing an API with the contract, operation by operation.

    python -m tests.contract.comparison docs/openapi.yaml
    python -m tests.contract.comparison docs/openapi.yaml --op 'GET /api/projects/'

Every expectation of the contract is one check in one area; an operation that is missing fails
all of its checks. What ``deviations.toml`` declares is told apart from what nobody decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.contract.documents import Document, Node, Operation, shape
from tests.contract.structure import Direction, Finding, Kind, Structure


class Area(StrEnum):
    """What of an operation is compared."""

    OPERATIONS = "ops"
    IDENTIFIER = "id"
    QUERY = "query"
    REQUEST = "request"
    RESPONSE = "response"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Problem:
    """One difference of one operation."""

    operation: str
    area: Area
    finding: Finding

    def __str__(self) -> str:
        where = f"{self.operation} {self.area} {self.finding.path or '.'}"
        return f"{where}: {self.finding.kind}: {self.finding.text}"


@dataclass(frozen=True, slots=True)
class Count:
    """How many checks there were, and how many of them failed."""

    checks: int = 0
    failed: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.checks + other.checks, self.failed + other.failed)

    @property
    def percent(self) -> float:
        """The share of checks passed; nothing to check is all well."""
        return 100.0 * (self.checks - self.failed) / self.checks if self.checks else 100.0


@dataclass(frozen=True, slots=True)
class OperationReport:
    """The outcome for one operation of the contract."""

    key: str
    id: str
    present: bool
    counts: Mapping[Area, Count]
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome for the whole contract."""

    contract: str
    candidate: str
    operations: Sequence[OperationReport]

    def total(self, area: Area) -> Count:
        """Add up one area over all operations."""
        return sum((operation.counts[area] for operation in self.operations), Count())

    @property
    def problems(self) -> Sequence[Problem]:
        """All differences, in the order of the contract."""
        return [problem for operation in self.operations for problem in operation.problems]

    @property
    def missing(self) -> Sequence[str]:
        """The operations that do not exist."""
        return [operation.key for operation in self.operations if not operation.present]


def compare(contract: Document, candidate: Document) -> Report:
    """Compare every operation of the contract with the candidate's of the same method and path."""
    structure = Structure(contract, candidate)
    ours = {shape(key): operation for key, operation in candidate.operations.items()}
    reports = [
        _report(key, expected, ours.get(shape(key)), structure)
        for key, expected in sorted(contract.operations.items())
    ]
    return Report(contract.name, candidate.name, reports)


def _report(
    key: str, want: Operation, have: Operation | None, structure: Structure
) -> OperationReport:
    checks = _count_checks(want, structure)
    if have is None:
        missing = Problem(key, Area.OPERATIONS, Finding(Kind.MISSING, "", "operation missing"))
        everything = {area: Count(number, number) for area, number in checks.items()}
        return OperationReport(key, want.id, present=False, counts=everything, problems=[missing])
    problems = [
        Problem(key, area, finding)
        for area, findings in _differences(want, have, structure)
        for finding in findings
    ]
    counts = {
        area: Count(number, min(number, _failures(problems, area)))
        for area, number in checks.items()
    }
    return OperationReport(key, want.id, present=True, counts=counts, problems=problems)


def _count_checks(want: Operation, structure: Structure) -> dict[Area, int]:
    answers = want.successes
    return {
        Area.OPERATIONS: 1,
        Area.IDENTIFIER: 1,
        Area.QUERY: len(want.query),
        Area.REQUEST: structure.size(want.request),
        Area.RESPONSE: sum(structure.size(node) for node in answers.values()),
        Area.STATUS: len(answers),
    }


def _failures(problems: Sequence[Problem], area: Area) -> int:
    return sum(problem.finding.weight for problem in problems if problem.area is area)


def _differences(
    want: Operation, have: Operation, structure: Structure
) -> Iterator[tuple[Area, Sequence[Finding]]]:
    if want.id != have.id:
        text = f"{want.id} expected, {have.id or 'none'} found"
        yield Area.IDENTIFIER, [Finding(Kind.DIFFERS, "", text)]
    yield Area.QUERY, list(_query(want.query, have.query, structure))
    yield Area.REQUEST, structure.compare(want.request, have.request, Direction.REQUEST)
    yield Area.STATUS, list(_statuses(want, have))
    for code, node in want.successes.items():
        ours = have.responses.get(code) or _any_success(have)
        yield Area.RESPONSE, structure.compare(node, ours, Direction.RESPONSE)


def _query(
    want: Mapping[str, Node], have: Mapping[str, Node], structure: Structure
) -> Iterator[Finding]:
    for name, node in want.items():
        if name not in have:
            yield Finding(Kind.MISSING, name, "missing")
            continue
        for finding in structure.compare(node, have[name], Direction.QUERY):
            yield finding.under(name)
    for name, node in have.items():
        if node.required and not (name in want and want[name].required):
            yield Finding(Kind.REQUIRED, name, "required here, not in contract")


def _statuses(want: Operation, have: Operation) -> Iterator[Finding]:
    declared = ", ".join(have.successes) or "none"
    for code in want.successes:
        if code not in have.responses:
            yield Finding(Kind.MISSING, code, f"not declared (declared: {declared})")


def _any_success(have: Operation) -> Node | None:
    return next((node for node in have.successes.values() if node), None)


if __name__ == "__main__":
    from tests.contract.summary import main

    raise SystemExit(main())
