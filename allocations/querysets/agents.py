"""Site agents: whose they are, whether they are alive, and what is done for an offering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    Func,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import JSONObject, Now

from allocations.agents import (
    REMEMBERED_FOR,
    SEEN_WITHIN,
    STALE_AFTER,
    IntegrationState,
    ServiceState,
)
from common.rows import rows_of
from identity import access
from identity.permissions import Permission
from marketplace.querysets import AtProvidedOfferings, provider_side

if TYPE_CHECKING:
    from datetime import datetime

ISO = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
"""The form in which PostgreSQL shall write a moment as the API does."""


def seen_in_time(column: str) -> Q:
    """Return the condition that a row was seen as lately as its type of agent ought to be."""
    condition = Q()
    for agent_type, within in SEEN_WITHIN.items():
        condition |= Q(**{"agent_type": agent_type.value, f"{column}__gte": Now() - within})
    return condition


class OfAgents(AtProvidedOfferings):
    """Agents and what belongs to them, for providers and for who registered them for a source."""

    registrar = "created_by"

    def visible_to(self, user: Any) -> Self:
        """Keep those at offerings that the user helps to provide, or those of the user's own.

        As in Waldur, a manager of an identity source may register an agent at any offering that
        takes orders, and sees that one alone.
        """
        if not access.speaks_for_a_source(user):
            return super().visible_to(user)
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE, offering=self.offering)
        return self if condition is None else self.filter(condition | Q(**{self.registrar: user}))


class AgentIdentityQuerySet(OfAgents):
    """Agents."""

    def orphaned(self) -> Self:
        """Keep those of which no service runs."""
        return self.exclude(pk__in=rows_of("allocations.AgentService").running().values("identity"))


class AgentServiceQuerySet(OfAgents):
    """Services of agents."""

    offering = "identity__offering"
    registrar = "identity__created_by"

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


class AgentProcessorQuerySet(OfAgents):
    """Processors of services of agents."""

    offering = "service__identity__offering"
    registrar = "service__identity__created_by"

    def stale(self) -> Self:
        """Keep those that did not run for a day."""
        return self.filter(last_run__lt=Now() - STALE_AFTER)


class AgentLogQuerySet(OfAgents):
    """Lines of agents' logs."""

    offering = "identity__offering"
    registrar = "identity__created_by"
