"""The command line shows what is wrong with a schema, and its exit code says whether it passes."""

import json
from pathlib import Path

import pytest

from tests.contract import summary
from tests.contract.documents import read_contract_file
from tests.contract.synthetic import OpenApi, openapi_of


@pytest.fixture(autouse=True)
def _no_deviations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "load_deviations", list)


@pytest.fixture
def schema() -> OpenApi:
    return openapi_of(read_contract_file())


def written(folder: Path, schema: OpenApi) -> str:
    file = folder / "openapi.json"
    file.write_text(json.dumps(schema), encoding="utf-8")
    return str(file)


def test_a_perfect_schema_passes(
    tmp_path: Path, schema: OpenApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert summary.main([written(tmp_path, schema)]) == 0

    shown = capsys.readouterr().out
    assert "contract  waldur-api-client 8.1.3" in shown
    number = len(read_contract_file()["operations"])
    assert f"ops              {number}/{number}  100.00 %" in shown


def test_a_damaged_schema_fails_and_the_damage_is_named(
    tmp_path: Path, schema: OpenApi, capsys: pytest.CaptureFixture[str]
) -> None:
    del schema["paths"]["/api/version/"]
    del schema["components"]["schemas"]["Project"]["properties"]["name"]

    assert summary.main([written(tmp_path, schema)]) == 1

    shown = capsys.readouterr().out
    assert "missing: GET /api/version/" in shown
    assert "undeclared: GET /api/projects/ response missing: [].name" in shown


@pytest.mark.parametrize("name", ["GET /api/projects/{id}/", "projects_retrieve"])
def test_one_operation_is_shown_in_full(
    tmp_path: Path, schema: OpenApi, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    schema["components"]["schemas"]["Project"]["properties"]["name"] = {"type": "integer"}

    summary.main([written(tmp_path, schema), "--op", name])

    shown = capsys.readouterr().out
    assert "GET /api/projects/{uuid}/  projects_retrieve" in shown
    assert "! response  type      name" in shown
    assert "string expected, integer found" in shown


def test_an_operation_that_the_contract_lacks_is_said_to_be_none(
    tmp_path: Path, schema: OpenApi, capsys: pytest.CaptureFixture[str]
) -> None:
    summary.main([written(tmp_path, schema), "--op", "GET /api/weather/"])

    assert "no such operation in the contract" in capsys.readouterr().out
