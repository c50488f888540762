"""Answers every read of one app (`CHAIN_APP`) where no app above it is installed.

A program, as Django's apps are settled once in a process. It prints what failed, a line each.
"""

from __future__ import annotations

import sys
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import django

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import QuerySet

django.setup()

from django.apps import apps  # noqa: E402 - only now are there models
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from config.documents.routes import all_routes  # noqa: E402
from identity.models import Customer, Grant, Project, Role, User  # noqa: E402
from identity.roles import RoleName, ScopeType  # noqa: E402
from tests.api.words import every_word, some_value  # noqa: E402
from tests.chain.settings import APP  # noqa: E402

Question = tuple[str, "Callable[[], Any]"]


def cast() -> dict[str, Any]:
    """Return staff, somebody with a role in every kind of scope, and somebody with none."""
    staff = User.objects.create(username="staff", is_staff=True)
    holder = User.objects.create(username="holder", is_identity_manager=True, managed_isds=["isd"])
    customer = Customer.objects.create(name="An organisation", slug="organisation")
    project = Project.objects.create(name="A project", slug="project", customer=customer)
    for name in RoleName:
        role = Role.objects.create(
            name=name.value, uuid=name.uuid, content_type=name.scope_type.value
        )
        Grant.objects.create(
            user=holder,
            role=role,
            scope_type=role.content_type,
            scope_id=project.pk if name.scope_type is ScopeType.PROJECT else customer.pk,
            scope_uuid=customer.uuid,
            customer=customer,
            project=project if name.scope_type is ScopeType.PROJECT else None,
            created=timezone.now(),
        )
    nobody = User.objects.create(username="nobody")
    return {"staff": staff, "holder": holder, "nobody": nobody}


def of_querysets(people: dict[str, Any]) -> Iterator[Question]:
    """Yield every `visible_to` and `for_api` of the app's models, for each person."""
    for model in apps.get_app_config(APP).get_models():
        rows = model._default_manager.all()
        for method in ("visible_to", "for_api", "orderable_by", "provided_by", "consumed_by"):
            for name, user in people.items() if hasattr(rows, method) else ():
                ask = getattr(rows, method)
                yield f"{model.__name__}.{method}({name})", partial(fetched, ask, user)


def of_lists(people: dict[str, Any]) -> Iterator[Question]:
    """Yield every list of the app that has an address of its own, for each person."""
    for route in all_routes():
        if not (is_own(route.viewset) and route.is_list and route.is_collection):
            continue
        for name, user in people.items():
            yield f"GET {route.path} by {name}", partial(get, route.path, user)


def of_filters(user: Any) -> Iterator[Question]:
    """Yield every word of every filter set of the app, and every word of its orderings."""
    for asked in every_word():
        for value in some_value(asked.declared) if is_own(asked.filterset) else ():
            name = f"{asked.filterset.__name__}: {asked.word}={value}"
            if asked.route.is_collection:
                query = urlencode({asked.word: value})
                yield name, partial(get, f"{asked.route.path}?{query}", user)
            elif asked.filterset._meta.model is not None:
                yield name, partial(filtered, asked, value, user)


def is_own(declared: type) -> bool:
    """Tell whether a class is of the app in question."""
    return declared.__module__.split(".")[0] == APP


def fetched(ask: Callable[[Any], QuerySet[Any]], user: Any) -> None:
    """Fetch the rows of a queryset as a person gets them."""
    list(ask(user))


def get(address: str, user: Any) -> None:
    """Read a list; each value of it that cannot be told is an error, and no missing key."""
    client = APIClient()
    client.force_authenticate(None if user.is_anonymous else user)
    response = client.get(address)
    if response.status_code >= 500 or "X-Replaced-Values" in response:
        raise AssertionError(response.content)


def filtered(asked: Any, value: str, user: Any) -> None:
    """Run what a filter makes of a value."""
    query = QueryDict(mutable=True)
    query[asked.word] = value
    named = {"kwargs": {"uuid": "0" * 32}}
    request = SimpleNamespace(user=user, query_params=query, parser_context=named)
    rows = asked.filterset._meta.model._default_manager.all()
    bound = asked.filterset(data=query, queryset=rows, request=request)
    if bound.is_valid():
        list(bound.qs.values("pk"))


def main() -> int:
    """Ask everything, and return how many questions failed."""
    call_command("check", fail_level="WARNING")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        people = cast()
        questions = [
            *of_querysets(people),
            *of_lists({**people, "a stranger": AnonymousUser()}),
            *of_filters(people["holder"]),
        ]
        failed = [asked for asked in questions if not answered(*asked)]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    sys.stdout.write(f"{len(questions)} questions, {len(failed)} without an answer\n")
    return len(failed)


def answered(name: str, ask: Callable[[], Any]) -> bool:
    """Ask one question; say so if there is no answer."""
    try:
        with transaction.atomic():
            ask()
    except Exception as error:
        sys.stdout.write(f"{name}: {type(error).__name__}: {error}\n")
        return False
    return True


if __name__ == "__main__":
    sys.exit(min(main(), 1))
