"""No request breaks anything, and whatever is refused below `/api` is refused in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from config.documents.routes import all_routes
from tests.api.test_every_route import NO_UUID, address, is_public
from tests.world import World, populate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
LARGEST = 2**53 - 1


@pytest.fixture
def world(project: Project, provider: Customer, bob: User, now: datetime) -> World:
    return populate(project=project, provider=provider, member=bob, now=now)


@pytest.fixture
def daves(as_user: Callable[[User], APIClient], dave: User) -> APIClient:
    client = as_user(dave)
    client.raise_request_exception = False
    return client


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


BODIES: tuple[tuple[str, bytes], ...] = (
    (JSON, b"[" * 60_000),
    (JSON, b"{" * 60_000),
    (JSON, b'{"a":' * 60_000),
    (JSON, nested(900).encode()),
    (JSON, b'{"name": %s, "username": %s}' % (nested(300).encode(), nested(59).encode())),
    (JSON, b"9" * 5000),
    (JSON, b'{"limits": {"cpu": %s}, "usages": %s}' % (b"9" * 5000, b"9" * 4000)),
    (JSON, b'{"limit": 1%s, "date": 1%s, "older_than_hours": 1e308}' % (b"0" * 300, b"0" * 300)),
    (JSON, b'{"limit": "1e999999999", "latitude": "nan", "timestamp": "inf", "amount": "NaN"}'),
    (JSON, b'{"name": 1e400, "attributes": {"a": -1e400}}'),
    (JSON, b'{"name": "\\ud800", "role": "\\udfff", "state": "\\ud800", "type": "\\ud83d"}'),
    (JSON, b'{"role": "\\u0000", "user": "\\u0000", "username": "\\u0000", "\\u0000": 1}'),
    (JSON, b'{"\\ud800": {"\\udc00": ["\\udfff"]}}'),
    (JSON, b'["\\ud800", {"role": "\\u0000"}]'),
    (JSON, b"\xff\xfe\x00"),
    (JSON, b'"\\ud800"'),
    ("application/json; charset=utf-7", b'{"name": "+2AA-"}'),
    ("application/json; charset=zip", b"{}"),
    (FORM, b"name=%00&role=%00&user=%00&username=%00"),
    (FORM, b"name=%ED%A0%80&role=%ED%A0%80&username=%FF"),
    (FORM, b"attributes=" + b"[" * 20_000 + b"&statistics=" + b"9" * 5000),
    (FORM, b"usages[%s]type=x&components[%s]=1" % (b"9" * 5000, b"1" * 50)),
    (FORM, b"&".join(b"f%d=1" % number for number in range(1500))),
    ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
    ("multipart/form-data", b""),
    ("text/plain", b"x"),
    ("nonsense", b"{}"),
)


def is_json(response: Any) -> bool:
    if response.status_code == 204 or not response.content:
        return True
    response.json()
    return bool(response["Content-Type"].startswith(JSON))


MET_BY_FIELDS = BODIES[7:9]
"""What passes the parsers, so that each field has to cope with it."""


def test_no_body_breaks_anything_for_anybody(
    world: World, daves: APIClient, anonymous: APIClient
) -> None:
    """Staff get past every permission, and whoever has not logged in sends bodies, too."""
    anonymous.raise_request_exception = False
    wrong = []
    writes = [route for route in all_routes() if route.method != "get"]
    for number, route in enumerate(writes):
        path = address(route) or route.path.replace("{uuid}", NO_UUID)
        clients = [daves, anonymous] if is_public(route) else [daves]
        one = BODIES[number % len(BODIES)]  # all meet the same parsers
        for client in clients:
            for kind, body in BODIES if is_public(route) else {one, *MET_BY_FIELDS}:
                answer = client.generic(route.method.upper(), path, body, content_type=kind)  # type: ignore[arg-type]
                if answer.status_code >= 500 or not is_json(answer):
                    wrong.append(f"{route} {kind} {body[:40]!r}: {answer.status_code}")
    assert wrong == []


def test_a_body_that_is_too_large_is_413(
    daves: APIClient, anonymous: APIClient, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for client in (daves, anonymous):
        for kind in (JSON, FORM, "multipart/form-data; boundary=x"):
            for path in ("/api-auth/password/", "/api/projects/"):
                answer = client.post(path, b"x" * 1001, content_type=kind)
                assert answer.status_code == 413, f"{path} {kind}"
                assert answer.json() == {"detail": "The body may have 1000 bytes."}


def test_a_session_s_form_may_be_repeated_with_a_key(dave: User, elsewhere: Customer) -> None:
    """The check of forged forms reads the form before the key's digest is made of it."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(dave)
    client.cookies["csrftoken"] = token = "x" * 32
    made = []
    for _ in range(2):
        answer = client.post(
            "/api/projects/",
            {
                "name": "Twice",
                "customer": f"http://testserver/api/customers/{elsewhere.uuid.hex}/",
                "csrfmiddlewaretoken": token,
            },
            headers={"Idempotency-Key": "once", "X-CSRFToken": token},
        )
        assert answer.status_code == 201, answer.content
        made.append(answer.json()["uuid"])
    assert made[0] == made[1]
    refused = client.post("/api/projects/", {"name": "a\0b"}, headers={"X-CSRFToken": token})
    assert (refused.status_code, refused.json()) == (
        400,
        {"name": ["Null characters are not allowed."]},
    )


# --- free JSON ------------------------------------------------------------------------------------

OUT_OF_RANGE = [f"Numbers must be between -{LARGEST} and {LARGEST}."]
TOO_PRECISE = ["Numbers must not have more digits than a 64-bit float keeps."]


def document(world: World, daves: APIClient, value: str) -> list[Any]:
    """Send a number, as text, in every free document that an existing row has."""
    offering, resource, order = (
        f"/api/marketplace-provider-offerings/{world.offering.uuid.hex}/",
        f"/api/marketplace-provider-resources/{world.resource.uuid.hex}/",
        f"/api/marketplace-orders/{world.order.uuid.hex}/",
    )
    places = (
        ("post", f"{offering}update_attributes/", '{"a": [%s]}'),
        ("post", f"{offering}update_integration/", '{"service_attributes": {"a": %s}}'),
        ("post", f"{resource}set_backend_metadata/", '{"backend_metadata": {"a": {"b": %s}}}'),
        ("post", f"{resource}update_options_direct/", '{"options": {"a": %s}}'),
        ("post", f"{resource}set_limits/", '{"limits": {"cpu": %s}}'),
        ("patch", order, '{"attributes": {"a": %s}}'),
        ("patch", order, '{"limits": {"cpu_h": %s}}'),
    )
    return [
        daves.generic(method.upper(), path, body % value, content_type=JSON)
        for method, path, body in places
    ]


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        (str(LARGEST + 1), OUT_OF_RANGE),
        (str(-LARGEST - 1), OUT_OF_RANGE),
        (str(2**70), OUT_OF_RANGE),
        ("1" + "0" * 307, OUT_OF_RANGE),
        ("1e300", OUT_OF_RANGE),
        ("9007199254740993.0", OUT_OF_RANGE),
        ("0.12345678901234567890", TOO_PRECISE),
        ("1e-400", TOO_PRECISE),
        ("1e-99999999999999999999", TOO_PRECISE),
        ("1." + "0" * 700 + "1", TOO_PRECISE),
    ],
)
def test_a_number_that_would_not_come_back_is_400(
    value: str, refusal: list[str], world: World, daves: APIClient
) -> None:
    for answer in document(world, daves, value):
        assert answer.status_code == 400, answer.request["PATH_INFO"]
        (told,) = answer.json().values()
        assert told == refusal


@pytest.mark.parametrize("value", ["1" + "0" * 400, "1e309", "9" * 5000, "NaN", "Infinity"])
def test_a_number_that_cannot_be_read_is_400(value: str, world: World, daves: APIClient) -> None:
    for answer in document(world, daves, value):
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith("JSON parse error - ")


@pytest.mark.parametrize(
    "value", [str(LARGEST), str(-LARGEST), "0.1", "1.0", "5e-324", "123456789.123456", "-0", "1e15"]
)
def test_a_number_that_is_taken_comes_back_as_it_was(
    value: str, world: World, daves: APIClient
) -> None:
    path = f"/api/marketplace-provider-resources/{world.resource.uuid.hex}/"
    body = f'{{"backend_metadata": {{"a": {value}}}}}'
    sent = daves.post(f"{path}set_backend_metadata/", body, content_type=JSON)
    assert sent.status_code == 200
    assert daves.get(path).json()["backend_metadata"]["a"] == json.loads(value)


def test_a_document_has_64_kilobytes_at_most(world: World, daves: APIClient) -> None:
    fits, too_much = "x" * 65_000, "x" * 65_536
    for answer in document(world, daves, json.dumps(too_much)):
        assert answer.status_code == 400, answer.request["PATH_INFO"]
        assert "At most 65536 bytes of JSON" in str(answer.json())
    path = f"/api/marketplace-provider-resources/{world.resource.uuid.hex}/"
    body = {"backend_metadata": {"a": fits}}
    assert daves.post(f"{path}set_backend_metadata/", body, format="json").status_code == 200
    for url, name, value in (
        (f"{path}set_endpoints/", "endpoints", [{"name": "x", "url": "y" * 1000}] * 100),
        (f"{path}submit_report/", "report", [{"header": "x", "body": "y" * 20_000}] * 5),
        (
            f"/api/projects/{world.resource.project.uuid.hex}/",
            "user_affiliations",
            ["x" * 250] * 999,
        ),
    ):
        verb = daves.patch if url.startswith("/api/projects") else daves.post
        answer = verb(url, {name: value}, format="json")
        assert answer.status_code == 400
        assert "At most 65536 bytes of JSON" in str(answer.json()), url


def test_a_text_without_a_bound_of_its_own_has_65536_characters(
    world: World, daves: APIClient
) -> None:
    path = f"/api/marketplace-provider-offerings/{world.offering.uuid.hex}/update_overview/"
    body = {"name": "x", "description": "x" * 65_537}
    answer = daves.post(path, body, format="json")
    assert (answer.status_code, answer.json()) == (
        400,
        {"description": ["Ensure this field has no more than 65536 characters."]},
    )


# --- addresses ------------------------------------------------------------------------------------

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


@pytest.mark.parametrize("path", ["/api/nope/", "/api/nope", "/api/users/x/y/z/", "/api-auth/x/"])
def test_an_unknown_address_is_404_in_json_for_every_method(path: str, dave: User) -> None:
    """With a session and without a token against forgery, too."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(dave)
    for method in METHODS:
        answer = client.generic(method, path, b"{}", content_type=JSON)
        assert answer.status_code == 404, method
        assert is_json(answer)
        if method != "HEAD":
            assert answer.json() == {"detail": "Not found."}
    wanted = client.post(path, headers={"Accept": "application/problem+json"})
    assert wanted["Content-Type"] == "application/problem+json"
    assert wanted.json()["code"] == "not_found"


def test_an_address_without_its_last_slash_is_sent_on_with_its_method(anonymous: APIClient) -> None:
    assert anonymous.get("/api/projects?a=b").headers["Location"] == "/api/projects/?a=b"
    assert anonymous.get("/api/projects").status_code == 301
    posted = anonymous.post("/api/projects")
    assert (posted.status_code, posted.headers["Location"]) == (308, "/api/projects/")


def test_what_django_refuses_is_json_below_the_api_and_a_page_elsewhere(
    dave: User, settings: Any
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dave)
    long = client.get("/api/projects/", {"name": "x" * 9000})
    assert (long.status_code, is_json(long)) == (414, True)
    forged = client.post("/api/projects/", {}, content_type=JSON)
    assert (forged.status_code, is_json(forged)) == (403, True)
    settings.ALLOWED_HOSTS = ["testserver"]
    for path in ("/api/projects/", "/api/nope/"):
        foreign = client.get(path, headers={"Host": "elsewhere.example"})
        assert (foreign.status_code, is_json(foreign)) == (400, True)
    page = client.get("/admin/", headers={"Host": "elsewhere.example"})
    assert (page.status_code, page["Content-Type"].split(";")[0]) == (400, "text/html")


def test_what_goes_wrong_here_is_json_too(
    anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("config.about.views.VersionViewSet.about", broken)
    anonymous.raise_request_exception = False
    answer = anonymous.get("/api/version/")
    assert (answer.status_code, answer.json()) == (500, {"detail": "A server error occurred."})


def test_a_route_answers_a_method_or_a_kind_of_body_that_it_has_not_in_json(
    world: World, daves: APIClient
) -> None:
    routes: dict[str, set[str]] = {}
    for route in all_routes():
        routes.setdefault(route.path, set()).add(route.method.upper())
    for path, methods in routes.items():
        filled = path.replace("{uuid}", NO_UUID)
        for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - methods)[:1]:
            answer = daves.generic(method, filled, "x", content_type="text/plain")
            assert (answer.status_code, is_json(answer)) == (405, True), f"{method} {path}"


def test_routes_are_there_to_be_tried() -> None:
    assert len(all_routes()) > 200
