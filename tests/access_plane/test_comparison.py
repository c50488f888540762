"""Everybody's entitlements compared with what the AAI has: what differs is told and put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from allocations import tasks
from allocations.lifecycle import EntitlementState
from allocations.models import AccessComparison, EntitledPerson, Entitlement
from allocations.services import access_comparisons, entitlements
from identity.models import Event
from tests.access_plane.aai import status
from tests.access_plane.conftest import NAMESPACE
from tests.access_plane.world import (
    FOREIGN,
    Researcher,
    make_researcher,
    tell,
    value,
)
from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User
    from tests.access_plane.aai import FakeAai

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(aai: FakeAai) -> list[Researcher]:
    """Return three people who have what they are to have."""
    people = [make_researcher() for _ in range(3)]
    for one in people:
        aai.register(one.cuid, FOREIGN)
    keys = [one.user.pk for one in people]
    entitlements.see_to(keys, namespace=NAMESPACE, now=timezone.now())
    tell()
    return people


@pytest.fixture
def staff(db: None) -> User:
    made: User = UserFactory(username="staff", is_staff=True)
    return made


def counts(comparison: AccessComparison) -> tuple[int, int, int, int]:
    return comparison.compared, comparison.missing, comparison.unexpected, comparison.failed


def test_what_is_as_it_should_be_is_left_alone(aai: FakeAai, settled: list[Researcher]) -> None:
    patches = aai.patches
    tasks.compare_access()
    tell()

    found = AccessComparison.objects.get()
    assert counts(found) == (3, 0, 0, 0)
    assert (found.differences, found.asked_by, aai.patches) == ([], None, patches)
    assert found.finished is not None
    kinds = ["access_comparison.begun", "access_comparison.finished"]
    told = Event.objects.filter(kind__startswith="access_comparison.").order_by("pk")
    assert list(told.values_list("kind", flat=True)) == kinds


def test_what_is_missing_is_put_and_what_should_not_be_is_taken(
    aai: FakeAai, settled: list[Researcher]
) -> None:
    first, second, third = settled
    aai.take(first.cuid, value(first.account.username))
    aai.put(second.cuid, value("intruder"))
    aai.forget(third.cuid)

    tasks.compare_access()

    found = AccessComparison.objects.get()
    assert counts(found) == (3, 2, 1, 0)
    assert found.differences == [
        {"cuid": first.cuid, "missing": value(first.account.username)},
        {"cuid": second.cuid, "unexpected": value("intruder")},
        {"cuid": third.cuid, "missing": value(third.account.username)},
    ]
    tell()
    assert aai.values(first.cuid) == sorted([FOREIGN, value(first.account.username)])
    assert aai.values(second.cuid) == sorted([FOREIGN, value(second.account.username)])
    unknown = EntitledPerson.objects.get(is_unknown=True)
    assert unknown.cuid == third.cuid
    assert Event.objects.filter(kind="entitled_person.differed").count() == 3


def test_what_somebody_has_who_never_was_entitled_is_taken(aai: FakeAai) -> None:
    stranger = make_researcher(username="")
    unknown = UserFactory(username="unknown@myaccessid.org")
    aai.register(stranger.cuid, FOREIGN, value("intruder"))

    tasks.compare_access()
    tell()

    assert counts(AccessComparison.objects.get()) == (2, 0, 1, 0)
    assert aai.values(stranger.cuid) == [FOREIGN]
    assert EntitledPerson.objects.get(user=unknown).delivered_at is not None


def test_what_no_event_told_of_is_found(aai: FakeAai, settled: list[Researcher]) -> None:
    first, *_ = settled
    type(first.account).objects.filter(pk=first.account.pk).update(is_restricted=True)
    late = make_researcher()
    aai.register(late.cuid)

    tasks.compare_access()
    tell()

    assert aai.values(first.cuid) == [FOREIGN]
    assert aai.values(late.cuid) == [value(late.account.username)]
    assert counts(AccessComparison.objects.get()) == (2, 0, 0, 0)  # the other two


def test_where_the_aai_fails_it_goes_on_later_with_the_same_person(
    aai: FakeAai, settled: list[Researcher]
) -> None:
    _, second, _ = settled
    aai.take(second.cuid, value(second.account.username))
    seen = len(aai.passed)
    aai.faults.extend([status(418), status(503, Retry_After="60")])

    tasks.compare_access()

    found = AccessComparison.objects.get()
    assert found.finished is None
    assert counts(found) == (0, 0, 0, 1)
    assert found.last_error == "The AAI answered 503: not now"
    assert found.next_attempt_at > timezone.now()
    tasks.compare_access()
    assert len(aai.passed) == seen + 2  # it rests
    AccessComparison.objects.update(next_attempt_at=timezone.now())
    tasks.compare_access()
    found.refresh_from_db()
    assert counts(found) == (2, 1, 0, 1)
    assert found.finished is not None


def test_somebody_who_changes_meanwhile_does_not_differ(
    aai: FakeAai, settled: list[Researcher], now: datetime
) -> None:
    first, *_ = settled
    person = EntitledPerson.objects.get(cuid=first.cuid)
    aai.take(first.cuid, value(first.account.username))
    EntitledPerson.objects.filter(pk=person.pk).update(delivered_at=None)

    assert not entitlements.differed(person, ["x"], [], now=now)
    tasks.compare_access()

    assert counts(AccessComparison.objects.get()) == (2, 0, 0, 0)


def test_everybody_is_compared_from_time_to_time_and_not_always(
    aai: FakeAai, settled: list[Researcher]
) -> None:
    tasks.compare_access()
    tasks.compare_access()
    assert AccessComparison.objects.count() == 1

    long_ago = timezone.now() - access_comparisons.EVERY
    AccessComparison.objects.update(begun=long_ago, finished=long_ago)
    tasks.compare_access()
    assert AccessComparison.objects.count() == 2

    very_long_ago = timezone.now() - access_comparisons.KEPT_FOR
    AccessComparison.objects.filter(begun=long_ago).update(finished=very_long_ago)
    tasks.compare_access()
    assert AccessComparison.objects.count() == 1


def test_staff_have_everybody_compared_and_no_request_waits_for_it(
    aai: FakeAai, settled: list[Researcher], ask: Any, staff: User
) -> None:
    seen = len(aai.passed)
    address = "users/scim_sync_all/"
    begun = {"detail": "Synchronization of everybody's entitlements has been scheduled."}
    under_way = {"detail": "Synchronization of everybody's entitlements is under way already."}

    assert ask(staff, "post", address) == (200, begun)
    assert ask(staff, "post", address) == (200, under_way)
    assert len(aai.passed) == seen

    tasks.compare_access()
    found = AccessComparison.objects.get()
    assert (found.asked_by, found.compared) == (staff, 3)


def test_the_aai_s_word_for_a_person_is_taken_by_a_worker(
    aai: FakeAai, ask: Any, staff: User
) -> None:
    one = make_researcher()
    aai.register(
        one.cuid,
        name={"givenName": "Grace", "familyName": "Hopper"},
        emails=[{"value": "grace@example.org", "primary": True}],
    )
    asked = {"detail": "Attributes of the user will be pulled.", "changed_fields": []}

    answer = ask(staff, "post", f"users/{one.user.uuid.hex}/pull_scim_attributes/")

    assert answer == (200, asked)
    assert aai.passed == []
    tell()
    one.user.refresh_from_db()
    assert (one.user.first_name, one.user.last_name, one.user.email) == (
        "Grace",
        "Hopper",
        "grace@example.org",
    )
    assert one.user.attribute_sources["first_name"]["source"] == "isd:aai"
    changed = Event.objects.get(kind="user.updated")
    assert changed.actor == staff
    person = EntitledPerson.objects.get()
    assert (person.asked_by, person.attributes_read_at is None) == (None, False)


def test_who_is_out_by_then_is_not_described(aai: FakeAai, ask: Any, staff: User) -> None:
    one = make_researcher()
    aai.register(one.cuid, name={"givenName": "Grace", "familyName": "Hopper"})
    before = one.user.first_name
    ask(staff, "post", f"users/{one.user.uuid.hex}/pull_scim_attributes/")
    one.user.is_active = False
    one.user.save()

    tell()

    one.user.refresh_from_db()
    assert one.user.first_name == before
    assert EntitledPerson.objects.get().asked_by is None


def test_of_a_person_the_aai_does_not_know_it_can_be_asked_again(
    aai: FakeAai, ask: Any, staff: User
) -> None:
    one = make_researcher(username="")
    ask(staff, "post", f"users/{one.user.uuid.hex}/pull_scim_attributes/")

    tell()

    person = EntitledPerson.objects.get()
    assert (person.is_unknown, person.asked_by) == (True, None)
    assert person.delivered_at is not None
    aai.register(one.cuid, name={"givenName": "Grace"})
    ask(staff, "post", f"users/{one.user.uuid.hex}/pull_scim_attributes/")
    tell()
    one.user.refresh_from_db()
    assert one.user.first_name == "Grace"


def test_whoever_has_no_cuid_or_no_aai_gets_a_409(
    aai: FakeAai, ask: Any, staff: User, settings: Any
) -> None:
    one, plain = make_researcher(), UserFactory(username="plain")
    no_cuid = {"detail": "This person has no CUID, so the AAI knows nothing of them."}
    off = {"detail": "No AAI is configured (SCIM_API_URL), so nothing is told to one."}
    address = "users/{}/pull_scim_attributes/"

    assert ask(staff, "post", address.format(plain.uuid.hex)) == (409, no_cuid)
    settings.SCIM_API_URL = ""
    assert ask(staff, "post", address.format(one.user.uuid.hex)) == (409, off)
    assert ask(staff, "post", "users/scim_sync_all/") == (409, off)
    tasks.compare_access()
    tell()
    assert not AccessComparison.objects.exists()


def test_nobody_else_has_the_aai_told_or_asked(aai: FakeAai, ask: Any, staff: User) -> None:
    one, support = make_researcher(), UserFactory(is_support=True)
    person = f"users/{one.user.uuid.hex}"
    addresses = ("pull_scim_attributes", "pull_remote_user")
    for address in ("users/scim_sync_all/", *(f"{person}/{name}/" for name in addresses)):
        for who in (support, one.user, UserFactory()):
            assert ask(who, "post", address)[0] in {403, 404}
    assert ask(staff, "post", f"{person}/pull_remote_user/") == (200, None)
    assert ask(staff, "post", f"users/{'0' * 32}/pull_scim_attributes/")[0] == 404
    assert not Entitlement.objects.filter(state=EntitlementState.WANTED).exists()
    assert not AccessComparison.objects.exists()
