"""Terms of service and consents: who sees them, and until when an older consent holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from common.audience import sees_everything
from common.rows import rows_of
from identity import access
from identity.permissions import Permission
from marketplace.contributions import contributions
from marketplace.querysets.sides import provider_side

NAMES = ArrayField(CharField(max_length=60))
PERSON = ("email", "full_name", "username")
"""What a consent tells of the person; also what a provider sees that has not chosen."""


def deadline() -> Any:
    """Return the column of terms with the moment from which they need a consent of their own."""
    since = Coalesce(F("in_force_since"), F("created"))
    grace = F("grace_period_days") * Value(timedelta(days=1))
    return ExpressionWrapper(since + grace, output_field=DateTimeField())


def names(attributes: Any) -> Value:
    """Return a column of names."""
    return Value(sorted(attributes), output_field=NAMES)


def collected() -> Func:
    """Return the column of the names of what an offering's provider sees of who agreed."""
    return Func(
        Coalesce(contributions().exposed_attributes(), names(PERSON)),
        names(settings.EXPOSABLE_ATTRIBUTES),
        template="ARRAY(SELECT unnest(%(expressions)s) ORDER BY 1)",
        arg_joiner=") INTERSECT SELECT unnest(",
        output_field=NAMES,
    )


class TermsOfServiceQuerySet(QuerySet[Any]):
    """Versions of offerings' terms."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the offerings that the user finds or provides, or has an allocation of."""
        if not user.is_authenticated:
            return self.none()
        if sees_everything(user):
            return self
        offerings = rows_of("marketplace.Offering").with_terms_for(user)
        return self.filter(offering__in=offerings.values("pk"))

    def with_deadline_before(self, now: Any) -> Self:
        """Keep those in force that no consent to another version is enough for any more."""
        return self.annotate(deadline=deadline()).filter(
            is_active=True, requires_reconsent=True, deadline__lte=now
        )

    def for_api(self, user: Any) -> Self:
        """Add the user's latest consent to the offering's terms, whichever version it is for."""
        consents = rows_of("marketplace.Consent").filter(access.own(user, "user"))
        mine = consents.filter(offering=OuterRef("offering"))
        latest = mine.order_by("-agreement_date", "-pk")
        return self.annotate(
            has_user_consent=Exists(mine.filter(revocation_date__isnull=True)),
            consent_uuid=Subquery(latest.values("uuid")[:1]),
            consent_version=Subquery(latest.values("version")[:1]),
            consent_date=Subquery(latest.values("agreement_date")[:1]),
            consent_revoked=Subquery(latest.values("revocation_date")[:1]),
        )


class ConsentQuerySet(QuerySet[Any]):
    """Consents, in force and taken back."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own and those to the terms of what the user helps to provide.

        An identity manager also sees those of the people whom the manager's sources know.
        """
        if not user.is_authenticated:
            return self.none()
        provided = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
        if provided is None:
            return self
        theirs = access.told_of(user, person="user__") or Q(pk__in=[])
        return self.filter(provided | access.own(user, "user") | theirs)

    def in_force(self) -> Self:
        """Keep those that were not taken back."""
        return self.filter(revocation_date__isnull=True)

    def outdated(self) -> Self:
        """Keep those in force to another version than the one that asks for consent again."""
        asking = rows_of("marketplace.TermsOfService").filter(
            offering=OuterRef("offering"), is_active=True, requires_reconsent=True
        )
        return self.in_force().filter(Exists(asking.exclude(version=OuterRef("version"))))

    def late(self, now: Any) -> Self:
        """Keep those in force that the terms no longer let hold: the days of grace are over."""
        asking = rows_of("marketplace.TermsOfService").with_deadline_before(now)
        late = asking.filter(offering=OuterRef("offering")).exclude(version=OuterRef("version"))
        return self.in_force().filter(Exists(late))

    def for_api(self, user: Any) -> Self:
        """Add whether terms ask again, and what the provider, and `user`, see of the person."""
        outdated = rows_of("marketplace.Consent").outdated()
        shown: Any = names(PERSON)
        if not sees_everything(user):
            shown = Case(
                When(user=user.pk, then=shown),
                When(revocation_date__isnull=True, then=collected()),
                default=names(()),
                output_field=NAMES,
            )
        return self.annotate(
            requires_reconsent=Exists(outdated.filter(pk=OuterRef("pk"))),
            collected_attributes=collected(),
            shown_of_person=shown,
        )
