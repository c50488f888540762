from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from common import slugs
from identity.models import Customer, Event, Grant, Project, User
from identity.services import projects

pytestmark = pytest.mark.django_db


def test_a_new_project_belongs_to_its_organisation_and_is_recorded(
    alice: User, allocator: Customer, now: datetime
) -> None:
    project = projects.create(
        customer=allocator,
        name="Alpha",
        description="First",
        oecd_fos_2007_code="2.10",
        actor=alice,
        now=now,
    )

    project.refresh_from_db()
    assert (project.customer, project.slug, project.created) == (allocator, "alpha", now)
    assert project.oecd_fos_2007_code == "2.10"
    assert (project.end_date, project.end_date_requested_by) == (None, None)
    event = Event.objects.get()
    assert (event.kind, event.subject_uuid) == ("project.created", project.uuid)
    assert (event.project, event.customer, event.actor) == (project, allocator, alice)


def test_names_need_not_be_unique_but_slugs_are(
    alice: User, allocator: Customer, now: datetime
) -> None:
    made = [
        projects.create(customer=allocator, name="Beta", actor=alice, now=now) for _ in range(11)
    ]

    assert [project.slug for project in made] == ["beta", *(f"beta-{n}" for n in range(2, 12))]


@pytest.mark.parametrize("name", ["---", "  ", "_"])
def test_a_name_without_letters_gets_a_slug_too(
    alice: User, allocator: Customer, now: datetime, name: str
) -> None:
    project = projects.create(customer=allocator, name=name, actor=alice, now=now)

    assert project.slug == "project"


def test_only_staff_choose_a_slug(
    alice: User, dave: User, allocator: Customer, now: datetime
) -> None:
    by_owner = projects.create(customer=allocator, name="X", slug="mine", actor=alice, now=now)
    by_staff = projects.create(customer=allocator, name="X", slug="mine", actor=dave, now=now)

    assert (by_owner.slug, by_staff.slug) == ("x", "mine")
    with pytest.raises(slugs.Taken) as refusal:
        projects.create(customer=allocator, name="X", slug="mine", actor=dave, now=now)
    assert refusal.value.detail == {"slug": ["project with this slug already exists."]}


def test_who_sets_the_end_date_is_written_down(
    alice: User, project: Project, now: datetime
) -> None:
    tomorrow = now.date() + timedelta(days=1)

    projects.update(project, actor=alice, now=now, wanted={"end_date": tomorrow})

    changed = Project.objects.get(pk=project.pk)
    assert changed.end_date == tomorrow
    assert (changed.end_date_requested_by, changed.end_date_updated_at) == (alice, now)


def test_a_project_may_end_today(alice: User, allocator: Customer, now: datetime) -> None:
    project = projects.create(
        customer=allocator, name="X", end_date=now.date(), actor=alice, now=now
    )

    assert project.end_date_requested_by == alice


def test_a_project_cannot_end_in_the_past(
    alice: User, allocator: Customer, project: Project, now: datetime
) -> None:
    yesterday = now.date() - timedelta(days=1)
    expected = {"end_date": {"end_date": "Cannot be earlier than the current date."}}

    with pytest.raises(projects.EndDateInPast) as refusal:
        projects.create(customer=allocator, name="X", end_date=yesterday, actor=alice, now=now)
    assert refusal.value.detail == expected
    with pytest.raises(projects.EndDateInPast) as refusal:
        projects.update(project, actor=alice, now=now, wanted={"end_date": yesterday})
    assert refusal.value.detail == expected


def test_an_end_date_that_has_passed_does_not_stop_other_changes(
    alice: User, project: Project, now: datetime
) -> None:
    Project.objects.update(end_date=now.date() - timedelta(days=1))
    unchanged = {"end_date": now.date() - timedelta(days=1), "name": "Old"}

    projects.update(project, actor=alice, now=now, wanted=unchanged)

    assert Project.objects.get().name == "Old"


def test_a_manager_changes_the_project_but_not_its_end(
    pi: User, project: Project, now: datetime
) -> None:
    projects.update(project, actor=pi, now=now, wanted={"description": "New"})

    with pytest.raises(projects.EndDateForbidden):
        projects.update(
            project, actor=pi, now=now, wanted={"end_date": now.date() + timedelta(days=9)}
        )
    assert Project.objects.get().description == "New"
    assert Project.objects.get().end_date is None


def test_a_project_does_not_start_after_it_ends(
    alice: User, project: Project, now: datetime
) -> None:
    dates = {"start_date": now.date() + timedelta(days=2), "end_date": now.date()}

    with pytest.raises(projects.StartsAfterEnd) as refusal:
        projects.update(project, actor=alice, now=now, wanted=dates)

    assert refusal.value.detail == {"start_date": ["Cannot be later than the end date."]}


def test_a_project_stays_with_its_organisation(
    dave: User, project: Project, provider: Customer, now: datetime
) -> None:
    with pytest.raises(projects.CustomerFixed) as refusal:
        projects.update(project, actor=dave, now=now, wanted={"customer": provider})

    assert refusal.value.detail == {
        "customer": ["Project cannot be moved to another organization."]
    }
    same = {"customer": project.customer, "name": "Renamed"}
    projects.update(project, actor=dave, now=now, wanted=same)
    assert Project.objects.get().name == "Renamed"


def test_removing_hides_the_project_and_ends_its_roles(
    alice: User, bob: User, pi: User, project: Project, now: datetime
) -> None:
    projects.remove(project, actor=alice, now=now)

    removed = Project.objects.get()
    assert removed.is_removed
    ended = removed.termination_metadata or {}
    assert ended["terminated_by"] == alice.uuid.hex
    assert {role["role_name"] for role in ended["user_roles"]} == {
        "PROJECT.MANAGER",
        "PROJECT.MEMBER",
    }
    assert not Grant.objects.filter(project=project, is_active=True).exists()
    assert list(Project.objects.visible_to(bob)) == []
    kinds = Event.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["grant.revoked", "grant.revoked", "project.removed"]


def test_a_project_with_allocations_is_not_removed(
    alice: User, project: Project, now: datetime
) -> None:
    Project.objects.update(resources_count=1)

    with pytest.raises(projects.HasResources) as refusal:
        projects.remove(project, actor=alice, now=now)

    assert refusal.value.detail == [
        "Project contains active resources. Please remove them before deleting project."
    ]
    assert not Project.objects.get().is_removed


def test_what_was_removed_is_not_changed_or_removed_again(
    alice: User, project: Project, now: datetime
) -> None:
    projects.remove(project, actor=alice, now=now)

    with pytest.raises(projects.ProjectGone):
        projects.remove(project, actor=alice, now=now)
    with pytest.raises(projects.ProjectGone):
        projects.update(project, actor=alice, now=now, wanted={"name": "Back"})
