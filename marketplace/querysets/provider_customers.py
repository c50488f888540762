"""Whom a provider serves: the organisations, projects and people that hold allocations of it.

Each queryset is scoped with `of(offerings)`; without it, it counts the offerings that the caller
helps to provide.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject, Replace, Trim

from common.rows import rows_of
from identity import access
from identity.models import Grant, Project, User
from identity.querysets import count_of
from identity.roles import ScopeType
from marketplace.lifecycle import WAITING, OrderType, ResourceState
from marketplace.querysets.rights import agreed


def uuid_hex(path: str) -> Replace:
    """Return a UUID column as 32 digits."""
    return Replace(Cast(F(path), TextField()), Value("-"), Value(""))


def full_name(prefix: str = "") -> Trim:
    """Return a person's name as people write it."""
    return Trim(
        Concat(f"{prefix}first_name", Value(" "), f"{prefix}last_name", output_field=CharField())
    )


class _AllocationHolders(QuerySet[Any]):
    """What holds live allocations of some offerings; `held_by` leads from an allocation to it."""

    held_by: ClassVar[str]
    offerings: Any = None

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone.offerings = self.offerings
        return clone

    def of(self, offerings: Any) -> Self:
        """Keep those that hold allocations of the offerings, and count these alone."""
        clone = self._clone()
        clone.offerings = offerings
        return clone.filter(self._holding(clone._live()))  # noqa: SLF001 - its own clone

    def _live(self, user: Any = None) -> Any:
        """Return the live allocations of the offerings (of those that the user provides).

        One of which the order still waits is none yet: it shows the provider nobody's keys or
        addresses before somebody agreed to deliver it.
        """
        offerings = self.offerings
        if offerings is None:
            offerings = rows_of("marketplace.Offering").provided_by(user)
        held = rows_of("marketplace.Resource").filter(offering__in=offerings.values("pk"))
        return held.exclude(state=ResourceState.TERMINATED).exclude(_only_asked_for())

    def _holding(self, resources: Any) -> Q:
        return Q(pk__in=resources.values(self.held_by))


class ProviderProjectQuerySet(_AllocationHolders):
    """Projects with allocations."""

    held_by = "project"

    def for_api(self, user: Any) -> Self:
        """Add how many allocations each has, and how many people."""
        live = self._live(user).filter(project=OuterRef("pk"))
        members = Grant.objects.filter(access.in_force(), project=OuterRef("pk"))
        return self.annotate(
            held_count=count_of(live, "project"), users_count=_distinct(members, "project", "user")
        )


class ProviderCustomerQuerySet(_AllocationHolders):
    """Organisations whose projects have allocations."""

    held_by = "project__customer"

    def for_api(self, user: Any) -> Self:
        """Add the projects that have allocations and the people in them, by name."""
        projects = Project.objects.filter(
            customer=OuterRef("pk"), pk__in=self._live(user).values("project")
        )
        members = Grant.objects.filter(
            access.in_force(),
            scope_type=ScopeType.PROJECT,
            customer=OuterRef(OuterRef("pk")),
            project__in=self._live(user).values("project"),
        )
        return self.annotate(
            provider_projects=ArraySubquery(
                projects.order_by("name", "pk").values(
                    row=JSONObject(name="name", uuid=uuid_hex("uuid"))
                )
            ),
            provider_users=ArraySubquery(
                User.objects.filter(pk__in=members.values("user"))
                .alias(has_agreed=agreeing(self._live(user)))
                .order_by("username", "pk")
                .values(
                    row=JSONObject(
                        email=if_agreed(F("email")),
                        full_name=if_agreed(full_name()),
                        uuid=uuid_hex("uuid"),
                    )
                )
            ),
        )


def agreeing(resources: Any) -> Exists:
    """Return whether a person agreed to the terms of an offering of which their projects hold one.

    `resources` are the allocations that count.
    """
    theirs = Grant.objects.filter(
        access.in_force(),
        scope_type=ScopeType.PROJECT,
        project=OuterRef("project"),
        user=OuterRef(OuterRef("pk")),
    )
    return Exists(resources.filter(Exists(theirs), agreed(user=OuterRef("pk"))))


def if_agreed(column: Any) -> Case:
    """Return a column of a person for who they agreed to be told to; an empty text otherwise."""
    return Case(When(has_agreed=True, then=column), default=Value(""), output_field=CharField())


class ProviderPersonQuerySet(_AllocationHolders):
    """People in projects with allocations."""

    def _holding(self, resources: Any) -> Q:
        members = Grant.objects.filter(
            access.in_force(),
            scope_type=ScopeType.PROJECT,
            project__in=resources.values("project"),
        )
        return Q(pk__in=members.values("user"))

    def for_api(self, user: Any) -> Self:
        """Add in how many of the projects each person is."""
        memberships = Grant.objects.filter(
            access.in_force(),
            scope_type=ScopeType.PROJECT,
            user=OuterRef("pk"),
            project__in=self._live(user).values("project"),
        )
        return self.annotate(
            held_in=_distinct(memberships, "user", "project"), has_agreed=self._agreeing(user)
        )

    def agreed(self) -> Self:
        """Keep those who agreed to the terms of one of the offerings, if it has any."""
        return self.filter(self._agreeing(None))

    def _agreeing(self, user: Any) -> Exists:
        return agreeing(self._live(user))


def _only_asked_for() -> Q:
    """Return the condition that the order for a resource waits for somebody to agree."""
    waiting = rows_of("marketplace.Order").filter(
        resource=OuterRef("pk"), type=OrderType.CREATE, state__in=WAITING
    )
    return Q(state=ResourceState.CREATING) & Q(Exists(waiting))


def _distinct(rows: Any, by: str, counted: str) -> Coalesce:
    """Return how many different `counted` the rows have per outer row."""
    found = rows.order_by().values(by).annotate(n=Count(counted, distinct=True)).values("n")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)
