"""What of the catalogue, of orders and of resources a person may see."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Now, NullIf

from identity import access
from identity.permissions import Permission
from identity.querysets import count_of
from marketplace.components import OfferingType
from marketplace.lifecycle import (
    OPEN,
    WAITING,
    OfferingState,
    OrderState,
    OrderType,
    ResourceState,
)

if TYPE_CHECKING:
    from datetime import date

Rows = TypeVar("Rows", bound=QuerySet[Any])
ORDERABLE = (OfferingState.ACTIVE, OfferingState.PAUSED)
TRUE, FALSE = Value(value=True), Value(value=False)
OF_USER = ("user_has_consent", "user_has_offering_user")


def rows_of(rows: QuerySet[Any], relation: str) -> Any:
    """Return the rows of a relation that leads to the given ones, by the relation's name."""
    return rows.model._meta.get_field(relation).related_model._default_manager.all()


def consumer_side(user: Any, permission: Permission, *, project: str = "project") -> Q | None:
    """Return the condition that a row's project is within the user's reach; None is no limit."""
    within = access.reach(user, permission)
    if within.everywhere:
        return None
    return Q(**{f"{project}__in": within.projects}) | Q(
        **{f"{project}__customer__in": within.customers}
    )


def provider_side(user: Any, permission: Permission, *, offering: str = "offering") -> Q | None:
    """Return the condition that a row's offering is within the user's reach; None is no limit."""
    within = access.reach(user, permission)
    if within.everywhere:
        return None
    return Q(**{f"{offering}__in": within.offerings}) | Q(
        **{f"{offering}__customer__in": within.customers}
    )


def readable_by_provider(user: Any, column: str) -> Case:
    """Return a column for those on the provider's side, and for support; null for the others."""
    condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
    if condition is None:
        condition = Q(pk__isnull=False)
    return Case(When(condition, then=F(column)), default=Value(None), output_field=TextField())


class CategoryQuerySet(QuerySet[Any]):
    """Shelves: everyone sees them."""

    def visible_to(self, user: Any) -> Self:
        """Keep all."""
        return self

    def for_api(self, user: Any) -> Self:
        """Add how many offerings are listed in each, and how many of them for the user."""
        listed = rows_of(self, "offerings").filter(category=OuterRef("pk"), state__in=ORDERABLE)
        return self.annotate(
            offering_count=count_of(listed, "category"),
            available_offerings_count=count_of(listed.orderable_by(user), "category"),
        )


class ServiceProviderQuerySet(QuerySet[Any]):
    """Providers: everyone sees them."""

    def visible_to(self, user: Any) -> Self:
        """Keep all."""
        return self

    def for_api(self, user: Any) -> Self:
        """Add how many of each one's offerings are listed."""
        customers = self.model._meta.get_field("customer").related_model.objects.all()
        listed = rows_of(customers, "offerings").filter(state__in=ORDERABLE)
        return self.annotate(
            offering_count=count_of(listed.filter(customer=OuterRef("customer")), "customer")
        )


class OfferingQuerySet(QuerySet[Any]):
    """Offerings, from the consumer's side and from the provider's."""

    def visible_to(self, user: Any) -> Self:
        """Keep what the user may order from or provides."""
        return self.filter(
            Q(pk__in=self.model.objects.orderable_by(user).values("pk"))
            | Q(pk__in=self.model.objects.provided_by(user).values("pk"))
        )

    def orderable_by(self, user: Any) -> Self:
        """Keep what the public catalogue shows to the user (who may be anonymous)."""
        listed = self.filter(state__in=ORDERABLE)
        within = access.reach(user, Permission.VIEW_CUSTOMER)
        if within.everywhere:
            return listed
        customers = (
            user.grants.filter(access.in_force()).values("customer")
            if (user.is_authenticated)
            else ()
        )
        return listed.open_to(customers)

    def provided_by(self, user: Any) -> Self:
        """Keep what the user helps to provide, in any state."""
        within = access.reach(user, Permission.VIEW_PROVIDER_SIDE)
        if within.everywhere:
            return self
        return self.filter(Q(pk__in=within.offerings) | Q(customer__in=within.customers))

    def open_to(self, customers: Any) -> Self:
        """Keep what the organisations may order from: by their groups, or as their own."""
        groups = self.model._meta.get_field("organization_groups").related_model.objects
        theirs = groups.filter(customers__in=customers)
        allowed = self.model.objects.filter(
            Q(shared=True, organization_groups__isnull=True)
            | Q(shared=True, organization_groups__in=theirs)
            | Q(customer__in=customers)
        )
        return self.filter(pk__in=allowed.values("pk"))

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of an offering beside its own columns."""
        mine = OuterRef("pk")
        resources = rows_of(self, "resources").exclude(state=ResourceState.TERMINATED)
        customers = resources.filter(offering=mine).order_by().values("offering")
        return self.annotate(
            order_count=count_of(rows_of(self, "orders").filter(offering=mine), "offering"),
            total_customers=Coalesce(
                Subquery(
                    customers.annotate(n=Count("project__customer", distinct=True)).values("n"),
                    output_field=IntegerField(),
                ),
                0,
            ),
            total_cost_estimated=Coalesce(
                Subquery(customers.annotate(sum=Sum("cost")).values("sum")), Decimal(0)
            ),
            provider_account_options=F("customer__service_provider__account_options"),
            is_accessible=Exists(self.model.objects.orderable_by(user).filter(pk=mine)),
            may_update=Case(When(self._updatable_by(user), then=TRUE), default=FALSE),
            **self._of_user(user),
        )

    def _updatable_by(self, user: Any) -> Q:
        within = access.reach(user, Permission.UPDATE_OFFERING)
        if within.everywhere:
            return Q(pk__isnull=False)
        return Q(pk__in=within.offerings) | Q(customer__in=within.customers)

    def _of_user(self, user: Any) -> dict[str, Any]:
        """Return whether the user agreed to the terms, and has an account at the site."""
        if not user.is_authenticated:
            return dict.fromkeys(OF_USER, FALSE)
        mine = {"offering": OuterRef("pk"), "user": user}
        consents = rows_of(self, "consents").filter(revocation_date__isnull=True)
        accounts = rows_of(self, "offering_users").exclude(state="Deleted")
        found = (consents.filter(**mine), accounts.filter(**mine))
        return {name: Exists(rows) for name, rows in zip(OF_USER, found, strict=True)}


class PlanQuerySet(QuerySet[Any]):
    """Plans."""

    def visible_to(self, user: Any) -> Self:
        """Keep the plans of offerings that the user helps to provide."""
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
        return self if condition is None else self.filter(condition)

    def for_api(self, user: Any) -> Self:
        """Add how many allocations are under each."""
        resources = rows_of(self, "resources").exclude(state=ResourceState.TERMINATED)
        return self.annotate(
            resources_count=count_of(resources.filter(plan=OuterRef("pk")), "plan")
        )


class OrderQuerySet(QuerySet[Any]):
    """Orders."""

    def visible_to(self, user: Any) -> Self:
        """Keep the orders of the user's projects and of the offerings that he provides."""
        return both_sides(self, user, project="project", offering="offering")

    def due(self, today: date) -> Self:
        """Keep those that waited for a day that has come: their project's start, or their own."""
        begun = Q(project__start_date__isnull=True) | Q(project__start_date__lte=today)
        dated = Q(start_date__isnull=True) | Q(start_date__lte=today)
        return self.filter(
            Q(begun, state=OrderState.PENDING_PROJECT)
            | Q(dated, state=OrderState.PENDING_START_DATE)
        )

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of an order beside its own columns."""
        stoppable = Q(state=OrderState.EXECUTING, offering__type=OfferingType.BASIC)
        can_stop = Q(state__in=sorted(WAITING)) | (stoppable & ~Q(type=OrderType.TERMINATE))
        return self.annotate(
            can_terminate=Case(When(can_stop, then=TRUE), default=FALSE),
            readable_traceback=readable_by_provider(user, "error_traceback"),
        )


class ResourceQuerySet(QuerySet[Any]):
    """Resources, from the consumer's side and from the provider's."""

    def visible_to(self, user: Any) -> Self:
        """Keep the resources of the user's projects and of the offerings that he provides."""
        return both_sides(self, user, project="project", offering="offering")

    def consumed_by(self, user: Any) -> Self:
        """Keep the resources of the user's projects."""
        condition = consumer_side(user, Permission.VIEW_RESOURCE)
        return self if condition is None else self.filter(condition)

    def provided_by(self, user: Any) -> Self:
        """Keep the resources of the offerings that the user helps to provide."""
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
        return self if condition is None else self.filter(condition)

    def ended(self, today: date) -> Self:
        """Keep the live ones whose own end, or whose project's with its grace, has come."""
        return self.filter(
            Q(end_date__lte=today) | Q(project__in=self._ended_projects(today)),
            state__in=(ResourceState.CREATING, ResourceState.OK, ResourceState.ERRED),
        )

    def _ended_projects(self, today: date) -> Any:
        """Return the projects of which also the days of grace are over."""
        projects = self.model._meta.get_field("project").related_model._base_manager
        grace = Coalesce("grace_period_days", "customer__grace_period_days", 0)
        last = ExpressionWrapper(F("end_date") + grace, output_field=DateField())
        return projects.filter(end_date__isnull=False).alias(last=last).filter(last__lte=today)

    def used_since(self, day: date) -> Self:
        """Keep those for whose months since a day usage was reported."""
        usages = self.model._meta.get_field("component_usages").related_model._base_manager
        used = usages.filter(billing_period__gte=day, usage__gt=0)
        return self.filter(pk__in=used.values("resource"))

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of a resource beside its own columns."""
        return self.annotate(
            today=Cast(Now(), DateField()),
            can_terminate=Case(When(self._terminable_by(user), then=TRUE), default=FALSE),
            readable_traceback=readable_by_provider(user, "error_traceback"),
            username=self._username_of(user),
            user_requires_reconsent=Exists(self._terms_to_accept_again(user)),
        )

    def _terminable_by(self, user: Any) -> Q:
        """Return the condition that the user could order a resource's end now."""
        orders = rows_of(self, "orders").filter(resource=OuterRef("pk"), state__in=sorted(OPEN))
        could = Q(~Exists(orders), state__in=(ResourceState.OK, ResourceState.ERRED))
        consumer = consumer_side(user, Permission.TERMINATE_RESOURCE)
        if consumer is None:
            return could
        provider = provider_side(user, Permission.TERMINATE_RESOURCE)
        return could if provider is None else could & (consumer | provider)

    def _username_of(self, user: Any) -> NullIf:
        """Return the user's name at the resource's site, if it has told one."""
        offerings = self.model._meta.get_field("offering").related_model.objects.all()
        accounts = rows_of(offerings, "offering_users").filter(
            offering=OuterRef("offering"), user=user
        )
        names = accounts.exclude(state="Deleted").values("username")[:1]
        return NullIf(Subquery(names), Value(""))

    def _terms_to_accept_again(self, user: Any) -> QuerySet[Any]:
        """Return the terms in force that the user accepted in an older version only."""
        offerings = self.model._meta.get_field("offering").related_model.objects.all()
        consents = rows_of(offerings, "consents").filter(
            offering=OuterRef("offering"), user=user, revocation_date__isnull=True
        )
        terms: QuerySet[Any] = rows_of(offerings, "terms_of_service").filter(
            Exists(consents.exclude(version=OuterRef("version"))),
            offering=OuterRef("offering"),
            is_active=True,
            requires_reconsent=True,
        )
        return terms


def both_sides(rows: Rows, user: Any, *, project: str, offering: str) -> Rows:
    """Keep the rows that the user may see as a consumer or as a provider."""
    consumer = consumer_side(user, Permission.VIEW_RESOURCE, project=project)
    if consumer is None:
        return rows
    provider = provider_side(user, Permission.VIEW_PROVIDER_SIDE, offering=offering)
    return rows if provider is None else rows.filter(consumer | provider)
