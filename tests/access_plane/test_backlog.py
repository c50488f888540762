"""Staff see whose entitlements wait for the AAI and why, and have one seen to at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from allocations.models import EntitledPerson
from allocations.services import entitlements
from tests.access_plane.aai import GARBAGE, FakeAai, status
from tests.access_plane.conftest import NAMESPACE
from tests.access_plane.world import make_researcher, tell, value
from tests.admin.pages import address, do, text

if TYPE_CHECKING:
    from django.test import Client

    from identity.models import User

pytestmark = pytest.mark.django_db

WHY = {"409": status(409), "429": status(429, Retry_After="1"), "500": status(500)}
PANEL = "People whose entitlements wait for the AAI"
TOLD = "The AAI has been told of everybody."


def listed(staff: Client, backlog: str) -> set[str]:
    """Return whom a list of the administration names by this filter."""
    page = staff.get(address(EntitledPerson, "changelist"), {"backlog": backlog})
    return {person.cuid for person in page.context["cl"].result_list}


def test_who_waits_is_named_with_what_keeps_them_until_the_aai_was_told(
    aai: FakeAai, client: Client, dave: User
) -> None:
    client.force_login(dave)
    assert TOLD in text(client.get("/admin/"))
    for fault in (*WHY.values(), GARBAGE):
        one = make_researcher()
        aai.register(one.cuid)
        entitlements.see_to([one.user.pk], namespace=NAMESPACE, now=timezone.now())
        aai.faults.append(fault)

        tell()

        person = EntitledPerson.objects.get(cuid=one.cuid)
        shown = text(client.get("/admin/"))
        for said in (PANEL, one.cuid, person.last_error[:80]):
            assert said in shown, fault
        assert listed(client, "yes") == listed(client, "failing") == {one.cuid}

        aai.faults.clear()
        EntitledPerson.objects.update(rests_until=None)
        do(client, "retry", person)
        tell()

        assert aai.values(one.cuid) == [value(one.account.username)]
        assert listed(client, "yes") == set()
        assert TOLD in text(client.get("/admin/"))


def test_who_is_unknown_to_the_aai_is_found_as_such(
    aai: FakeAai, client: Client, dave: User
) -> None:
    client.force_login(dave)
    stranger = make_researcher()
    entitlements.see_to([stranger.user.pk], namespace=NAMESPACE, now=timezone.now())

    tell()

    assert listed(client, "unknown") == {stranger.cuid}
    assert "The AAI does not know this person." in text(client.get("/admin/"))


def test_the_outsider_sees_no_backlog(client: Client, mallory: User, alice: User) -> None:
    for person in (mallory, alice):
        client.force_login(person)
        assert client.get(address(EntitledPerson, "changelist")).status_code == 302
        assert client.post(address(EntitledPerson, "changelist")).status_code == 302
