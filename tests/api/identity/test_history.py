"""What rows were: versions that come with the events of their changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import RowVersion
from identity.services import keys, organisations, projects, users
from tests.services.test_keys import ED25519

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Project, User

pytestmark = pytest.mark.django_db

hour = timedelta(hours=1)


def test_what_somebody_was_is_told_for_each_change_and_moment(
    as_user: Callable[[User], APIClient], dave: User, bob: User, now: datetime
) -> None:
    at = f"/api/users/{bob.uuid.hex}/history/"
    for hours, title in ((1, "Student"), (2, "Doctor"), (3, "Doctor")):
        users.update(bob, actor=dave, now=now + hours * hour, wanted={"job_title": title})

    rows = as_user(dave).get(at).json()
    assert [row["serialized_data"]["job_title"] for row in rows] == ["Doctor", "Student"]
    who = {"uuid": dave.uuid.hex, "username": "dave", "full_name": dave.full_name}
    assert {**rows[0], "serialized_data": {}, "id": 0} == {
        "id": 0,
        "revision_comment": "User bob was updated.",
        "revision_date": (now + 2 * hour).isoformat().replace("+00:00", "Z"),
        "revision_user": who,
        "serialized_data": {},
    }
    assert not {"password", "last_login", "id"} & rows[0]["serialized_data"].keys()

    def ask(address: str, moment: datetime, client: APIClient) -> Any:
        return client.get(at + address.format(moment.isoformat().replace("+", "%2B")))

    oneself = as_user(bob)
    assert ask("at/?timestamp={}", now + 1.5 * hour, oneself).json() == rows[1]
    assert ask("at/?timestamp={}", now + 9 * hour, oneself).json() == rows[0]
    assert ask("at/?timestamp={}", now, oneself).status_code == 404
    assert ask("at/?timestamp=yesterday", now, oneself).status_code == 400
    assert ask("at/", now, oneself).status_code == 400
    assert ask("?created_after={}", now + 2 * hour, oneself).json() == rows[:1]
    assert ask("?created_before={}", now + hour, oneself).json() == rows[1:]


def test_keys_projects_and_organizations_have_a_history_and_that_of_a_key_goes_with_it(
    as_user: Callable[[User], APIClient], dave: User, alice: User, project: Project, now: datetime
) -> None:
    projects.update(project, actor=alice, now=now, wanted={"name": "Later"})
    organisations.update(project.customer, actor=dave, now=now, wanted={"city": "Kajaani"})
    key = keys.add(user=alice, public_key=ED25519, actor=alice, now=now)
    told = {}
    for noun, row in (("projects", project), ("customers", project.customer), ("keys", key)):
        (version,) = as_user(dave).get(f"/api/{noun}/{row.uuid.hex}/history/").json()
        told[noun] = version["serialized_data"]
    assert told["projects"]["name"] == "Later"
    assert told["projects"]["customer_uuid"] == str(project.customer.uuid)
    assert told["customers"]["city"] == "Kajaani"
    assert told["keys"]["user_uuid"] == str(alice.uuid)

    keys.remove(key, actor=alice, now=now)
    assert not RowVersion.objects.filter(subject_uuid=key.uuid).exists()
