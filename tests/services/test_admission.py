"""Accounts wait until the person agreed to an offering's terms, and who does so no more is out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from accounting.services import site_state
from allocations.models import OfferingUser
from allocations.services import accounts, admission, membership, restrictions
from config.wiring import dispatch_events
from identity.models import Event
from marketplace.services import consents, offerings, terms
from marketplace.tasks import end_late_consents
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import UserFactory
from tests.factories.marketplace import (
    ConsentFactory,
    HpcOfferingFactory,
    OfferingFactory,
    ResourceFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User
    from marketplace.models import Offering, Resource

pytestmark = pytest.mark.django_db

ASKING: dict[str, Any] = {membership.MANAGED: True, admission.ASKS: True}


@pytest.fixture
def offering(provider: Customer) -> Offering:
    found: Offering = HpcOfferingFactory(customer=provider, plugin_options=dict(ASKING))
    TermsOfServiceFactory(offering=found, version="1")
    return found


@pytest.fixture
def resource(project: Project, offering: Offering) -> Resource:
    return ResourceFactory(project=project, offering=offering)


def stand(user: User, offering: Offering) -> tuple[str, str, bool] | None:
    """Return the account's state, what it waits for, and whether its person is kept out."""
    account = accounts.live(user, offering)
    if account is None:
        return None
    return account.state, account.withheld_for, account.is_restricted


def reconcile(user: User, offering: Offering, now: datetime) -> tuple[str, str, bool] | None:
    membership.reconcile(user=user, offering=offering, now=now)
    return stand(user, offering)


def test_nobody_gets_an_account_before_they_agreed(
    bob: User, resource: Resource, now: datetime
) -> None:
    assert reconcile(bob, resource.offering, now) is None
    consents.accept(resource.offering, user=bob, actor=bob, now=now)
    dispatch_events()
    assert stand(bob, resource.offering) == ("Requested", "", False)


def test_where_there_are_no_terms_there_is_nothing_to_wait_for(
    bob: User, project: Project, provider: Customer, now: datetime
) -> None:
    bare = OfferingFactory(customer=provider, plugin_options=dict(ASKING))
    ResourceFactory(project=project, offering=bare)
    assert reconcile(bob, bare, now) == ("Requested", "", False)


@pytest.mark.parametrize(
    ("platform", "own", "waits"),
    [
        (False, None, False),
        (False, True, True),
        (True, None, True),
        (True, False, False),
        (True, "yes", True),
        (False, "yes", False),
    ],
)
def test_the_offering_s_word_counts_more_than_the_platform_s(
    bob: User,
    resource: Resource,
    settings: Any,
    now: datetime,
    platform: bool,
    own: object,
    waits: bool,
) -> None:
    """What is neither true nor false is no word."""
    settings.ENFORCE_USER_CONSENT_FOR_OFFERINGS = platform
    resource.offering.plugin_options = {membership.MANAGED: True, admission.ASKS: own}
    assert (reconcile(bob, resource.offering, now) is None) is waits


def test_who_takes_their_consent_back_is_kept_out_and_let_in_again(
    bob: User, resource: Resource, now: datetime
) -> None:
    """The account, its name and what was used stay."""
    offering = resource.offering
    given = consents.accept(offering, user=bob, actor=bob, now=now)
    OfferingUserFactory(offering=offering, user=bob, username="bob1")
    consents.revoke(given, actor=bob, now=now)
    dispatch_events()
    assert stand(bob, offering) == ("OK", "consent", True)
    member = site_state.read(offering)["resources"][0]["members"]
    told = next(one for one in member if one["user_uuid"] == bob.uuid.hex)
    assert (told["username"], told["is_restricted"], told["has_consent"]) == ("bob1", True, False)

    consents.accept(offering, user=bob, actor=bob, now=now)
    dispatch_events()
    assert stand(bob, offering) == ("OK", "", False)
    told_of = Event.objects.filter(kind="account.restriction_changed").order_by("pk")
    assert [event.payload["withheld_for"] for event in told_of] == ["consent", ""]


def test_an_account_that_the_site_has_not_begun_is_withdrawn(
    bob: User, resource: Resource, now: datetime
) -> None:
    OfferingUserFactory(offering=resource.offering, user=bob, username="")
    assert reconcile(bob, resource.offering, now) is None
    assert not OfferingUser.objects.exists()


def test_consent_does_not_lift_what_the_provider_said(
    bob: User, carol: User, resource: Resource, now: datetime
) -> None:
    account = OfferingUserFactory(offering=resource.offering, user=bob)
    restrictions.set_restricted(account, is_restricted=True, actor=carol, now=now)
    assert reconcile(bob, resource.offering, now) == ("OK", "consent", True)
    ConsentFactory(offering=resource.offering, user=bob, version="1")
    assert reconcile(bob, resource.offering, now) == ("OK", "", True)
    restrictions.set_restricted(account, is_restricted=False, actor=carol, now=now)
    assert stand(bob, resource.offering) == ("OK", "", False)


def test_the_provider_s_word_does_not_stand_in_for_consent(
    bob: User, carol: User, resource: Resource, now: datetime
) -> None:
    account = OfferingUserFactory(offering=resource.offering, user=bob)
    reconcile(bob, resource.offering, now)
    restrictions.set_restricted(account, is_restricted=False, actor=carol, now=now)
    assert stand(bob, resource.offering) == ("OK", "consent", True)


def test_new_terms_keep_out_who_agreed_to_older_ones_once_the_days_of_grace_are_over(
    bob: User, carol: User, resource: Resource, now: datetime
) -> None:
    offering, long_ago = resource.offering, now - timedelta(days=8)
    consents.accept(offering, user=bob, actor=bob, now=long_ago)
    OfferingUserFactory(offering=offering, user=bob)
    again = terms.publish(
        offering,
        version="2",
        requires_reconsent=True,
        grace_period_days=9999 // 3,
        actor=carol,
        now=long_ago,
    )
    dispatch_events()
    assert stand(bob, offering) == ("OK", "", False)

    terms.change(again, grace_period_days=7, actor=carol, now=now)
    end_late_consents()
    dispatch_events()
    assert stand(bob, offering) == ("OK", "consent", True)
    terms.withdraw(again, actor=carol, now=now)
    dispatch_events()
    assert stand(bob, offering) == ("OK", "", False)


def test_an_offering_that_begins_to_ask_keeps_out_who_has_not_agreed_and_lets_in_when_it_stops(
    bob: User, carol: User, resource: Resource, now: datetime
) -> None:
    """Also where the provider opens accounts by hand."""
    offering = resource.offering
    offerings.change(offering, actor=carol, now=now, plugin_options={})
    OfferingUserFactory(offering=offering, user=bob)
    dispatch_events()
    assert stand(bob, offering) == ("OK", "", False)
    asks: Any = {"plugin_options": {admission.ASKS: True}}
    offerings.change(offering, actor=carol, now=now, **asks)
    dispatch_events()
    assert stand(bob, offering) == ("OK", "consent", True)
    offerings.change(offering, actor=carol, now=now, plugin_options={})
    dispatch_events()
    assert stand(bob, offering) == ("OK", "", False)


def test_a_provider_opens_no_account_for_who_has_not_agreed(
    bob: User, carol: User, dave: User, resource: Resource, now: datetime
) -> None:
    for actor in (carol, dave):
        with pytest.raises(admission.NotAdmitted) as refused:
            accounts.create(offering=resource.offering, user=bob, actor=actor, now=now)
        assert refused.value.detail == {
            "user": ["The person has not agreed to the offering's terms of service."]
        }
    consents.accept(resource.offering, user=bob, actor=bob, now=now)
    opened = accounts.create(offering=resource.offering, user=bob, actor=carol, now=now)
    assert opened.state == "Requested"


def test_who_is_in_no_project_is_let_go_whether_they_agreed_or_not(
    resource: Resource, now: datetime
) -> None:
    stranger = UserFactory()
    account = OfferingUserFactory(offering=resource.offering, user=stranger)
    assert reconcile(stranger, resource.offering, now) == ("Requested deletion", "", False)
    account.refresh_from_db()
    assert account.state == "Requested deletion"
