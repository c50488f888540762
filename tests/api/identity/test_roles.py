from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client.models import RoleDetails

from identity.models import Event, Grant, Role
from identity.permissions import MATRIX
from identity.roles import LANGUAGES, RoleName
from tests.cases import each
from tests.factories.identity import CustomRoleFactory, GrantFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User

pytestmark = pytest.mark.django_db

AT = "/api/roles/"


def test_everybody_reads_what_a_role_allows_and_staff_how_many_hold_it(
    as_user: Callable[[User], APIClient], bob: User, pi: User, dave: User
) -> None:
    name = RoleName.PROJECT_MEMBER
    shown = as_user(bob).get(f"{AT}{name.uuid.hex}/").json()

    assert shown == {
        **dict.fromkeys(f"description_{code}" for code in LANGUAGES),
        "uuid": name.uuid.hex,
        "name": "PROJECT.MEMBER",
        "content_type": "project",
        "description": "Project member",
        "description_en": "Project member",
        "is_active": True,
        "is_system_role": True,
        "permissions": sorted(MATRIX[name]),
    }
    by_staff = as_user(dave).get(f"{AT}{name.uuid}/").json()
    assert by_staff == {**shown, "users_count": 1}


@each(
    ("query", "found"),
    [
        ("", sorted(RoleName)),
        ("name=owner", ["CUSTOMER.OWNER"]),
        ("content_type=offering", ["OFFERING.MANAGER"]),
        ("content_type=call", []),
        ("description=(PI)", ["PROJECT.MANAGER"]),
        ("query=reader", ["CUSTOMER.READER"]),
        (f"query={RoleName.PROJECT_ADMIN.uuid}", ["PROJECT.ADMIN"]),
        ("is_active=false", []),
        ("is_system_role=true&o=-name", sorted(RoleName, reverse=True)),
        ("include_concealed=true", sorted(RoleName)),
        ("available_for_customer=00000000000000000000000000000000", sorted(RoleName)),
        ("o=-users_count&page_size=1", ["PROJECT.MEMBER"]),
        ("o=origin&page_size=1", ["CUSTOMER.OWNER"]),
        ("o=scope,-name&page_size=1", ["CUSTOMER.SUPPORT"]),
    ],
)
def test_every_filter_finds_what_it_names(
    as_user: Callable[[User], APIClient], dave: User, bob: User, query: str, found: Any
) -> None:
    answer = as_user(dave).get(f"{AT}?field=name&{query}")

    assert answer.json() == [{"name": str(name)} for name in found]


REVIEWER = {
    "name": "Reviewer",
    "content_type": "project",
    "description": "Reads reports",
    "permissions": ["RESOURCE.VIEW", "PROJECT.VIEW"],
}


def refused(answer: Any, status: int, words: Any) -> None:
    assert (answer.status_code, answer.json()) == (status, words)


def test_staff_make_change_and_remove_a_role(
    as_user: Callable[[User], APIClient], dave: User, mallory: User
) -> None:
    client = as_user(dave)
    made = client.post(AT, REVIEWER, format="json")
    assert made.status_code == 201, made.content
    here = f"{AT}{made.json()['uuid']}/"
    whole = {
        **dict.fromkeys(f"description_{code}" for code in LANGUAGES),
        **REVIEWER,
        "uuid": made.json()["uuid"],
        "description_en": "Reads reports",
        "is_active": True,
        "is_system_role": False,
        "permissions": ["PROJECT.VIEW", "RESOURCE.VIEW"],
    }
    assert made.json() == {**whole, "users_count": 0}
    assert as_user(mallory).get(here).json() == whole
    assert RoleDetails.from_dict(made.json()).permissions == whole["permissions"]

    again = {**REVIEWER, "name": "reviewer"}
    refused(client.post(AT, again, format="json"), 400, {"name": ["A role with this name exists."]})
    wider = client.patch(here, {"permissions": {"PROJECT.VIEW": True, "ORDER.VIEW": False}}, "json")
    assert wider.json()["permissions"] == ["PROJECT.VIEW"]
    put = client.put(here, {**REVIEWER, "name": "Referee", "is_active": False}, format="json")
    assert put.status_code == 200
    assert (put.json()["name"], put.json()["is_active"]) == ("Referee", False)
    same = client.put(here, {**REVIEWER, "name": "Referee", "is_active": False}, format="json")
    assert same.json() == put.json()

    assert client.delete(here).status_code == 204
    assert client.delete(here).status_code == 404
    recorded = Event.objects.filter(subject_uuid=made.json()["uuid"]).order_by("pk")
    assert [event.kind for event in recorded] == [
        "role.created",
        "role.updated",
        "role.updated",
        "role.disabled",
        "role.removed",
    ]


@each(
    ("body", "words"),
    [
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"name": "PROJECT.manager"}, {"name": ["A role with this name exists."]}),
        ({"permissions": "PROJECT.VIEW"}, {"permissions": ["Expected a list of permissions."]}),
        ({"permissions": [1]}, {"permissions": ["Expected a list of permissions."]}),
        ({"permissions": ["ALL"]}, {"permissions": ["Unknown permissions: ALL."]}),
        (
            {"permissions": ["CUSTOMER.UPDATE", "PROJECT.VIEW"]},
            {"permissions": ["Without meaning in a role of projects: CUSTOMER.UPDATE."]},
        ),
        (
            {"content_type": "call"},
            {"content_type": ["Roles are held in a customer, project, offering."]},
        ),
    ],
)
def test_what_is_no_role_is_refused(
    as_user: Callable[[User], APIClient], dave: User, body: Any, words: Any
) -> None:
    refused(as_user(dave).post(AT, {**REVIEWER, **body}, format="json"), 400, words)
    assert not Role.objects.filter(is_system_role=False).exists()


@each(
    "body",
    [
        {"name": "PROJECT.BOSS"},
        {"content_type": "customer"},
        {"permissions": ["PROJECT.VIEW"]},
        {"permissions": []},
    ],
)
def test_a_system_role_stays_as_the_code_says(
    as_user: Callable[[User], APIClient], dave: User, body: Any
) -> None:
    here = f"{AT}{RoleName.PROJECT_MEMBER.uuid}/"
    before = as_user(dave).get(here).json()

    answer = as_user(dave).patch(here, body, format="json")

    refused(answer, 409, {"detail": "What a system role is called and allows cannot be changed."})
    gone = as_user(dave).delete(here)
    refused(gone, 409, {"detail": "A system role cannot be removed."})
    assert as_user(dave).get(here).json() == before


def test_a_system_role_is_described_in_other_languages(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    here = f"{AT}{RoleName.PROJECT_MEMBER.uuid}/"
    client = as_user(dave)
    texts = {"description_et": "Projekti liige", "description_fr": "Membre du projet"}

    shown = client.put(f"{here}update_descriptions/", texts, format="json")
    assert shown.json() == {
        **dict.fromkeys(f"description_{code}" for code in LANGUAGES),
        **texts,
        "description": "Project member",
        "description_en": "Project member",
    }
    body = {"description_fr": None, "description_en": "A member"}
    client.put(f"{here}update_descriptions/", body, format="json")
    read = as_user(bob).get(here).json()
    assert (read["description_et"], read["description_fr"]) == ("Projekti liige", None)
    assert (read["description"], read["description_en"]) == ("A member", "A member")
    whole = {**read, "permissions": read["permissions"], "description": "Member"}
    assert client.put(here, whole, format="json").status_code == 200, "a copy changes its texts"


def test_a_role_that_somebody_held_is_disabled_and_not_removed(
    as_user: Callable[[User], APIClient], dave: User, mallory: User, project: Project
) -> None:
    role = CustomRoleFactory(name="Reviewer")
    grant = GrantFactory(user=mallory, scope=project, role=role, is_active=False)
    client, here = as_user(dave), f"{AT}{role.uuid}/"

    refused(client.delete(here), 409, {"detail": "There are grants of Reviewer; disable it."})
    moved = client.patch(here, {"content_type": "customer"}, format="json")
    refused(moved, 409, {"detail": "The role is held in scopes of its kind; make another one."})
    Grant.objects.filter(pk=grant.pk).delete()
    assert client.delete(here).status_code == 204


def test_a_role_gives_what_it_allows_until_it_is_disabled(
    as_user: Callable[[User], APIClient], dave: User, alice: User, mallory: User, project: Project
) -> None:
    here, staff = f"/api/projects/{project.uuid}/", as_user(dave)
    made = staff.post(AT, REVIEWER, format="json").json()
    body = {"role": "Reviewer", "user": mallory.uuid.hex}
    client = as_user(mallory)

    assert as_user(alice).post(f"{here}add_user/", body, format="json").status_code == 201
    assert client.get(here).status_code == 200
    assert client.patch(here, {"description": "x"}, format="json").status_code == 403
    wider = {"permissions": ["PROJECT.VIEW", "PROJECT.UPDATE"]}
    assert staff.patch(f"{AT}{made['uuid']}/", wider, format="json").status_code == 200
    assert client.patch(here, {"description": "x"}, format="json").status_code == 200, "at once"

    for _ in range(2):
        off = staff.post(f"{AT}{made['uuid']}/disable/")
        assert (off.status_code, off.content) == (200, b"")
    assert client.get(here).status_code == 404
    assert client.get("/api/projects/").json() == []
    mine = client.get("/api/users/me/").json()["permissions"]
    assert "Reviewer" not in {held["role_name"] for held in mine}
    listed = as_user(alice).get(f"{here}list_users/", {"user": mallory.uuid.hex}).json()
    assert listed == []
    refused(
        as_user(alice).post(f"{here}add_user/", {**body, "user": dave.uuid.hex}, format="json"),
        400,
        {"role": ["Role is not found."]},
    )
    assert staff.get(f"{AT}{made['uuid']}/").json()["users_count"] == 1, "who keeps it for later"

    assert staff.post(f"{AT}{made['uuid']}/enable/").status_code == 200
    assert client.get(here).status_code == 200
    staff.post(f"{AT}{made['uuid']}/disable/")
    assert as_user(alice).post(f"{here}delete_user/", body, format="json").status_code == 200
    staff.post(f"{AT}{made['uuid']}/enable/")
    assert client.get(here).status_code == 404, "who lost it meanwhile does not get it back"
