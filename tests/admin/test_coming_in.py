"""What staff decide about people who come in: the platform's terms, and who is vetted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.models import Event, PlatformTerms, SecondFactor, Vetting
from tests.admin.pages import address, buttons, do, page_of
from tests.factories.second_factors import SecondFactorFactory

if TYPE_CHECKING:
    from django.test import Client

    from identity.models import User

pytestmark = pytest.mark.django_db

WHY = "Asked for by mail."


def test_a_person_is_vetted_refused_and_unvetted(staff: Client, bob: User, dave: User) -> None:
    do(staff, "vet", bob, evidence="Passport seen.", valid_until="")
    held = Vetting.objects.get(user=bob)
    assert (held.outcome, held.decided_by, held.evidence) == ("vetted", dave, "Passport seen.")
    assert "Passport seen." in staff.get(page_of(bob)).content.decode()
    do(staff, "refuse_vetting", bob, evidence="On a list.", valid_until="")
    do(staff, "withdraw_vetting", bob, reason=WHY)
    assert not Vetting.objects.filter(user=bob, ended_at__isnull=True).exists()
    ended = Event.objects.get(kind="user.vetting_ended")
    assert (ended.actor, ended.payload["reason"]) == (dave, WHY)


def test_a_decision_without_evidence_is_asked_for_it(staff: Client, bob: User) -> None:
    answer = do(staff, "vet", bob, evidence="", valid_until="")
    assert (answer.status_code, "This field is required." in answer.content.decode()) == (200, True)
    assert not Vetting.objects.exists()


def test_terms_of_the_platform_are_published_and_withdrawn(staff: Client, dave: User) -> None:
    asked = {"version": "1", "terms": "Compute in good faith.", "link": ""}
    staff.post(address(PlatformTerms, "add"), asked)
    terms = PlatformTerms.objects.get()
    assert (terms.is_current, Event.objects.get(kind="platform_terms.published").actor) == (
        True,
        dave,
    )
    do(staff, "withdraw", terms, reason=WHY)
    terms.refresh_from_db()
    assert not terms.is_current


def test_staff_reset_the_second_factor_of_others(staff: Client, bob: User, dave: User) -> None:
    label = "Reset the second factor"
    assert label not in buttons(staff, bob)
    for one in (bob, dave):
        SecondFactorFactory(user=one)
    assert label in buttons(staff, bob)
    do(staff, "reset_second_factor", bob, reason=WHY)
    assert (
        "Another member of staff does that"
        in do(staff, "reset_second_factor", dave, reason=WHY).content.decode()
    )
    assert SecondFactor.objects.get().user == dave
    event = Event.objects.get(kind="user.second_factor_reset")
    assert (event.subject_uuid, event.actor, event.payload) == (bob.uuid, dave, {"reason": WHY})
