"""Lists that are ordered by a text are ordered as people look things up."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection

from common.api.filters import ApiFilterSet, Ordering
from common.sorting import SortKey, as_people_sort
from identity.models import Project, User
from marketplace.models import Resource
from tests.factories.identity import CustomerFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import OfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

SORTED = [
    "ada",
    "Æbleø",
    "Åre",
    "Berlin",
    "Łódź",
    "Lund",
    "øre",
    "Zürich",
    "Ζεύς",
    "Ирина",
    "яна",
    "王",
]


def paths(filterset: Any) -> list[str]:
    found: list[str] = []
    for one in filterset.base_filters.values():
        for columns in one.words.values() if isinstance(one, Ordering) else ():
            found += [columns] if isinstance(columns, str) else columns
    return found


def filtersets(base: Any = ApiFilterSet) -> list[Any]:
    return [one for sub in base.__subclasses__() for one in (sub, *filtersets(sub))]


def test_names_of_people_organisations_projects_offerings_and_allocations_are_sorted(
    as_user: Callable[[User], Any], dave: User
) -> None:
    shuffled = SORTED[::2] + SORTED[1::2]
    for name in shuffled:
        customer = CustomerFactory(name=name)
        project = ProjectFactory(name=name, customer=customer)
        offering = OfferingFactory(name=name, customer=customer)
        ResourceFactory(name=name, project=project, offering=offering, plan=None)
        UserFactory(first_name=name, last_name="X")
    client = as_user(dave)
    for noun, word, key in (
        ("customers", "name", "name"),
        ("customers", "", "name"),
        ("projects", "name", "name"),
        ("projects", "customer_name", "customer_name"),
        ("projects", "", "name"),
        ("marketplace-provider-offerings", "name", "name"),
        ("marketplace-public-offerings", "", "name"),
        ("marketplace-resources", "name", "name"),
        ("marketplace-resources", "project_name", "project_name"),
        ("marketplace-resources", "customer_name", "customer_name"),
        ("marketplace-resources", "offering_name", "offering_name"),
        ("users", "full_name", "first_name"),
    ):
        for sign in ("", "-") if word else ("",):
            query = {"page_size": 300, "field": key} | ({"o": sign + word} if word else {})
            rows = client.get(f"/api/{noun}/", query).json()
            found = [row[key] for row in rows if row[key] in SORTED]
            assert (sign, found) == (sign, SORTED[:: -1 if sign else 1]), (noun, word)


def test_every_text_that_a_list_can_be_ordered_by_is_ordered_so() -> None:
    seen = 0
    for filterset in filtersets():
        model: Any = getattr(filterset._meta, "model", None)
        for path in paths(filterset) if model is not None else ():
            with suppress(FieldError):  # a count that only the endpoint's query adds
                sql = str(model._base_manager.order_by(*as_people_sort(model, [path])).query)
                seen += '_key"' in sql or "normalize(" in sql
    assert seen > 30


def test_the_key_of_a_text_is_kept_by_the_database() -> None:
    project = ProjectFactory(name="  Ångström ß ")
    for name, key in (
        ("  Ångström ß ", "angstrom ss"),
        ("Œuvre Þór", "oeuvre thor"),
        ("ŁÓDŹ", "lodz"),
    ):
        Project.objects.filter(pk=project.pk).update(name=name)
        kept = Project.objects.values_list("name_key", "name").annotate(now=SortKey("name")).get()
        assert kept == (key, name, key)


@pytest.mark.parametrize("model", ["identity.Customer", "identity.Project", "marketplace.Offering"])
def test_the_lists_that_are_sorted_by_name_do_not_sort(model: str) -> None:
    rows = apps.get_model(model).objects.order_by("name_key", "pk")
    if model == "identity.Project":
        rows = rows.filter(is_removed=False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        assert "Sort" not in rows[:10].explain()


def test_resources_are_not_given_keys_that_others_set() -> None:
    resource = ResourceFactory(name="Zeta")
    resource.name_key = "aaa"
    resource.save()
    assert Resource.objects.values_list("name_key", flat=True).get() == "zeta"
