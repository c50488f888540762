"""Vetting: decided by staff or by an assurance, for a time or for good, with what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from accounting.services import site_state
from allocations.services import accounts, admission, membership
from config.wiring import dispatch_events
from identity import tasks
from identity.models import Event, Vetting
from identity.services import user_removal, users, vetting
from identity.standing import VettingOutcome
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import VettingFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

ASSURED = "https://refeds.org/assurance/IAP/medium"


@pytest.fixture
def by_assurance(settings: Any) -> None:
    asked = replace(settings.REGISTRATION, assurance=frozenset({ASSURED}), valid_days=30)
    settings.REGISTRATION = asked


@pytest.fixture
def offering(provider: Customer, project: Project) -> Offering:
    found: Offering = HpcOfferingFactory(
        customer=provider, plugin_options={membership.MANAGED: True}
    )
    ResourceFactory(project=project, offering=found)
    return found


def kinds() -> list[str]:
    found = Event.objects.filter(kind__startswith="user.vett").order_by("pk")
    return list(found.values_list("kind", flat=True))


def stand(user: User, offering: Offering) -> tuple[str, str] | None:
    account = accounts.live(user, offering)
    return (account.state, account.withheld_for) if account else None


def test_a_decision_ends_the_one_before_and_all_stay_on_record(
    bob: User, dave: User, now: datetime
) -> None:
    assert vetting.outcome_of(bob) is None
    vetting.vet(bob, evidence="Passport seen.", actor=dave, now=now)
    assert vetting.outcome_of(bob) is VettingOutcome.VETTED
    vetting.refuse(bob, evidence="On a list.", actor=dave, now=now)
    assert vetting.outcome_of(bob) is VettingOutcome.REFUSED
    vetting.withdraw(bob, actor=dave, now=now)
    assert vetting.outcome_of(bob) is None
    with pytest.raises(vetting.NotDecided):
        vetting.withdraw(bob, actor=dave, now=now)
    rows = Vetting.objects.order_by("pk").values_list("outcome", "evidence", "ended_at")
    assert list(rows) == [("vetted", "Passport seen.", now), ("refused", "On a list.", now)]
    assert kinds() == ["user.vetted", "user.vetting_refused", "user.vetting_ended"]


def test_a_decision_says_on_what_it_rests_and_is_not_over(
    bob: User, dave: User, now: datetime
) -> None:
    with pytest.raises(vetting.EvidenceMissing) as refused:
        vetting.vet(bob, evidence="  ", actor=dave, now=now)
    assert refused.value.detail == {"evidence": ["Say on what this rests."]}
    with pytest.raises(vetting.OverAlready):
        vetting.vet(bob, evidence="Seen.", valid_until=now, actor=dave, now=now)
    assert (kinds(), vetting.current(bob)) == ([], None)


def test_what_is_over_counts_no_more_and_the_task_ends_it_once(
    bob: User, dave: User, now: datetime
) -> None:
    long_ago = now - timedelta(days=9)
    until = now - timedelta(days=2)
    vetting.vet(bob, evidence="Seen.", valid_until=until, actor=dave, now=long_ago)
    assert vetting.outcome_of(bob) is None
    for _ in range(2):
        tasks.expire_vettings()
    assert vetting.current(bob) is None
    assert kinds() == ["user.vetted", "user.vetting_expired"]


def test_what_is_not_over_stays(bob: User, dave: User, now: datetime) -> None:
    until = now + timedelta(days=9999)
    held = vetting.vet(bob, evidence="Seen.", valid_until=until, actor=dave, now=now)
    tasks.expire_vettings()
    assert (vetting.current(bob), vetting.outcome_of(bob)) == (held, VettingOutcome.VETTED)


@pytest.mark.usefixtures("by_assurance")
def test_an_assurance_vets_and_its_end_ends_that(bob: User, dave: User, now: datetime) -> None:
    users.update(bob, actor=dave, now=now, wanted={"eduperson_assurance": [ASSURED, "other"]})
    dispatch_events()
    held = vetting.current(bob)
    assert held is not None
    assert (held.outcome, held.decided_by, held.evidence) == (
        "vetted",
        None,
        f"eduperson_assurance: {ASSURED}",
    )
    assert held.valid_until == held.created + timedelta(days=30)
    users.update(bob, actor=dave, now=now, wanted={"eduperson_assurance": ["other"]})
    dispatch_events()
    assert vetting.current(bob) is None
    assert kinds() == ["user.vetted", "user.vetting_ended"]


@pytest.mark.usefixtures("by_assurance")
@pytest.mark.parametrize("outcome", ["vetted", "refused"])
def test_an_assurance_changes_nothing_that_staff_decided(
    outcome: str, bob: User, dave: User, now: datetime
) -> None:
    held = VettingFactory(user=bob, outcome=outcome, decided_by=dave)
    bob.eduperson_assurance = [ASSURED]
    bob.save()
    vetting.follow_assurance(bob, now=now)
    bob.eduperson_assurance = []
    bob.save()
    vetting.follow_assurance(bob, now=now)
    assert vetting.current(bob) == held


def test_without_the_setting_no_assurance_vets(bob: User, now: datetime) -> None:
    bob.eduperson_assurance = [ASSURED]
    bob.save()
    vetting.follow_assurance(bob, now=now)
    assert vetting.current(bob) is None


def test_who_is_refused_loses_their_accounts_as_with_a_role_and_gets_them_back(
    bob: User, dave: User, offering: Offering, now: datetime
) -> None:
    OfferingUserFactory(offering=offering, user=bob, username="bob1")
    vetting.refuse(bob, evidence="On a list.", actor=dave, now=now)
    dispatch_events()
    assert stand(bob, offering) == ("Requested deletion", "")
    members = site_state.read(offering)["resources"][0]["members"]
    assert bob.uuid.hex not in {member["user_uuid"] for member in members}
    vetting.vet(bob, evidence="It was another Bob.", actor=dave, now=now)
    dispatch_events()
    assert stand(bob, offering) == ("OK", "")


@pytest.mark.parametrize("by_platform", [False, True])
def test_accounts_wait_for_vetting_where_it_is_asked(
    by_platform: bool, bob: User, dave: User, offering: Offering, settings: Any, now: datetime
) -> None:
    if by_platform:
        settings.REGISTRATION = replace(settings.REGISTRATION, needs_vetting=True)
    else:
        offering.plugin_options |= {admission.ASKS_VETTING: True}
        offering.save()
    assert membership.reconcile(user=bob, offering=offering, now=now) is None
    with pytest.raises(admission.NotAdmitted):
        accounts.create(offering=offering, user=bob, actor=dave, now=now)
    vetting.vet(bob, evidence="Seen.", actor=dave, now=now)
    dispatch_events()
    assert stand(bob, offering) == ("Requested", "")


def test_whose_vetting_is_over_is_kept_out_and_keeps_the_account(
    bob: User, dave: User, offering: Offering, now: datetime
) -> None:
    offering.plugin_options |= {admission.ASKS_VETTING: True}
    offering.save()
    vetting.vet(bob, evidence="Seen.", actor=dave, now=now)
    OfferingUserFactory(offering=offering, user=bob, username="bob1")
    vetting.withdraw(bob, actor=dave, now=now)
    dispatch_events()
    assert stand(bob, offering) == ("OK", "vetting")
    vetting.vet(bob, evidence="Seen again.", actor=dave, now=now)
    dispatch_events()
    assert stand(bob, offering) == ("OK", "")


def test_of_who_is_removed_no_evidence_is_kept(bob: User, dave: User, now: datetime) -> None:
    vetting.vet(bob, evidence="Passport 123.", actor=dave, now=now)
    user_removal.remove(bob, actor=dave, now=now)
    assert [row.evidence for row in Vetting.objects.all()] == ["Erased: the person was removed."]
