"""Our published schema is what Waldur's clients expect, apart from what we declare otherwise."""

import importlib.util
import sys
from typing import Any

import pytest

from tests.contract.comparison import Area, Report, compare
from tests.contract.deviations import judge, load_deviations
from tests.contract.documents import client_module, load_contract, read_contract_file
from tests.contract.openapi import read_openapi
from tests.contract.summary import describe, percentages


@pytest.fixture(scope="module")
def report(published_schema: dict[str, Any]) -> Report:
    """Our schema, compared with the contract."""
    return compare(load_contract(), read_openapi(published_schema))


def test_every_operation_of_the_contract_exists(report: Report) -> None:
    assert report.missing == []


def test_every_operation_has_the_name_that_generated_clients_give_it(report: Report) -> None:
    misnamed = [str(p) for p in report.problems if p.area is Area.IDENTIFIER]

    assert misnamed == []


def test_every_difference_is_declared_and_every_declaration_true(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{percentages(report)}\n")

    verdict = judge(report.problems, load_deviations())

    assert (verdict.undeclared, verdict.stale) == ([], []), describe(report, verdict)


def test_nearly_nothing_of_the_contract_is_declared_away(report: Report) -> None:
    for area in (Area.QUERY, Area.REQUEST, Area.RESPONSE, Area.STATUS):
        assert report.total(area).percent >= 98, percentages(report)


def test_the_contract_names_functions_that_the_published_client_has() -> None:
    unknown = [
        key
        for key, operation in read_contract_file()["operations"].items()
        if not importlib.util.find_spec(client_module(operation))
    ]

    assert unknown == []
