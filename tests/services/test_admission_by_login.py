"""Accounts wait for what institutions assure of people, and for how they logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from allocations.services import accounts, admission, membership
from config.wiring import dispatch_events
from identity.oidc.claims import Described
from identity.oidc.providers import Provider
from identity.services import logins
from tests.cases import each
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import LinkedIdentityFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django.fixtures import Settings

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

MEDIUM, HIGH = "https://refeds.org/assurance/IAP/medium", "https://refeds.org/assurance/IAP/high"
MFA, SFA = "https://refeds.org/profile/mfa", "https://refeds.org/profile/sfa"
PROVIDER = Provider("local", "https://login.example.org", "efp")


def stand(user: User, offering: Offering) -> tuple[str, str, bool] | None:
    """Return the account's state, what it waits for, and whether its person is kept out."""
    account = accounts.live(user, offering)
    return None if account is None else (account.state, account.withheld_for, account.is_restricted)


@pytest.fixture
def offering(provider: Customer, project: Project) -> Offering:
    """One that asks for both, of which the project has an allocation."""
    asks: dict[str, Any] = {
        membership.MANAGED: True,
        admission.ASSURANCE: [MEDIUM],
        admission.ACR: [MFA],
    }
    found: Offering = HpcOfferingFactory(customer=provider, plugin_options=asks)
    ResourceFactory(project=project, offering=found)
    return found


def log_in(user: User, *, acr: str, assurance: list[str]) -> None:
    """Have somebody log in by their institution, and the handlers do what comes of it."""
    told = {"eduperson_assurance": assurance}
    person = Described(PROVIDER.issuer, user.username, acr=acr, attributes=told)
    logins.log_in(PROVIDER, person, now=timezone.now())
    dispatch_events()


def test_an_account_comes_with_the_login_that_meets_all_and_is_kept_from_who_does_no_more(
    bob: User, offering: Offering
) -> None:
    LinkedIdentityFactory(user=bob, issuer=PROVIDER.issuer, subject=bob.username)
    log_in(bob, acr=SFA, assurance=[])
    assert stand(bob, offering) is None
    log_in(bob, acr=SFA, assurance=[MEDIUM, HIGH])
    assert stand(bob, offering) is None
    log_in(bob, acr=MFA, assurance=[MEDIUM, HIGH])
    assert stand(bob, offering) == ("Requested", "", False)
    OfferingUserFactory._meta.model.objects.update(state="OK", username="bob")
    log_in(bob, acr=SFA, assurance=[MEDIUM])
    assert stand(bob, offering) == ("OK", "authentication", True)
    log_in(bob, acr=MFA, assurance=[])
    assert stand(bob, offering) == ("OK", "assurance", True)
    log_in(bob, acr=MFA, assurance=[MEDIUM])
    assert stand(bob, offering) == ("OK", "", False)


@each(
    ("own", "platform", "is_met"),
    [
        (None, [], True),
        (None, [HIGH], False),
        (None, [MEDIUM], True),
        ([], [HIGH], True),
        ([HIGH], [], False),
        ([MEDIUM, HIGH], [], False),
        ("high", [HIGH], False),
    ],
)
def test_the_offering_says_what_it_asks_else_the_platform(
    own: Any, platform: list[str], is_met: bool, bob: User, provider: Customer
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.REQUIRED_ASSURANCE", platform)
        bob.eduperson_assurance = [MEDIUM]
        bob.save()
        options = {} if own is None else {admission.ASSURANCE: own}
        asking = HpcOfferingFactory(customer=provider, plugin_options=options)
        assert (admission.unmet(bob, asking) is None) == is_met


def test_a_provider_is_told_why_somebody_gets_no_account(
    bob: User, carol: User, offering: Offering, now: datetime
) -> None:
    def refused() -> Any:
        with pytest.raises(admission.NotAdmitted) as refusal:
            accounts.create(offering=offering, user=bob, username="bob", actor=carol, now=now)
        return refusal.value.detail

    said = "The person's institution does not assure as much of them as is asked."
    assert refused() == {"user": [said]}
    bob.eduperson_assurance = [MEDIUM]
    bob.save()
    assert refused() == {
        "user": ["The person did not log in as is asked, with a second factor, say."]
    }
    LinkedIdentityFactory(user=bob, acr=MFA, last_login=now)
    made = accounts.create(offering=offering, user=bob, username="bob", actor=carol, now=now)
    assert (made.username, made.is_restricted) == ("bob", False)


def test_who_asks_for_nothing_gets_what_a_role_calls_for(
    bob: User, provider: Customer, project: Project, settings: Settings, now: datetime
) -> None:
    plain = HpcOfferingFactory(customer=provider, plugin_options={membership.MANAGED: True})
    ResourceFactory(project=project, offering=plain)
    membership.reconcile(user=bob, offering=plain, now=now)
    assert stand(bob, plain) == ("Requested", "", False)
    settings.REQUIRED_ACR = [MFA]
    membership.reconcile(user=bob, offering=plain, now=now)
    assert stand(bob, plain) is None  # the site had not begun it
