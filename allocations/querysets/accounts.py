"""People's accounts at sites: who sees them, and what of the people behind them."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayContains  # type: ignore[attr-defined]
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from allocations.attributes import ATTRIBUTES, DEFAULT
from allocations.lifecycle import AccountState
from common.audience import Audience, sees_everything
from identity import access
from identity.permissions import Permission
from marketplace.models import Consent, TermsOfService
from marketplace.querysets import provider_side
from marketplace.querysets.rights import agreed, by_right

NAMES = ArrayField(CharField(max_length=60))


EVERYTHING = "*"
"""Stands among the names that are shown to whom nothing is withheld."""


def chosen() -> Any:
    """Return the column of the names of the attributes that an account's provider chose to see."""
    return Coalesce(
        F("offering__user_attribute_config__exposed_fields"),
        Value(list(DEFAULT), output_field=NAMES),
    )


def shown_to_site() -> Any:
    """Return the column of the names of the attributes of an account's person that its site sees.

    Those that its provider chose, of somebody who has the account by right and agreed to the
    terms; of anybody else it knows the user name. The platform's bound is `exposable`.
    """
    granted = Q(is_granted=True) & ~Q(state=AccountState.DELETED)
    right = granted | by_right(offering=OuterRef("offering"), user=OuterRef("user"))
    name_alone = Value(["username"], output_field=NAMES)
    return Case(
        When(right & agreed(), then=chosen()),
        When(Q(ArrayContains(chosen(), name_alone)), then=name_alone),
        default=Value([], output_field=NAMES),
        output_field=NAMES,
    )


def shown_to(user: Any) -> Any:
    """Return the same column as a user sees it: everyone sees their own, staff see everybody's."""
    everything = Value([*ATTRIBUTES, EVERYTHING], output_field=NAMES)
    if sees_everything(user):
        return everything
    own = When(user=user.pk, then=everything)
    return Case(own, default=shown_to_site(), output_field=NAMES)


def exposable(attribute: str) -> bool:
    """Tell whether the platform lets providers see an attribute at all."""
    return attribute in settings.EXPOSABLE_ATTRIBUTES


def shown(attribute: str) -> Audience:
    """Return the audience of an attribute of an account's person: those who see it there."""

    def audience(user: Any, prefix: str) -> Q:
        if not exposable(attribute):
            return Q(user=user.pk)
        named = Value([attribute], output_field=NAMES)
        return Q(ArrayContains(shown_to(user), named))

    return audience


class OfferingUserQuerySet(QuerySet[Any]):
    """Accounts of people at sites."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own accounts and those at offerings that the user helps to provide.

        An identity manager also sees those of the people whom the manager's sources know.
        """
        if not user.is_authenticated:
            return self.none()
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
        if condition is None:
            return self
        theirs = access.told_of(user, person="user__") or Q(pk__in=[])
        return self.filter(condition | access.own(user, "user") | theirs)

    def live(self) -> Self:
        """Keep those that are not deleted."""
        return self.exclude(state=AccountState.DELETED)

    def with_consent(self) -> Self:
        """Add whether the person agreed to the offering's terms, and whether there are any."""
        consent = Consent.objects.filter(revocation_date__isnull=True)
        consents = consent.filter(offering=OuterRef("offering"), user=OuterRef("user"))
        terms = TermsOfService.objects.filter(offering=OuterRef("offering"), is_active=True)
        to_another_version = consent.filter(
            offering=OuterRef("offering"), user=OuterRef(OuterRef("user"))
        ).exclude(version=OuterRef("version"))
        return self.annotate(
            has_consent=Exists(consents),
            consent_uuid=Subquery(consents.values("uuid")[:1]),
            consent_version=Subquery(consents.values("version")[:1]),
            consent_date=Subquery(consents.values("agreement_date")[:1]),
            offering_has_active_tos=Exists(terms),
            requires_reconsent=Exists(
                terms.filter(Exists(to_another_version), requires_reconsent=True)
            ),
        )

    def for_site(self) -> Self:
        """Add which of the person's attributes the account's site gets to see."""
        return self.annotate(shown=shown_to_site())

    def for_api(self, user: Any) -> Self:
        """Add consent, and which of the person's attributes `user` gets to see."""
        return self.with_consent().annotate(shown=shown_to(user))
