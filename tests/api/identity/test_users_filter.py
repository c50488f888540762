"""Filters of people, which tell nobody what they may not see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from tests.api.identity.user_addresses import AT, at
from tests.cases import each
from tests.factories.identity import GrantFactory, ProjectFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(dave: User, project: Project) -> Any:
    """Three people beside dave."""
    erika = UserFactory(
        username="erika",
        first_name="Erika",
        last_name="Muster",
        organization="KTH",
        job_title="PI",
        phone_number="+46 1",
        native_name="Еріка",
        description="quiet",
        civil_number="7",
    )
    GrantFactory(user=erika, scope=project, role=RoleName.PROJECT_MANAGER)
    GrantFactory(
        user=UserFactory(username="frank", is_support=True, agreement_date="2026-01-01T00:00:00Z"),
        scope=project.customer,
        role=RoleName.CUSTOMER_OWNER,
    )
    UserFactory(username="gone", is_active=False)
    return erika


@each(
    ("query", "found"),
    [
        ("", ["dave", "erika", "frank", "gone"]),
        ("o=-username", ["gone", "frank", "erika", "dave"]),
        ("username=erika", ["erika"]),
        ("username=eri", []),
        ("username_list=erika,gone", ["erika", "gone"]),
        ("email=ERIKA@", ["erika"]),
        ("full_name=erika%20mu", ["erika"]),
        ("user_keyword=muster", ["erika"]),
        ("query=kth", ["erika"]),
        ("organization=kt", ["erika"]),
        ("job_title=pi", ["erika"]),
        ("phone_number=46", ["erika"]),
        ("native_name=рік", ["erika"]),
        ("description=qui", ["erika"]),
        ("civil_number=7", ["erika"]),
        ("registration_method=default", ["dave", "erika", "frank", "gone"]),
        ("is_staff=true", ["dave"]),
        ("is_support=true", ["frank"]),
        ("is_active=false", ["gone"]),
        ("agreement_date=2025-12-31", ["frank"]),
        ("agreement_date=2026-01-02", []),
        ("date_joined=2131-01-01", []),
        ("modified=2131-01-01", []),
        ("organization_roles=CUSTOMER.OWNER", ["frank"]),
        ("project_roles=PROJECT.MEMBER,PROJECT.MANAGER", ["erika"]),
        ("project_roles=CUSTOMER.OWNER", []),
    ],
)
def test_every_filter_finds_whom_it_names(
    as_user: Callable[[User], APIClient], dave: User, people: Any, query: str, found: Any
) -> None:
    answer = as_user(dave).get(f"{AT}?field=username&{query}")

    assert answer.json() == [{"username": name} for name in found]


def test_people_are_found_by_organisation_and_project(
    as_user: Callable[[User], APIClient], dave: User, people: Any, project: Project
) -> None:
    client = as_user(dave)
    ProjectFactory(customer=project.customer)

    def names(query: str) -> Any:
        return [row["username"] for row in client.get(f"{AT}?field=username&{query}").json()]

    assert names(f"project_uuid={project.uuid}") == ["erika"]
    assert names(f"customer_uuid={project.customer.uuid.hex}") == ["erika", "frank"]
    assert names(f"customer_uuid={project.uuid.hex}") == []


def test_nobody_searches_by_what_they_may_not_see(
    as_user: Callable[[User], APIClient], alice: User, people: Any
) -> None:
    alice.civil_number = "8"
    alice.save()
    client = as_user(alice)
    assert client.get(at(people)).status_code == 200

    def names(query: str) -> Any:
        return [row["username"] for row in client.get(f"{AT}?field=username&{query}").json()]

    assert names("civil_number=7") == []
    assert names("civil_number=8") == ["alice"]
    assert names("description=qui") == []
