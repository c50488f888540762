"""Pages on which staff have roles reviewed, close such a review, and conceal roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.models import Event, PermissionReview, RoleConcealment
from identity.roles import RoleName
from identity.services import projects
from tests.admin.pages import address, buttons, do, said, text
from tests.factories.identity import RoleFactory

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from identity.models import Project, User

pytestmark = pytest.mark.django_db


def test_staff_have_roles_reviewed_and_close_the_review(
    staff: Client, dave: User, project: Project
) -> None:
    for scope in (project, project.customer):
        response = do(staff, "begin_review", scope, reason="Somebody left.")
        assert said(response) == [f"Review begun: {scope}."]
        review = PermissionReview.objects.get(closed=None)
        assert review.scope == scope
        begun = Event.objects.get(kind="permission_review.begun", subject_uuid=review.uuid)
        assert (begun.actor, begun.payload["reason"]) == (dave, "Somebody left.")

        twice = do(staff, "begin_review", scope)
        assert f"Who has which role in {scope.name} is being reviewed already." in text(twice)

        assert said(do(staff, "close", review)) == [f"Closed: {review}."]
        review.refresh_from_db()
        assert review.reviewer == dave
        assert buttons(staff, review) == []


def test_what_was_removed_is_not_to_be_reviewed(
    staff: Client, dave: User, project: Project, now: datetime
) -> None:
    do(staff, "begin_review", project)
    projects.remove(project, actor=dave, now=now)
    project.refresh_from_db()
    assert "Have its roles reviewed" not in buttons(staff, project)
    assert buttons(staff, PermissionReview.objects.get()) == []


def test_staff_conceal_a_role_and_take_that_back(
    staff: Client, dave: User, project: Project
) -> None:
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    columns = {"customer": str(project.customer.pk), "role": str(role.pk)}
    url = address(RoleConcealment, "add")
    assert staff.post(url, columns).status_code == 302
    row = RoleConcealment.objects.get()
    assert (row.customer, row.role) == (project.customer, role)
    assert "This role is concealed in this organization already." in text(staff.post(url, columns))

    do(staff, "remove", row, reason="It is needed.")
    assert not RoleConcealment.objects.exists()
    kinds = Event.objects.filter(subject_uuid=row.uuid).order_by("pk")
    assert [(event.kind, event.actor) for event in kinds] == [
        ("role_concealment.created", dave),
        ("role_concealment.removed", dave),
    ]
