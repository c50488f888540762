"""Showing a comparison to a person."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.contract.comparison import Area, OperationReport, Report, compare
from tests.contract.deviations import Verdict, judge, load_deviations
from tests.contract.documents import load_contract, shape
from tests.contract.openapi import load_openapi


def percentages(report: Report) -> str:
    """Render the share of checks passed per area, as a line each."""
    lines = [f"contract  {report.contract}", f"candidate {report.candidate}", ""]
    for area in Area:
        total = report.total(area)
        passed = f"{total.checks - total.failed}/{total.checks}"
        lines.append(f"{area:10}{passed:>14}{total.percent:8.2f} %")
    return "\n".join(lines)


def describe(report: Report, verdict: Verdict, limit: int | None = 40) -> str:
    """Render everything that keeps the API from passing, worst operations first."""
    lines = [f"missing: {key}" for key in report.missing[:limit]]
    by_operation = Counter(
        problem.operation
        for problem in verdict.undeclared
        if problem.area is not Area.OPERATIONS  # said already
    )
    for key, _ in by_operation.most_common(limit):
        lines.extend(f"undeclared: {line}" for line in _kinds(key, verdict))
    lines.extend(f"stale: {deviation}" for deviation in verdict.stale)
    lines.append(
        f"{len(report.missing)} operations missing, {len(verdict.undeclared)} differences "
        f"undeclared, {len(verdict.accepted)} accepted, {len(verdict.stale)} deviations stale"
    )
    return "\n".join(lines)


def _kinds(key: str, verdict: Verdict) -> Iterator[str]:
    """Name the undeclared differences of an operation, a line for each area and kind."""
    paths: dict[tuple[str, str], list[str]] = {}
    for problem in verdict.undeclared:
        if problem.operation == key:
            found = problem.finding
            paths.setdefault((problem.area, found.kind), []).append(found.path)
    for (area, kind), names in sorted(paths.items()):
        more = f" … {len(names) - 12} more" if len(names) > 12 else ""
        yield f"{key} {area} {kind}: {', '.join(names[:12])}{more}"


def detail(operation: OperationReport, verdict: Verdict) -> str:
    """Render one operation in full."""
    presence = "" if operation.present else "  (missing)"
    lines = [f"{operation.key}  {operation.id}{presence}"]
    for area, count in operation.counts.items():
        lines.append(f"  {area:10}{count.checks - count.failed:5}/{count.checks}")
    for problem in operation.problems:
        found, mark = problem.finding, "~" if problem in verdict.accepted else "!"
        text = f"{problem.area:9} {found.kind:9} {found.path:45} {found.text}"
        lines.append(f"  {mark} {text}")
    return "\n".join(lines)


def _chosen(report: Report, wanted: str) -> Iterator[OperationReport]:
    for operation in report.operations:
        if wanted == operation.id or shape(wanted) == shape(operation.key):
            yield operation


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract.comparison",
        description="Compare an OpenAPI document with what Waldur's clients expect.",
    )
    parser.add_argument("schema", type=Path, help="OpenAPI file, such as docs/openapi.yaml")
    parser.add_argument(
        "--op",
        action="append",
        default=[],
        metavar="OPERATION",
        help="show one operation in full: 'GET /api/projects/' or projects_list; ! undeclared",
    )
    parser.add_argument("--all", action="store_true", help="name every difference")
    options = parser.parse_args(arguments)
    if not options.schema.is_file():
        parser.error(f"there is no {options.schema}; `make schema` writes docs/openapi.yaml")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison; the exit code says whether the API passes."""
    options = _parse_arguments(arguments)
    report = compare(load_contract(), load_openapi(options.schema))
    verdict = judge(report.problems, load_deviations())
    chosen = [operation for wanted in options.op for operation in _chosen(report, wanted)]
    if options.op:
        text = "\n\n".join(detail(operation, verdict) for operation in chosen)
        text = text or "no such operation in the contract"
    else:
        limit = None if options.all else 40
        text = f"{percentages(report)}\n\n{describe(report, verdict, limit)}"
    sys.stdout.write(text + "\n")
    return 1 if report.missing or verdict.undeclared or verdict.stale else 0
