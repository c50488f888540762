"""Moving projects and bringing them back, as clients ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.services import projects
from tests.factories.identity import InvitationFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db


def url(noun: str, row: Any) -> str:
    return f"http://testserver/api/{noun}/{row.uuid.hex}/"


def test_staff_move_a_project_and_bring_it_back(
    as_user: Callable[[User], APIClient],
    project: Project,
    elsewhere: Customer,
    alice: User,
    mallory: User,
    dave: User,
    now: datetime,
) -> None:
    """The second time says that it is done; who asked with an old version is refused."""
    at, staff = url("projects", project), as_user(dave)
    body = {"customer": url("customers", elsewhere), "preserve_permissions": False}
    InvitationFactory(scope=project)
    version = staff.get(at)["ETag"]

    moved = staff.post(f"{at}move_project/", body, format="json", headers={"If-Match": version})

    assert moved.status_code == 200
    assert moved.json() == staff.get(at).json()
    assert (moved.json()["customer"], moved.json()["customer_name"]) == (
        url("customers", elsewhere),
        "Elsewhere",
    )
    seen = {who.username: as_user(who).get(at).status_code for who in (alice, mallory)}
    assert seen == {"alice": 404, "mallory": 200}
    again = staff.post(f"{at}move_project/", body, format="json")
    assert (again.status_code, again.json()) == (
        400,
        {"customer": ["The project belongs to this organization already."]},
    )
    late = staff.post(f"{at}move_project/", body, format="json", headers={"If-Match": version})
    assert late.status_code == 412
    there = staff.post(f"{at}recover/")
    assert (there.status_code, there.json()) == (409, {"detail": "This project was not removed."})

    projects.remove(project, actor=dave, now=now)
    assert staff.post(f"{at}move_project/", body, format="json").status_code == 404
    back = staff.post(f"{at}recover/", {"end_date": None}, format="json")
    assert back.status_code == 200
    assert back.json() == staff.get(at).json()
    assert back.json()["is_removed"] is False


def test_what_is_wrong_with_a_request_is_said(
    as_user: Callable[[User], APIClient], project: Project, dave: User, case: Any
) -> None:
    required, link = ["This field is required."], "Invalid hyperlink - No URL match."
    wrong = [
        ("move_project", {}, {"customer": required, "preserve_permissions": required}),
        (
            "move_project",
            {"customer": 7, "preserve_permissions": "perhaps"},
            {"customer": [link], "preserve_permissions": ["Must be a valid boolean."]},
        ),
        (
            "recover",
            {"end_date": "9999-12-31", "restore_team_members": None},
            {
                "end_date": ["Enter a date from 1900-01-01 to 2999-12-31."],
                "restore_team_members": ["This field may not be null."],
            },
        ),
    ]
    for action, body, said in wrong:
        with case(action=action, body=body):
            answer = as_user(dave).post(f"{url('projects', project)}{action}/", body, format="json")
            assert (answer.status_code, answer.json()) == (400, said)
