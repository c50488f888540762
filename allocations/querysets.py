"""Which accounts and agents a person may see, and what of the people behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject, Now

from allocations.agents import (
    REMEMBERED_FOR,
    SEEN_WITHIN,
    STALE_AFTER,
    IntegrationState,
    ServiceState,
)
from allocations.attributes import ATTRIBUTES, DEFAULT
from identity import access
from identity.permissions import Permission
from marketplace.querysets import provider_side

if TYPE_CHECKING:
    from datetime import datetime

NAMES = ArrayField(CharField(max_length=60))
ISO = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
"""The form in which PostgreSQL shall write a moment as the API does."""


class OfferingUserQuerySet(QuerySet[Any]):
    """Accounts of people at sites."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own accounts and those at offerings that he helps to provide.

        An identity manager sees those of the people whom his sources know as well.
        """
        if not user.is_authenticated:
            return self.none()
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
        if condition is None:
            return self
        theirs = access.told_of(user, person="user__") or Q(pk__in=[])
        return self.filter(condition | Q(user=user) | theirs)

    def with_consent(self) -> Self:
        """Add whether the person agreed to the offering's terms, and whether there are any."""
        offering = self.model._meta.get_field("offering").related_model
        consent = offering._meta.get_field("consents").related_model.objects.filter(
            revocation_date__isnull=True
        )
        consents = consent.filter(offering=OuterRef("offering"), user=OuterRef("user"))
        terms = offering._meta.get_field("terms_of_service").related_model.objects.filter(
            offering=OuterRef("offering"), is_active=True
        )
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

    def for_api(self, user: Any) -> Self:
        """Add consent, and which of the person's attributes `user` gets to see.

        Everyone sees his own, staff see everybody's, a site what its provider chose to be shown.
        """
        everything = Value(list(ATTRIBUTES), output_field=NAMES)
        chosen = Coalesce(
            F("offering__user_attribute_config__exposed_fields"),
            Value(list(DEFAULT), output_field=NAMES),
        )
        sees_all = user.is_staff or user.is_support
        shown = (
            everything
            if sees_all
            else Case(When(user=user.pk, then=everything), default=chosen, output_field=NAMES)
        )
        return self.with_consent().annotate(shown=shown)


class AtProvidedOfferings(QuerySet[Any]):
    """Rows about an offering that concern nobody but those who provide it."""

    offering = "offering"

    def visible_to(self, user: Any) -> Self:
        """Keep those of the offerings that the user helps to provide."""
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE, offering=self.offering)
        return self if condition is None else self.filter(condition)


def seen_in_time(column: str) -> Q:
    """Return the condition that a row was seen as lately as its type of agent ought to be."""
    condition = Q()
    for agent_type, within in SEEN_WITHIN.items():
        condition |= Q(**{"agent_type": agent_type.value, f"{column}__gte": Now() - within})
    return condition


class AgentIdentityQuerySet(AtProvidedOfferings):
    """Agents."""

    def orphaned(self) -> Self:
        """Keep those of which no service runs."""
        services = self.model._meta.get_field("services").related_model.objects
        return self.exclude(pk__in=services.running().values("identity"))


class AgentServiceQuerySet(AtProvidedOfferings):
    """Services of agents."""

    offering = "identity__offering"

    def running(self) -> Self:
        """Keep those that were seen as lately as they ought to be."""
        return self.filter(seen_in_time("last_seen"))

    def stale(self) -> Self:
        """Keep those that nobody has seen for a day."""
        return self.filter(last_seen__lt=Now() - STALE_AFTER)

    def with_state(self) -> Self:
        """Add how each stands."""
        return self.annotate(
            state=Case(
                When(~seen_in_time("last_seen"), then=Value(ServiceState.IDLE.value)),
                When(error="", then=Value(ServiceState.ACTIVE.value)),
                default=Value(ServiceState.ERROR.value),
                output_field=CharField(),
            )
        )

    def integrations(self) -> Self:
        """Keep one for each thing that agents do for an offering: the oldest that does it."""
        older = self._doing_the_same().filter(pk__lt=OuterRef("pk"))
        return self.filter(~Exists(older))

    def integrations_visible_to(self, user: Any) -> Self:
        """Keep those of the offerings that the user helps to provide."""
        return self.visible_to(user).integrations().with_integration()

    def with_integration(self) -> Self:
        """Add when any service last did what each does for its offering, and how that stands."""
        seen = self._doing_the_same().order_by().values("agent_type").annotate(at=Max("last_seen"))
        active, gone = IntegrationState.ACTIVE.value, IntegrationState.DISCONNECTED.value
        return self.annotate(last_request_timestamp=Subquery(seen.values("at"))).annotate(
            status=Case(
                When(seen_in_time("last_request_timestamp"), then=Value(active)),
                default=Value(gone),
                output_field=CharField(),
            )
        )

    def for_api(self, user: Any) -> Self:
        """Add how each stands, by itself and as what is done for its offering."""
        return self.with_state().with_integration()

    def shown(self) -> Any:
        """Return them as their offering shows what is done for it, one JSON object each."""
        in_utc = Func(
            Value("UTC"),
            "last_request_timestamp",
            function="timezone",
            output_field=DateTimeField(),
        )
        written = Func(in_utc, Value(ISO), function="to_char", output_field=CharField())
        return (
            self.integrations()
            .with_integration()
            .order_by("agent_type")
            .values(
                shown=JSONObject(
                    agent_type="agent_type",
                    service_name="name",
                    status="status",
                    last_request_timestamp=written,
                )
            )
        )

    def silent(self, now: datetime) -> Self:
        """Keep what is done for no offering any more, and was not given up long ago."""
        return (
            self.integrations()
            .with_integration()
            .filter(
                status=IntegrationState.DISCONNECTED,
                last_request_timestamp__gte=now - REMEMBERED_FOR,
            )
        )

    def _doing_the_same(self) -> Any:
        return self.model.objects.filter(
            identity__offering=OuterRef("identity__offering"), agent_type=OuterRef("agent_type")
        )


class AgentProcessorQuerySet(AtProvidedOfferings):
    """Processors of services of agents."""

    offering = "service__identity__offering"

    def stale(self) -> Self:
        """Keep those that did not run for a day."""
        return self.filter(last_run__lt=Now() - STALE_AFTER)


class AgentLogQuerySet(AtProvidedOfferings):
    """Lines of agents' logs."""

    offering = "identity__offering"


class EventSubscriptionQuerySet(QuerySet[Any]):
    """Wishes to be told of changes."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own; staff see all."""
        return self.filter(_own(user, "user"))


class EventSubscriptionQueueQuerySet(QuerySet[Any]):
    """Queues of subscriptions."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the user's own subscriptions; staff see all."""
        return self.filter(_own(user, "event_subscription__user"))


def _own(user: Any, owner: str) -> Q:
    """Return the condition that a row is the user's; staff need none."""
    if not user.is_authenticated:
        return Q(pk__in=())
    return Q() if user.is_staff else Q(**{owner: user})


class ProjectAccountQuerySet(QuerySet[Any]):
    """Accounts that belong to projects: of programs, and of courses."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the projects that the user may see."""
        within = access.reach(user, Permission.VIEW_PROJECT)
        if within.everywhere:
            return self
        return self.filter(
            Q(project__in=within.projects) | Q(project__customer__in=within.customers)
        )

    def at(self, resources: Any) -> Self:
        """Keep those of the projects that hold one of the resources."""
        return self.filter(project__in=resources.values("project"))


class CustomerAccountQuerySet(QuerySet[Any]):
    """Accounts that belong to organisations."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the organisations that the user may see with all that belongs to them."""
        within = access.reach(user, Permission.VIEW_CUSTOMER)
        return self if within.everywhere else self.filter(customer__in=within.customers)

    def at(self, resources: Any) -> Self:
        """Keep those of the organisations whose projects hold one of the resources."""
        return self.filter(customer__in=resources.values("project__customer"))
