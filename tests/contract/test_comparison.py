"""The comparison finds what would break a client: damage to a perfect schema is reported."""

import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.contract.comparison import Area, Report, compare
from tests.contract.documents import Document, load_contract, read_contract_file
from tests.contract.openapi import load_openapi, read_openapi
from tests.contract.structure import Kind
from tests.contract.synthetic import OpenApi, openapi_of

PROJECTS = "GET /api/projects/"
CREATE_ORDER = "POST /api/marketplace-orders/"


@cache
def the_contract() -> Document:
    return load_contract()


@cache
def perfect_schema() -> OpenApi:
    return openapi_of(read_contract_file())


@pytest.fixture
def schema() -> OpenApi:
    """A perfect schema of one's own, to damage."""
    return copy.deepcopy(perfect_schema())


def compared(schema: OpenApi) -> Report:
    return compare(the_contract(), read_openapi(schema))


def found(schema: OpenApi, operation: str) -> set[tuple[Area, Kind, str]]:
    """Compare one operation and return what is wrong with it."""
    contract = the_contract()
    only = replace(contract, operations={operation: contract.operations[operation]})
    return {
        (problem.area, problem.finding.kind, problem.finding.path)
        for problem in compare(only, read_openapi(schema)).problems
    }


def component(schema: OpenApi, name: str) -> Any:
    return schema["components"]["schemas"][name]


def operation_of(schema: OpenApi, key: str) -> Any:
    method, url = key.split(" ")
    return schema["paths"][url][method.lower()]


def test_a_schema_made_from_the_contract_passes_every_check(schema: OpenApi) -> None:
    report = compared(schema)

    assert report.problems == []
    assert {area: report.total(area).failed for area in Area} == dict.fromkeys(Area, 0)
    assert report.total(Area.OPERATIONS).checks == len(load_contract().operations)
    assert report.total(Area.RESPONSE).checks > 8000


def test_a_dropped_response_field_is_missing(schema: OpenApi) -> None:
    del component(schema, "Project")["properties"]["customer_uuid"]

    assert found(schema, PROJECTS) == {(Area.RESPONSE, Kind.MISSING, "[].customer_uuid")}


def test_a_dropped_object_fails_everything_inside_it_too(schema: OpenApi) -> None:
    del component(schema, "Project")["properties"]["billing_price_estimate"]

    (problem,) = (p for p in compared(schema).problems if p.operation == PROJECTS)
    assert problem.finding.weight == 5  # the object and its four figures


def test_a_wrong_type_of_a_response_field_is_found(schema: OpenApi) -> None:
    component(schema, "Project")["properties"]["name"] = {"type": "integer"}

    assert found(schema, PROJECTS) == {(Area.RESPONSE, Kind.TYPE, "[].name")}


def test_a_response_field_without_a_type_is_found(schema: OpenApi) -> None:
    component(schema, "Project")["properties"]["name"] = {}

    assert found(schema, PROJECTS) == {(Area.RESPONSE, Kind.TYPE, "[].name")}


def test_an_integer_is_good_enough_where_clients_read_a_number(schema: OpenApi) -> None:
    limits = component(schema, "OrderDetailsLimits")
    assert limits["additionalProperties"]["type"] == "number"
    limits["additionalProperties"]["type"] = "integer"

    assert compared(schema).problems == []


def test_a_null_that_clients_do_not_expect_is_found(schema: OpenApi) -> None:
    component(schema, "Project")["properties"]["customer_uuid"]["nullable"] = True

    assert found(schema, PROJECTS) == {(Area.RESPONSE, Kind.NULL, "[].customer_uuid")}


@pytest.mark.parametrize(
    "nullable",
    [
        {"type": ["string", "null"]},
        {"oneOf": [{"type": "string"}, {"type": "null"}]},
        {"oneOf": [{"type": "string"}, {"enum": [None]}]},
        {"type": "string", "enum": ["a", None]},
    ],
)
def test_a_null_is_seen_however_openapi_spells_it(
    schema: OpenApi, nullable: dict[str, Any]
) -> None:
    component(schema, "Project")["properties"]["customer_name"] = nullable

    assert found(schema, PROJECTS) == {(Area.RESPONSE, Kind.NULL, "[].customer_name")}


def test_a_key_that_clients_need_but_may_be_left_out_is_found(schema: OpenApi) -> None:
    component(schema, "OrderUUID")["required"] = []

    expected = {(Area.RESPONSE, Kind.OPTIONAL, "order_uuid")}
    assert found(schema, "POST /api/marketplace-resources/{uuid}/terminate/") == expected


def test_a_state_that_clients_do_not_know_is_found_in_responses(schema: OpenApi) -> None:
    component(schema, "OrderState")["enum"].append("on-holiday")

    assert (Area.RESPONSE, Kind.ENUM, "state") in found(schema, CREATE_ORDER)


def test_a_state_that_we_lack_is_found_in_filters(schema: OpenApi) -> None:
    component(schema, "OrderState")["enum"].remove("pending-provider")

    problems = found(schema, "GET /api/marketplace-orders/")
    assert (Area.QUERY, Kind.ENUM, "state[]") in problems


def test_free_text_where_clients_know_a_list_of_values_is_found(schema: OpenApi) -> None:
    del component(schema, "OrderState")["enum"]

    assert (Area.RESPONSE, Kind.ENUM, "state") in found(schema, CREATE_ORDER)


def test_a_request_field_that_we_do_not_take_is_missing(schema: OpenApi) -> None:
    del component(schema, "OrderCreateRequest")["properties"]["limits"]

    assert found(schema, CREATE_ORDER) == {(Area.REQUEST, Kind.MISSING, "limits")}


def test_a_request_field_that_only_we_demand_is_found(schema: OpenApi) -> None:
    request = component(schema, "OrderCreateRequest")
    request["properties"]["blood_type"] = {"type": "string"}
    request["required"] += ["blood_type", "plan"]

    assert found(schema, CREATE_ORDER) == {
        (Area.REQUEST, Kind.REQUIRED, "blood_type"),
        (Area.REQUEST, Kind.REQUIRED, "plan"),
    }


def test_a_null_that_clients_send_and_we_refuse_is_found(schema: OpenApi) -> None:
    del component(schema, "ProjectRequest")["properties"]["end_date"]["nullable"]

    assert found(schema, "POST /api/projects/") == {(Area.REQUEST, Kind.NULL, "end_date")}


def test_a_missing_body_fails_all_of_its_fields(schema: OpenApi) -> None:
    del operation_of(schema, CREATE_ORDER)["requestBody"]

    report = compared(schema)
    count = next(o for o in report.operations if o.key == CREATE_ORDER).counts[Area.REQUEST]
    assert count.failed == count.checks > 0


def test_a_filter_that_we_lack_is_missing(schema: OpenApi) -> None:
    parameters = operation_of(schema, PROJECTS)["parameters"]
    parameters[:] = [parameter for parameter in parameters if parameter["name"] != "backend_id"]

    assert found(schema, PROJECTS) == {(Area.QUERY, Kind.MISSING, "backend_id")}


def test_a_filter_of_another_type_is_found(schema: OpenApi) -> None:
    for parameter in operation_of(schema, PROJECTS)["parameters"]:
        if parameter["name"] == "can_manage":
            parameter["schema"] = {"type": "string"}

    assert found(schema, PROJECTS) == {(Area.QUERY, Kind.TYPE, "can_manage")}


def test_a_filter_that_only_we_demand_is_found(schema: OpenApi) -> None:
    demand = {"in": "query", "name": "why", "required": True, "schema": {"type": "string"}}
    operation_of(schema, PROJECTS)["parameters"].append(demand)

    assert found(schema, PROJECTS) == {(Area.QUERY, Kind.REQUIRED, "why")}


def test_another_success_code_is_a_missing_status(schema: OpenApi) -> None:
    responses = operation_of(schema, CREATE_ORDER)["responses"]
    responses["200"] = responses.pop("201")

    assert found(schema, CREATE_ORDER) == {(Area.STATUS, Kind.MISSING, "201")}


def test_an_operation_under_another_name_is_found(schema: OpenApi) -> None:
    operation_of(schema, PROJECTS)["operationId"] = "list_projects"

    assert found(schema, PROJECTS) == {(Area.IDENTIFIER, Kind.DIFFERS, "")}


def test_another_method_is_a_missing_operation_that_fails_all_its_checks(schema: OpenApi) -> None:
    orders = schema["paths"]["/api/marketplace-orders/"]
    orders["patch"] = orders.pop("post")

    report = compared(schema)
    (operation,) = (o for o in report.operations if not o.present)
    assert report.missing == [CREATE_ORDER] == [operation.key]
    assert all(count.failed == count.checks for count in operation.counts.values())


def test_path_parameters_may_be_called_as_we_like(schema: OpenApi) -> None:
    paths = schema["paths"]
    paths["/api/projects/{pk}/"] = paths.pop("/api/projects/{uuid}/")

    assert compared(schema).problems == []


def test_fields_operations_and_filters_beyond_the_contract_are_welcome(schema: OpenApi) -> None:
    component(schema, "Project")["properties"]["motto"] = {"type": "string"}
    extra = {"in": "query", "name": "motto", "schema": {"type": "string"}}
    operation_of(schema, PROJECTS)["parameters"].append(extra)
    schema["paths"]["/api/mottos/"] = {"get": {"operationId": "mottos_list", "responses": {}}}

    assert compared(schema).problems == []


def test_a_schema_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(
        "openapi: 3.1.0\n"
        "info: {title: Ours, version: '1'}\n"
        "paths:\n"
        "  /api/version/:\n"
        "    parameters: [{$ref: '#/components/parameters/Lang'}]\n"
        "    get: {operationId: version_retrieve, responses: {200: {description: fine}}}\n"
        "components: {parameters: {Lang: {in: query, name: lang, schema: {type: string}}}}\n",
        encoding="utf-8",
    )

    document = load_openapi(file)

    assert document.name == "Ours 1"
    assert document.operations["GET /api/version/"].query["lang"].type == "string"
