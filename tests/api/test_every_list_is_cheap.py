"""Every list costs a constant number of queries, and renders what the reference renders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.api.reads.caller import Caller
from common.api.reads.compiler import plan_for
from common.api.reads.select import for_api
from config.documents.routes import all_outputs, all_routes
from tests.api.test_every_route import address
from tests.cases import undone
from tests.world import populate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from common.api.reads.outputs import Output
    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db


def queries_of_every_list(client: APIClient, *, page: str) -> dict[str, int]:
    counts = {}
    for route in all_routes():
        if route.is_list:
            with CaptureQueriesContext(connection) as queries:
                response = client.get(f"{address(route)}?{page}")
            assert response.status_code == 200, f"{route}: {response.content!r}"
            counts[str(route)] = len(queries)
    return counts


def test_every_list_meets_rows(
    project: Project, provider: Customer, bob: User, now: datetime
) -> None:
    populate(project=project, provider=provider, member=bob, now=now)
    models = {route.viewset.model for route in all_routes() if route.viewset.model}
    assert {model._meta.label for model in models if not model._default_manager.exists()} == set()


def test_a_list_of_a_hundred_rows_runs_as_many_queries_as_one_of_a_single_row(
    project: Project,
    provider: Customer,
    bob: User,
    dave: User,
    now: datetime,
    as_user: Callable[[User], APIClient],
) -> None:
    client = as_user(dave)
    client.get("/api/projects/")  # the token's last use is written once a minute
    populate(project=project, provider=provider, member=bob, now=now)
    # What a row belongs to is not asked for where it is on the same page: a page has one row here.
    first = queries_of_every_list(client, page="page_size=1")
    last = queries_of_every_list(client, page="page_size=1&page=last")
    few = {name: max(first[name], last[name]) for name in first}
    populate(project=project, provider=provider, member=bob, now=now, rows=99)
    many = queries_of_every_list(client, page="page_size=100")
    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}


@pytest.fixture
def populated(project: Project, provider: Customer, bob: User, now: datetime) -> None:
    populate(project=project, provider=provider, member=bob, now=now)


@pytest.mark.parametrize("output", all_outputs(), ids=lambda output: output.__qualname__)
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(data=st.data())
def test_the_read_plan_renders_what_the_serializer_renders(
    data: st.DataObject, output: type[Output], populated: None, bob: User
) -> None:
    """Nulls wherever the database allows them, in any combination."""
    model = output.Meta.model
    caller = Caller(base="http://here", user=bob)
    with undone():
        empty_some(model, data)
        rows = for_api(model.objects.order_by("pk")[:5], bob)
        plan = plan_for(output)
        reference = output(context={"base": caller.base, "user": bob})
        planned = plan.read(rows, caller)
        assert planned == [reference.to_representation(row) for row in rows]


def empty_some(model: Any, data: st.DataObject) -> None:
    """Set a drawn set of nullable columns of the first row to null."""
    nullable = sorted(f.name for f in model._meta.concrete_fields if f.null)
    chosen = data.draw(st.sets(st.sampled_from(nullable))) if nullable else set()
    first = model.objects.order_by("pk").first()
    if first is None or not chosen:
        return
    try:
        with transaction.atomic():
            model.objects.filter(pk=first.pk).update(**dict.fromkeys(chosen))
    except IntegrityError:
        return
