"""What projects and organizations have and have used, and who holds allocations of whose."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client.models import ComponentsUsageStats

from identity.roles import RoleName
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.identity import GrantFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(resource: Resource, now: datetime) -> Resource:
    """Return one that has ended beside one that lives, each with usage of two months."""
    former = ResourceFactory(
        project=resource.project,
        offering=resource.offering,
        state="Terminated",
        limits={"cpu_k_hours": 100},
        limit_usage={"cpu_k_hours": 2},
    )
    limits: dict[str, Any] = {"cpu_k_hours": 10, "gb_k_hours": "odd", "gone": 1}
    columns = {"limits": limits, "limit_usage": {"cpu_k_hours": 2.5}, "usage_month": None}
    type(resource).objects.filter(pk=resource.pk).update(**columns)
    for one in (resource, former):
        for moment in (now, now - timedelta(days=40)):
            ComponentUsageFactory(resource=one, date=moment)
    return former


def test_what_allocations_have_and_have_used_is_added_up(
    as_user: Callable[[User], APIClient],
    resource: Resource,
    ended: Resource,
    project: Project,
    bob: User,
    alice: User,
    mallory: User,
    carol: User,
) -> None:
    """Each sees what they see of it: a member of a project nothing of the others."""
    other = ProjectFactory(customer=project.customer)
    limits = {"cpu_k_hours": 5}
    ResourceFactory(project=other, offering=resource.offering, limits=limits, limit_usage={})
    of_project = f"/api/projects/{project.uuid}/stats/"
    of_customer = f"/api/customers/{project.customer.uuid}/stats/"
    whole = {
        "billing_type": "limit",
        "description": "",
        "limit": 10,
        "limit_usage": 2.5,
        "limit_usage_terminated": 0,
        "measured_unit": "kh",
        "name": "CPU",
        "offering_name": "LUMI-C",
        "offering_uuid": resource.offering.uuid.hex,
        "type": "cpu_k_hours",
        "usage": 5,
        "usage_terminated": 0,
    }
    ends = {"limit_usage_terminated": 2, "usage_terminated": 5}
    asked: tuple[tuple[User, str, dict[str, str], dict[str, Any]], ...] = (
        (bob, of_project, {}, {}),
        (bob, of_customer, {}, {}),
        (alice, of_customer, {}, {"limit": 15}),
        (bob, of_project, {"for_current_month": "true"}, {"usage": 2.5}),
        (bob, of_project, {"include_terminated": "true"}, ends),
    )
    for person, path, query, differs in asked:
        answer = as_user(person).get(path, query).json()
        assert [one["type"] for one in answer["components"]] == [
            "cpu_k_hours",
            "gb_k_hours",
            "gpu_k_hours",
        ]
        assert answer["components"][0] == whole | differs, (person, path, query)
        assert (
            ComponentsUsageStats.from_dict(answer).components[0].usage == (whole | differs)["usage"]
        )
        assert answer["components"][1]["limit"] == 0
    for stranger in (mallory, carol):
        for path in (of_project, of_customer):
            assert as_user(stranger).get(path).status_code == 404
    type(project).objects.filter(pk=project.pk).update(is_removed=True)
    assert as_user(alice).get(of_project).status_code == 404


def test_sums_are_shown_however_large_in_as_many_queries(
    as_user: Callable[[User], APIClient],
    resource: Resource,
    bob: User,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    path, client = f"/api/projects/{resource.project.uuid}/stats/", as_user(bob)
    client.get(path)
    with django_assert_num_queries(5):
        client.get(path)
    for _ in range(20):
        ResourceFactory(
            project=resource.project,
            offering=resource.offering,
            limits={"cpu_k_hours": 10**18 - 1},
            limit_usage={"cpu_k_hours": "999999999999999999.99"},
        )
    with django_assert_num_queries(5):
        answer = client.get(path)
    assert answer.json()["components"][0]["limit"] == pytest.approx(2e19)


def test_who_holds_allocations_of_an_organizations_offerings_is_listed(
    as_user: Callable[[User], APIClient],
    resource: Resource,
    provider: Customer,
    project: Project,
    carol: User,
    bob: User,
    dave: User,
) -> None:
    other = ResourceFactory(offering=resource.offering)
    path = f"/api/marketplace-related-customers/{provider.uuid.hex}/"
    holder = {"name": project.customer.name, "uuid": project.customer.uuid.hex}
    named = {"name_exact": project.customer.name}
    both = {holder["uuid"], other.project.customer.uuid.hex}
    for person in (carol, dave):
        assert {row["uuid"] for row in as_user(person).get(path).json()} == both
        assert as_user(person).get(path, named).json() == [holder]
    assert as_user(bob).get(path).status_code == 404
    reader = UserFactory(username="reader")
    GrantFactory(user=reader, scope=provider, role=RoleName.CUSTOMER_OWNER)
    assert as_user(reader).get(path, {"name": "nobody"}).json() == []
