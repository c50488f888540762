"""What happened to a row stands at the row's own address."""

from __future__ import annotations

import pytest

from tests.world import populate

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(project, provider, bob, carol, now):
    return populate(project=project, provider=provider, member=bob, now=now)


def test_whoever_sees_an_order_reads_what_happened_to_it(world, as_user, bob, carol):
    for person in (bob, carol):
        response = as_user(person).get(
            f"/api/marketplace-orders/{world.order.uuid.hex}/events/?field=kind"
        )
        assert (response.status_code, response.json()) == (200, [{"kind": "order.done"}])
        assert response["X-Result-Count"] == "1"


def test_the_outsider_does_not(world, as_user, mallory):
    path = f"/api/marketplace-orders/{world.order.uuid.hex}/events/"
    assert as_user(mallory).get(path).status_code == 404


def test_events_are_filtered_like_the_whole_log(world, as_user, bob):
    path = f"/api/marketplace-orders/{world.order.uuid.hex}/events/?event_type=order.erred"
    assert as_user(bob).get(path).json() == []


def test_the_renaming_of_a_project_is_at_the_project(project, as_user, alice):
    path = f"/api/projects/{project.uuid.hex}/"
    as_user(alice).patch(path, {"name": "Renamed"})
    rows = as_user(alice).get(f"{path}events/?field=kind").json()
    assert rows == [{"kind": "project.updated"}]
