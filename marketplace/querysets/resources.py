"""Which resources a person may see, and in which shape the API reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import (
    Case,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least, Now

from common.rows import rows_of
from common.stored import LATEST
from common.times import MOST_DAYS
from identity.models import Grant, Project
from identity.permissions import Permission
from identity.roles import ScopeType
from marketplace.contributions import contributions
from marketplace.lifecycle import (
    OPEN,
    ResourceState,
)
from marketplace.querysets.sides import (
    FALSE,
    TRUE,
    consumed_or_provided,
    consumer_side,
    provider_side,
    readable_by_provider,
)

if TYPE_CHECKING:
    from datetime import date


class ResourceQuerySet(QuerySet[Any]):
    """Resources, from the consumer's side and from the provider's."""

    def visible_to(self, user: Any) -> Self:
        """Keep the resources of the user's projects and of the offerings that they provide."""
        return consumed_or_provided(self, user, project="project", offering="offering")

    def consumed_by(self, user: Any) -> Self:
        """Keep the resources of the user's projects."""
        condition = consumer_side(user, Permission.VIEW_RESOURCE)
        return self if condition is None else self.filter(condition)

    def of_member(self, user: Any) -> Self:
        """Keep the same, and those of projects where the user, with no token, once had a role."""
        condition = consumer_side(user, Permission.VIEW_RESOURCE)
        if condition is None:
            return self
        if user.is_limited:
            return self.filter(condition)
        once = Grant.objects.filter(user=user, scope_type=ScopeType.PROJECT)
        return self.filter(condition | Q(project__in=once.values("project")))

    def provided_by(self, user: Any) -> Self:
        """Keep the resources of the offerings that the user helps to provide."""
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
        return self if condition is None else self.filter(condition)

    def ended(self, today: date) -> Self:
        """Keep the live ones whose own end has come, or whose project's is over with its grace."""
        return self.filter(
            Q(end_date__lte=today) | Q(project__in=self._ended_projects(today)),
            state__in=(ResourceState.CREATING, ResourceState.OK, ResourceState.ERRED),
        )

    def _ended_projects(self, today: date) -> Any:
        """Return the ended projects: on their day, or the day after their last day of grace."""
        # However many days stand in a row: a day that no calendar has stops everybody's end.
        days = Coalesce("grace_period_days", "customer__grace_period_days", 0)
        grace = Least(days, Value(MOST_DAYS))
        end = Least(F("end_date"), Value(LATEST.date()))
        last = ExpressionWrapper(end + grace, output_field=DateField())
        return (
            Project.objects.filter(end_date__isnull=False)
            .alias(grace=grace, last=last)
            .filter(Q(last__lt=today) | Q(end_date__lte=today, grace__lte=0))
        )

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of a resource beside its own columns."""
        return self.annotate(
            today=Cast(Now(), DateField()),
            can_terminate=Case(When(self._terminable_by(user), then=TRUE), default=FALSE),
            readable_traceback=readable_by_provider(user, "error_traceback"),
            provider_account_options=F("offering__customer__service_provider__account_options"),
            username=contributions().username(user),
            user_requires_reconsent=Exists(self._terms_to_accept_again(user)),
            has_api_keys=contributions().has_api_keys(),
        )

    def _terminable_by(self, user: Any) -> Q:
        """Return the condition that the user could order a resource's end now."""
        orders = rows_of("marketplace.Order").filter(
            resource=OuterRef("pk"), state__in=sorted(OPEN)
        )
        could = Q(~Exists(orders), state__in=(ResourceState.OK, ResourceState.ERRED))
        consumer = consumer_side(user, Permission.TERMINATE_RESOURCE)
        if consumer is None:
            return could
        provider = provider_side(user, Permission.TERMINATE_RESOURCE)
        return could if provider is None else could & (consumer | provider)

    def _terms_to_accept_again(self, user: Any) -> QuerySet[Any]:
        """Return the terms in force that the user accepted in an older version only."""
        consents = rows_of("marketplace.Consent").filter(
            offering=OuterRef("offering"), user=user, revocation_date__isnull=True
        )
        terms: QuerySet[Any] = rows_of("marketplace.TermsOfService").filter(
            Exists(consents.exclude(version=OuterRef("version"))),
            offering=OuterRef("offering"),
            is_active=True,
            requires_reconsent=True,
        )
        return terms
