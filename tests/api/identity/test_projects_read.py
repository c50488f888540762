from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Customer, Project, User
from identity.roles import RoleName
from tests.cases import each
from tests.factories.identity import GrantFactory, ProjectFactory
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

AT = "/api/projects/"


@pytest.fixture
def names(as_user: Callable[[User], APIClient], alice: User) -> Any:
    """The names that a query finds, as alice."""
    client = as_user(alice)

    def ask(query: str, **kwargs: Any) -> Any:
        answer = client.get(f"{AT}?{query}", **kwargs)
        assert answer.status_code == 200, answer.json()
        return [row["name"] for row in answer.json()]

    return ask


@pytest.fixture
def some(allocator: Customer) -> Any:
    return [
        ProjectFactory(customer=allocator, name="Alpha", backend_id="ext-1", description="Climate"),
        ProjectFactory(customer=allocator, name="Beta", end_date="2020-01-01"),
        ProjectFactory(customer=allocator, name="Gamma", start_date="2026-01-01", is_removed=True),
    ]


def test_a_list_holds_what_the_caller_may_see_by_name(
    as_user: Callable[[User], APIClient],
    names: Any,
    some: Any,
    bob: User,
    mallory: User,
    dave: User,
) -> None:
    ProjectFactory(name="Foreign")

    assert names("") == ["Alpha", "Beta", "Climate model"]
    assert [row["name"] for row in as_user(bob).get(AT).json()] == ["Climate model"]
    assert as_user(mallory).get(AT).json() == []
    assert len(as_user(dave).get(AT).json()) == 4


@each(
    ("query", "found"),
    [
        ("name=ALPH", ["Alpha"]),
        ("name_exact=Alph", []),
        ("name_exact=Alpha", ["Alpha"]),
        ("description=clim", ["Alpha"]),
        ("backend_id=ext-1", ["Alpha"]),
        ("backend_id=ext", []),
        ("customer_name=lumi", ["Alpha", "Beta"]),
        ("customer_native_name=zz", []),
        ("customer_abbreviation=sw", ["Alpha", "Beta"]),
        ("abbreviation=sw", ["Alpha", "Beta"]),
        ("abbreviation=zz", []),
        ("query=lph", ["Alpha"]),
        ("query=ext-1", ["Alpha"]),
        ("conceal_finished_projects=true", ["Alpha"]),
        ("conceal_finished_projects=false", ["Alpha", "Beta"]),
        ("is_removed=true", ["Gamma"]),
        ("is_removed=false", ["Alpha", "Beta"]),
        ("include_terminated=true", ["Alpha", "Beta", "Gamma"]),
        ("include_terminated=false", ["Alpha", "Beta"]),
        ("accounting_is_running=true", ["Alpha", "Beta"]),
        ("accounting_is_running=false", []),
        ("has_affiliation=true", []),
        ("has_affiliation=false", ["Alpha", "Beta"]),
        ("affiliation_uuid=00000000000000000000000000000000", []),
        ("science_domain_uuid=00000000000000000000000000000000", []),
        ("created=2000-01-01T00:00:00Z", ["Alpha", "Beta"]),
        ("created_before=2000-01-01", []),
        ("modified=2000-01-01", ["Alpha", "Beta"]),
        ("o=-name", ["Beta", "Alpha"]),
        ("o=customer_name,-name", ["Beta", "Alpha"]),
        ("o=estimated_cost&page_size=1", ["Alpha"]),
        ("bogus=1", ["Alpha", "Beta"]),
    ],
)
def test_every_filter_finds_what_it_names(names: Any, some: Any, query: str, found: Any) -> None:
    assert names(query) == found


def test_customers_are_named_by_either_form_repeated_or_with_commas(
    names: Any, some: Any, allocator: Customer, elsewhere: Customer
) -> None:
    a, b = allocator.uuid, elsewhere.uuid

    assert names(f"customer={a}&customer={b}") == ["Alpha", "Beta"]
    assert names(f"customer={b},{a.hex}") == ["Alpha", "Beta"]
    assert names(f"customer={b.hex}") == []


def test_the_callers_part_in_a_project_can_be_asked_for(
    as_user: Callable[[User], APIClient],
    alice: User,
    pi: User,
    dave: User,
    bob: User,
    project: Project,
    allocator: Customer,
) -> None:
    other = ProjectFactory(customer=allocator, name="Other")
    GrantFactory(user=bob, scope=other, role=RoleName.PROJECT_ADMIN)

    def names(user: Any, query: str) -> Any:
        return [row["name"] for row in as_user(user).get(f"{AT}?{query}").json()]

    both = ["Climate model", "Other"]
    assert names(alice, "can_manage=true") == both
    assert names(pi, "can_manage=true") == ["Climate model"]
    assert names(dave, "can_manage=true") == both
    assert names(dave, "can_manage=false") == []
    assert names(bob, "can_manage=true") == []
    assert names(bob, "can_manage=false") == both
    assert names(bob, "can_admin=true") == ["Other"]
    assert names(bob, "can_admin=false") == ["Climate model"]
    assert names(bob, "current_user_has_role=PROJECT.MEMBER") == ["Climate model"]
    assert names(bob, "current_user_has_role=PROJECT.MEMBER,PROJECT.ADMIN") == both
    assert names(alice, "current_user_has_role=CUSTOMER.OWNER") == []
    assert names(alice, f"user_uuid={bob.uuid}") == both
    assert names(alice, f"user_uuid_with_active_role={pi.uuid.hex}") == ["Climate model"]


def test_a_query_finds_a_project_by_its_uuid_and_by_its_allocations_once(
    names: Any, some: Any, project: Project
) -> None:
    for number in range(2):
        ResourceFactory(project=project, name="run", backend_id=f"hpc-{number}")

    assert names(f"query={project.uuid}") == ["Climate model"]
    assert names(f"query={project.uuid.hex}") == ["Climate model"]
    assert names("query=run") == ["Climate model"]
    assert names("query=hpc-1") == ["Climate model"]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("customer=zzz", {"customer": ["Enter a valid UUID."]}),
        ("user_uuid=zzz", {"user_uuid": ["Enter a valid UUID."]}),
        ("created=yesterday", {"created": ["Enter a valid date/time."]}),
        (
            "o=bogus",
            {"o": ["Select a valid choice. bogus is not one of the available choices."]},
        ),
    ],
)
def test_a_value_that_cannot_be_read_is_told(
    as_user: Callable[[User], APIClient], alice: User, query: str, errors: Any
) -> None:
    answer = as_user(alice).get(f"{AT}?{query}")

    assert (answer.status_code, answer.json()) == (400, errors)


def test_a_project_is_found_by_either_form_of_its_uuid(
    as_user: Callable[[User], APIClient], bob: User, project: Project
) -> None:
    for form in (project.uuid.hex, str(project.uuid), str(project.uuid).upper()):
        assert as_user(bob).get(f"{AT}{form}/").json()["uuid"] == project.uuid.hex


@pytest.mark.parametrize("name", ["0" * 32, "zzz"])
def test_what_is_not_there_is_404_in_waldurs_words(
    as_user: Callable[[User], APIClient], bob: User, name: str
) -> None:
    answer = as_user(bob).get(f"{AT}{name}/")

    assert answer.status_code == 404
    assert answer.json() == {"detail": "No Project matches the given query."}


def test_an_outsider_meets_404_whatever_they_try(
    as_user: Callable[[User], APIClient], mallory: User, project: Project
) -> None:
    here, client = f"{AT}{project.uuid.hex}/", as_user(mallory)

    for answer in (
        client.get(here),
        client.patch(here, {"name": "Hack"}),
        client.put(here, {"name": "Hack"}),
        client.delete(here),
        client.post(f"{here}add_user/", {"role": "PROJECT.MEMBER", "user": mallory.uuid}),
        client.get(f"{here}list_users/"),
    ):
        assert answer.status_code == 404
        assert answer.json() == {"detail": "No Project matches the given query."}
    assert Project.objects.get().name == "Climate model"


def test_the_days_of_grace_begin_after_the_end(
    as_user: Callable[[User], APIClient], bob: User, project: Project, now: datetime
) -> None:
    here, client = f"{AT}{project.uuid.hex}/?field=is_in_grace_period", as_user(bob)

    def in_grace(days_ago: Any, grace: Any) -> Any:
        end = now.date() - timedelta(days=days_ago)
        Project.objects.update(end_date=end, grace_period_days=grace)
        return client.get(here).json()["is_in_grace_period"]

    assert [in_grace(0, 3), in_grace(1, 3), in_grace(3, 3), in_grace(4, 3)] == [
        False,
        True,
        True,
        False,
    ]
