"""Rows of the access plane."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from allocations.lifecycle import EntitlementState
from allocations.models import AccessComparison, EntitledPerson, Entitlement, SiteAccess
from tests.factories.identity import UserFactory
from tests.factories.marketplace import HpcOfferingFactory


class EntitledPersonFactory(DjangoModelFactory[EntitledPerson]):
    """Somebody whose entitlements are to be seen to."""

    class Meta:
        model = EntitledPerson

    user = factory.SubFactory(UserFactory)
    cuid = factory.Sequence(lambda n: f"person{n}@myaccessid.org")
    next_attempt_at = factory.LazyFunction(timezone.now)


class EntitlementFactory(DjangoModelFactory[Entitlement]):
    """An entitlement that is to be put."""

    class Meta:
        model = Entitlement

    person = factory.SubFactory(EntitledPersonFactory)
    value = factory.Sequence(lambda n: f"urn:geant:example.org:res:login:user{n}:act:ssh")
    state = EntitlementState.WANTED.value
    since = factory.LazyFunction(timezone.now)


class AccessComparisonFactory(DjangoModelFactory[AccessComparison]):
    """A comparison that is over, and found nothing."""

    class Meta:
        model = AccessComparison

    begun = factory.LazyFunction(timezone.now)
    finished = factory.LazyFunction(timezone.now)
    next_attempt_at = factory.LazyFunction(timezone.now)


class SiteAccessFactory(DjangoModelFactory[SiteAccess]):
    """Somebody who may log in at an offering's site."""

    class Meta:
        model = SiteAccess

    offering = factory.SubFactory(HpcOfferingFactory)
    user = factory.SubFactory(UserFactory)
    cuid = factory.Sequence(lambda n: f"person{n}@myaccessid.org")
    since = factory.LazyFunction(timezone.now)
