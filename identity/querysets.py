"""What identity's rows a person may see, and in which shape the API reads them."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BooleanField,
    CharField,
    Count,
    DateField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, ExtractMonth, ExtractYear, Now

from common.querysets import PublicQuerySet, SharedQuerySet
from common.rows import rows_of
from identity import access, standing
from identity.contributions import contributions
from identity.permissions import MATRIX, Permission
from identity.roles import RoleName, ScopeType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


TOLD = (
    "uuid",
    "sequence",
    "created",
    "kind",
    "message",
    "payload",
    "subject_type",
    "subject_uuid",
    "source",
    "target",
    "resource_uuid",
)
"""The columns of an event that are told outside."""


MANAGING = MATRIX[RoleName.CUSTOMER_MANAGER] | MATRIX[RoleName.OFFERING_MANAGER]
"""What is allowed to those who are in an organization for its offerings alone."""


def count_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """Return the number of `rows` per outer row as a subquery; `by` is the key they share."""
    counted = rows.order_by().values(by).annotate(n=Count("pk", distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class UserQuerySet(QuerySet[Any]):
    """People."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user, and those who share an organisation or a project with the user.

        An identity manager also sees whom the manager's sources know.
        """
        within = access.reach(user, Permission.VIEW_PROJECT)
        if within.everywhere:
            return self.filter(is_removed=False)
        if not user.is_authenticated:
            return self.none()
        colleagues = rows_of("identity.Grant").filter(
            Q(scope_type=ScopeType.CUSTOMER, scope_id__in=within.customers)
            | Q(project__in=within.projects)
            | Q(project__customer__in=within.customers),
            access.in_force(),
        )
        seen = Q(pk=user.pk) | Q(pk__in=colleagues.values("user"))
        return self.filter(seen | (access.told_of(user) or Q(pk__in=[])), is_active=True)

    def for_api(self, user: Any) -> Self:
        """Add whether somebody has a token that works."""
        alive = rows_of("identity.Token").alive(Now()).filter(user=OuterRef("pk"))
        return self.annotate(has_active_session=Exists(alive))


REMEMBERED_FOR = timedelta(days=30)
"""For how long a personal access token is shown to its holder after its end."""

ANY_DIGEST = "the digest of the token"
"""Stands for it among the parameters of the SQL that is kept."""


class TokenQuerySet(QuerySet[Any]):
    """Tokens, which die of not being used for their lifetime."""

    def alive(self, now: datetime | Now) -> Self:
        """Keep those that work."""
        return self.filter(
            Q(lifetime__isnull=True) | Q(last_used__gt=_died_at(now)),
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        )

    def dead(self, now: datetime) -> Self:
        """Keep those that do not; a personal one is remembered for a while after its end."""
        unused = Q(lifetime__isnull=False, last_used__lte=_died_at(now))
        return self.filter(unused | Q(expires_at__lte=now - REMEMBERED_FOR))

    def visible_to(self, user: Any) -> Self:
        """Keep the personal access tokens of the user; staff see everybody's."""
        personal = self.filter(scopes__isnull=False)
        if not user.is_authenticated:
            return self.none()
        return personal if user.is_staff else personal.filter(access.own(user, "user"))

    def for_api(self, user: Any) -> Self:
        """Add whether each works."""
        works = Q(
            expires_at__gt=Now(), user__is_active=True, user__can_use_personal_access_tokens=True
        )
        return self.annotate(is_active=ExpressionWrapper(works, output_field=BooleanField()))

    def with_grants(self, digest: str) -> Any:
        """Return the token with a digest, its user and their grants (`user_grants`), or None.

        Every request asks this, so the SQL is kept: to name the seventy columns anew takes three
        times as long as to find the row.
        """
        tokens: Any = self.model
        sql, params, users = _with_user(tokens)
        with connection.cursor() as cursor:
            cursor.execute(sql, [digest if param == ANY_DIGEST else param for param in params])
            row = cursor.fetchone()
        if row is None:
            return None
        own = len(tokens._meta.concrete_fields)
        token = _instance(tokens, row[:own])
        beside = own + 1 + len(standing.COLUMNS)
        token.user = _instance(users, row[beside:])
        token.user.standing = standing.PersonalStanding(*row[own + 1 : beside])
        token.user_grants = frozenset(
            access.Held(role, custom, scope_type, int(scope_id), int(customer_id))
            for role, custom, scope_type, scope_id, customer_id in row[own]
        )
        return token


@lru_cache(maxsize=1)
def _with_user(tokens: Any) -> tuple[str, tuple[Any, ...], Any]:
    """Return what finds a token with its user and grants: SQL, parameters, the model of users."""
    parts = [Cast(part, TextField()) for part in access.HELD]
    texts = ArrayField(TextField())
    held = Func(*parts, template="ARRAY[%(expressions)s]", output_field=texts)
    grants = rows_of("identity.Grant")
    mine = grants.filter(access.in_force(), user=OuterRef("user")).values_list(held)
    rows = tokens._base_manager.select_related("user").annotate(
        held=ArraySubquery(mine), **standing.columns("user")
    )
    sql, params = rows.filter(digest=ANY_DIGEST).query.sql_with_params()
    return sql, params, get_user_model()


def _instance(model: Any, row: Sequence[Any]) -> Any:
    """Return a model's instance made of a row of its table."""
    fields = model._meta.concrete_fields
    values = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, row, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def _died_at(now: datetime | Now) -> Any:
    """Return the last use at which a token is dead now."""
    second = Value(timedelta(seconds=1), output_field=DurationField())
    lifetime = ExpressionWrapper(F("lifetime") * second, output_field=DurationField())
    moment = now if isinstance(now, Now) else Value(now)
    return ExpressionWrapper(moment - lifetime, output_field=DateTimeField())


class RoleQuerySet(PublicQuerySet):
    """Roles: everyone sees which there are."""

    def for_api(self, user: Any) -> Self:
        """Add, for staff and support, how many hold each."""
        if not (user.is_authenticated and (user.is_staff or user.is_support)):
            return self.annotate(users_count=Value(None, output_field=IntegerField()))
        held = rows_of("identity.Grant").filter(access.not_ended(), role=OuterRef("pk"))
        return self.annotate(users_count=count_of(held, "role"))


class OrganizationGroupQuerySet(SharedQuerySet):
    """Groups of organisations."""

    def for_api(self, user: Any) -> Self:
        """Add how many organisations are in each."""
        present = Q(customers__is_removed=False)
        return self.annotate(customers_count=Count("customers", filter=present))


class CustomerQuerySet(QuerySet[Any]):
    """Organisations."""

    def visible_to(self, user: Any) -> Self:
        """Keep those in which, or in a project of which, the user holds a role."""
        if not user.is_authenticated:
            return self.none()
        if access.reach(user, Permission.VIEW_CUSTOMER).everywhere:
            return self.filter(is_removed=False)
        return self.filter(is_removed=False, pk__in=access.customers_shown(user))

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of an organisation beside its own columns."""
        grants, projects = rows_of("identity.Grant"), rows_of("identity.Project")
        return self.annotate(
            projects_count=count_of(
                projects.filter(customer=OuterRef("pk"), is_removed=False), "customer"
            ),
            users_count=Coalesce(
                Subquery(
                    grants.filter(access.in_force(), customer=OuterRef("pk"))
                    .exclude(scope_type=ScopeType.OFFERING)
                    .order_by()
                    .values("customer")
                    .annotate(n=Count("user", distinct=True))
                    .values("n"),
                    output_field=IntegerField(),
                ),
                0,
            ),
            service_provider_uuid=contributions().provider_uuid(),
            is_service_provider_manager_only=self._only_managed_by(user),
        )

    def _only_managed_by(self, user: Any) -> Q | Value:
        """Return the condition that the user is there for the offerings alone."""
        here: dict[int, bool] = {}
        for grant in access.held(user):
            allowed = grant.permissions
            manages = Permission.VIEW_PROVIDER_SIDE in allowed and allowed <= MANAGING
            here[grant.customer_id] = here.get(grant.customer_id, True) and manages
        managed = [customer for customer, only in here.items() if only]
        return Q(pk__in=managed) if managed else Value(False)


class ProjectQuerySet(QuerySet[Any]):
    """Projects; the removed ones only for those who ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Keep those in which, or in whose organisation, the user may see projects."""
        within = access.reach(user, Permission.VIEW_PROJECT)
        if within.everywhere:
            return self
        return self.filter(Q(pk__in=within.projects) | Q(customer__in=within.customers))

    def present(self) -> Self:
        """Keep what was not removed."""
        return self.filter(is_removed=False)

    def for_api(self, user: Any) -> Self:
        """Add today's date, and the notes of staff for those who may read them."""
        notes = F("staff_notes") if user.is_staff or user.is_support else Value(None)
        return self.annotate(
            today=Cast(Now(), DateField()),
            readable_staff_notes=ExpressionWrapper(notes, output_field=CharField(null=True)),
        )


class ScienceDomainQuerySet(SharedQuerySet):
    """Fields of science."""

    def for_api(self, user: Any) -> Self:
        """Add how many parts each has."""
        parts = rows_of("identity.ScienceSubDomain")
        return self.annotate(
            subdomains_count=count_of(parts.filter(domain=OuterRef("pk")), "domain")
        )


class ScienceSubDomainQuerySet(SharedQuerySet):
    """Parts of fields of science."""

    def for_api(self, user: Any) -> Self:
        """Add how many projects each has."""
        held = rows_of("identity.Project").filter(
            science_sub_domain=OuterRef("pk"), is_removed=False
        )
        return self.annotate(projects_count=count_of(held, "science_sub_domain"))


class GrantQuerySet(QuerySet[Any]):
    """Who holds which role where."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own, and those in organisations, projects and offerings that they see."""
        if access.reach(user, Permission.VIEW_PROJECT).everywhere:
            return self
        if not user.is_authenticated:
            return self.none()
        projects = rows_of("identity.Project").visible_to(user)
        customers = rows_of("identity.Customer").visible_to(user)
        provided = access.reach(user, Permission.VIEW_PROVIDER_SIDE)
        return self.filter(
            access.own(user, "user")
            | Q(scope_type=ScopeType.CUSTOMER, customer__in=customers.values("pk"))
            | Q(scope_type=ScopeType.PROJECT, project__in=projects.values("pk"))
            | Q(scope_type=ScopeType.OFFERING, scope_id__in=provided.offerings)
            | Q(scope_type=ScopeType.OFFERING, customer__in=provided.customers)
        )

    def in_force(self) -> Self:
        """Keep the grants that hold now."""
        return self.filter(access.in_force())

    def on(self, scope_type: ScopeType, scope_id: int) -> Self:
        """Keep the grants in one scope."""
        return self.filter(scope_type=scope_type, scope_id=scope_id)


class SshKeyQuerySet(QuerySet[Any]):
    """Public keys."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own; staff see all, and everyone what is shared."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff or user.is_support:
            return self
        return self.filter(access.own(user, "user") | Q(is_shared=True))


class DataAccessLogQuerySet(QuerySet[Any]):
    """The record of who was shown what of whom."""

    def visible_to(self, user: Any) -> Self:
        """Keep everything for staff and support; others read their own at their own address."""
        return self if access.reach(user, Permission.VIEW_PROJECT).everywhere else self.none()


class EventQuerySet(QuerySet[Any]):
    """The record of what happened."""

    def about(self, row: Any) -> Self:
        """Keep what happened to a row itself, or by way of an order about it."""
        return self.filter(Q(subject_uuid=row.uuid) | Q(resource_uuid=row.uuid))

    def for_form(self) -> Self:
        """Fetch with each event what `identity.event_form` tells of it, and nothing else."""
        sides = ("actor", "customer", "project", "provider")
        named = (
            f"{side}__{column}"
            for side in sides
            for column in ("uuid", "username" if side == "actor" else "name")
        )
        return self.select_related(*sides).only(*TOLD, *sides, *named)

    def by_month(self) -> Any:
        """Return the number of events of each month in which there were any, by its number."""
        months = self.order_by().values(year=ExtractYear("created"), month=ExtractMonth("created"))
        return months.annotate(count=Count("pk")).order_by("year", "month")

    def visible_to(self, user: Any) -> Self:
        """Keep what the user did, and what concerns their organisations, projects and offerings."""
        if not user.is_authenticated:
            return self.none()
        consumer = access.reach(user, Permission.VIEW_RESOURCE)
        if consumer.everywhere:
            return self
        provider = access.reach(user, Permission.VIEW_PROVIDER_SIDE)
        seen = (
            Q(project__in=consumer.projects)
            | Q(customer__in=consumer.customers)
            | Q(provider__in=provider.customers)
            | access.own(user, "actor")
        )
        if not user.is_limited:
            seen |= Q(subject_type="user", subject_uuid=user.uuid)
        if provider.offerings:
            seen |= access.offerings_managed(user, provider.offerings)
        return self.filter(seen)
