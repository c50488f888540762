"""`make bench`: what it measures is there, its floors are honest, and production has none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from bench import database, measure, report
from bench.client import MeasuredAnswer
from bench.counting import HEADER, CountSqlMiddleware
from bench.data import data_set, tokens
from bench.data.sizes import Sizes
from bench.endpoints import LISTS, Endpoint, MeasuredRequest, endpoints
from bench.floors import FLOORS
from identity.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FACTOR = 0.01
ASK = """
import django
from django.urls import resolve
django.setup()
print(resolve("/bench/floor/projects/").kwargs["noun"])
"""


class InProcess:
    """A bench's client that calls the application in this process."""

    def __init__(self, token: str) -> None:
        self._client = Client(HTTP_AUTHORIZATION=f"Token {token}")

    def send(self, method: str, path: str, body: object = None) -> MeasuredAnswer:
        response = self._client.generic(
            method, path, json.dumps(body) if body else "", content_type="application/json"
        )
        headers = {name.lower(): value for name, value in response.items()}
        return MeasuredAnswer(response.status_code, headers, response.content, 0.0)


# --- what is measured -----------------------------------------------------------------------------


def test_every_list_has_a_floor_and_no_floor_is_of_nothing() -> None:
    assert set(FLOORS) == set(LISTS)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.urls("bench.urls")
def test_every_endpoint_answers_and_every_floor_answers_the_same_rows(now: datetime) -> None:
    issued = tokens.issue(data_set.seed(FACTOR, now=now), now)
    for endpoint in endpoints(Sizes.of(FACTOR)):
        client: Any = InProcess(issued[endpoint.role])
        answer = measure.send(client, endpoint, next(endpoint.requests))
        if endpoint.floor is not None:
            floor = client.send("GET", endpoint.floor)
            measure.compare(answer, floor, endpoint)
            assert len(answer.data) > 0 or endpoint.name == "GET keys", endpoint
            assert len(floor.body) < 1.3 * max(len(answer.body), 10), endpoint


@pytest.mark.django_db
@pytest.mark.urls("bench.urls")
def test_a_floor_is_for_those_with_a_token_and_for_known_lists() -> None:
    assert Client().get("/bench/floor/projects/").status_code == 401
    assert Client().get("/bench/floor/nonsense/").status_code == 404


# --- production has no floors ---------------------------------------------------------------------


def test_without_the_variable_there_are_no_floors() -> None:
    assert not hasattr(settings, "BENCH_FLOOR")
    assert not any("counting" in name for name in settings.MIDDLEWARE)
    with pytest.raises(Resolver404):
        resolve("/bench/floor/projects/")


def asked(**environment: str) -> subprocess.CompletedProcess[str]:
    """Ask a process of its own, with these variables, where the floor of projects is."""
    given = {
        "SECRET_KEY": "of nobody, for a process that connects to nothing and ends at once " * 2,
        "ENCRYPTION_KEYS": "of-nobody-and-it-seals-nothing-at-all",
        "CELERY_BROKER_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        **environment,
    }
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [sys.executable, "-c", ASK],
        env=inherited | given,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_with_the_variable_a_server_on_a_bench_database_has_them() -> None:
    answer = asked(BENCH_FLOOR="1", DATABASE_URL="postgresql://efp@nowhere/bench_efp")
    assert (answer.returncode, answer.stdout.strip()) == (0, "projects"), answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["BENCH_FLOOR", "BENCH_COUNT_SQL"])
def test_a_server_on_any_other_database_refuses_the_variables(variable: str) -> None:
    answer = asked(**{variable: "1"}, DATABASE_URL="postgresql://efp@nowhere/efp")
    assert answer.returncode != 0
    assert "BENCH_FLOOR and BENCH_COUNT_SQL are for `make bench`" in answer.stderr


# --- its own database -----------------------------------------------------------------------------


def test_the_databases_lie_beside_the_services_and_are_named_after_it() -> None:
    name = settings.DATABASES["default"]["NAME"]
    assert database.measured().name == f"bench_{name}"
    assert database.seeded(1).name == f"bench_{name}_seed"
    assert database.seeded(0.01).name == f"bench_{name}_seed_x0_01"


def test_with_a_database_url_only_the_name_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://efp:secret@db:5433/efp?sslmode=require"
    monkeypatch.setattr(settings, "DATABASE_URL", url)
    bench = database.BenchDatabase("bench_efp")
    assert bench.url == "postgresql://efp:secret@db:5433/bench_efp?sslmode=require"
    assert bench.environment["DATABASE_URL"] == bench.url


@pytest.mark.django_db(transaction=True)
def test_a_copy_is_made_anew_and_dropped_again() -> None:
    name = f"bench_test_{os.getpid()}"
    seed, copy = database.BenchDatabase(f"{name}_seed"), database.BenchDatabase(name)
    seed.create()
    seed.create()
    copy.create(template=seed)
    copy.create(template=seed)
    copy.drop()
    seed.drop()


# --- what it says ---------------------------------------------------------------------------------


def answer_of(
    rows: list[Mapping[str, object]], status: int = 200, count: str = "1"
) -> MeasuredAnswer:
    return MeasuredAnswer(status, {"x-result-count": count}, json.dumps(rows).encode(), 0.0)


ENDPOINT = Endpoint("GET projects", "staff", 200, iter(()), "/bench/floor/projects/")


def test_a_floor_with_other_rows_or_far_fewer_bytes_is_refused() -> None:
    row: dict[str, object] = {"uuid": "a", "name": "x" * 100}
    measure.compare(answer_of([row]), answer_of([row]), ENDPOINT)
    for floor, why in (
        (answer_of([]), "rows"),
        (answer_of([row], count="2"), "x-result-count"),
        (answer_of([{"uuid": "b", "name": "x" * 100}]), "uuids"),
        (answer_of([{"uuid": "a", "name": "x" * 50}]), "bytes"),
        (answer_of([row], status=500), "answered 500"),
    ):
        with pytest.raises(measure.Unexpected, match=why):
            measure.compare(answer_of([row]), floor, ENDPOINT)


def test_an_endpoint_that_is_not_there_stops_the_bench_by_name() -> None:
    class Nothing:
        def send(self, *_: object) -> MeasuredAnswer:
            return MeasuredAnswer(404, {}, b"{}", 0.0)

    client: Any = Nothing()
    with pytest.raises(measure.Unexpected, match="GET /api/x/ as staff answered 404, not 200"):
        measure.send(client, ENDPOINT, MeasuredRequest("GET", "/api/x/"))


def test_a_full_list_beyond_the_limit_is_marked_and_counted() -> None:
    counts = measure.Counts(rows=100, total=2000, size=122_878, statements=6)
    slow = measure.Times(p50=0.02, p95=0.03, per_second=50, floor_p50=0.005, ratio=4.0)
    quick = measure.Times(p50=0.01, p95=0.02, per_second=99, floor_p50=0.005, ratio=2.0)
    assert report.line(ENDPOINT, counts, slow).endswith("4.00!")
    assert report.line(ENDPOINT, counts, quick).endswith("2.00")
    short = measure.Counts(rows=8, total=8, size=3000, statements=6)
    assert report.line(ENDPOINT, short, slow).endswith("4.00")
    said = report.summary([(ENDPOINT, counts, slow), (ENDPOINT, counts, quick)])
    assert said.startswith("1 of 2 lists of 100 rows")


def test_a_line_without_a_floor_shows_none() -> None:
    counts = measure.Counts(rows=None, total=None, size=4000, statements=12)
    times = measure.Times(p50=0.01, p95=0.02, per_second=9.5, floor_p50=None, ratio=None)
    written = Endpoint("POST marketplace-orders", "owner", 201, iter(()))
    assert report.line(written, counts, times).split() == [
        *("POST", "marketplace-orders", "owner", "4000", "12", "10.00", "20.00", "9.5"),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--only", "nonsense"], "matches no endpoint"), (["--only", "("], "unterminated")],
)
def test_a_pattern_must_match_something(options: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("bench", *options, stderr=StringIO())


@pytest.mark.django_db
def test_statements_are_counted_in_a_header(rf: Any) -> None:
    def answer(request: Any) -> Any:
        return HttpResponse(str(User.objects.count() + User.objects.count()))

    assert CountSqlMiddleware(answer)(rf.get("/")).headers[HEADER] == "2"
