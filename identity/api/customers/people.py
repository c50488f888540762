"""`/api/customers/{uuid}/users/`: an organization's people, with their roles in it and below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from rest_framework import serializers

from common.api.filters import SEEN, Ordering, Texts
from identity.api.users.filters import UserFilter
from identity.models import Grant, Project, User
from identity.roles import ScopeType

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from common.api.reads.caller import Caller
    from identity.models import Customer


SHOWN = frozenset({"email", "first_name", "is_active", "last_name", "username", "uuid"})
"""Columns of people by which everybody may ask who sees the list."""


class ColleagueFilter(UserFilter):
    """People, ordered by their names."""

    o = Ordering({"concatenated_name": ("first_name", "last_name")})


class CustomerUserFilter(ColleagueFilter):
    """People of an organization, by the names of their roles in it, and in its projects."""

    def may_read(self, path: str) -> Q | None:
        """Return the condition on people; what the list does not show it does not tell either.

        Not even of the caller, whose own profile shows it to them; to staff it does.
        """
        user = self.request.user
        if path in SHOWN or user.is_staff or user.is_support:
            return super().may_read(path)
        return Q(pk__in=[])

    organization_role = Texts(method="filter_organization_role", reads=SEEN)
    project_role = Texts(method="filter_project_role", reads=SEEN)

    def filter_organization_role(
        self, rows: QuerySet[Any], name: str, value: list[str]
    ) -> QuerySet[Any]:
        """Keep those with any of the roles in the organization."""
        return self._with(rows, ScopeType.CUSTOMER, value)

    def filter_project_role(
        self, rows: QuerySet[Any], name: str, value: list[str]
    ) -> QuerySet[Any]:
        """Keep those with any of the roles in a project of it."""
        return self._with(rows, ScopeType.PROJECT, value)

    def _with(self, rows: QuerySet[Any], scope: ScopeType, roles: list[str]) -> QuerySet[Any]:
        customer = Q(customer__uuid=self.request.parser_context["kwargs"]["uuid"])
        return self._holding(rows, customer & Q(scope_type=scope, role__name__in=roles))


class NestedProjectPermission(serializers.Serializer[Any]):
    """A role in a project."""

    expiration_time = serializers.DateTimeField(allow_null=True)
    name = serializers.CharField()
    role_name = serializers.CharField()
    url = serializers.CharField()
    uuid = serializers.CharField()


class CustomerUser(serializers.Serializer[Any]):
    """Somebody with a role in an organization or in a project of it."""

    email = serializers.CharField()
    expiration_time = serializers.DateTimeField(allow_null=True)
    full_name = serializers.CharField()
    projects = NestedProjectPermission(many=True)
    role_name = serializers.CharField(allow_null=True)
    url = serializers.CharField()
    username = serializers.CharField()
    uuid = serializers.UUIDField()


def people_of(customer: Customer, *, seen_by: User) -> QuerySet[User]:
    """Return an organization's people as far as somebody sees them.

    Those who are there for an offering alone are its people, and not the organization's.
    """
    held = Grant.objects.in_force().filter(customer=customer).exclude(scope_type=ScopeType.OFFERING)
    people: QuerySet[User] = User.objects.visible_to(seen_by)
    return people.filter(pk__in=held.values("user"))


def with_roles(
    people: Sequence[dict[str, Any]], customer: Customer, caller: Caller, *, only: Collection[str]
) -> list[dict[str, Any]]:
    """Return a page of an organization's people with their roles there and below; one query.

    Where `only` names some of the keys, those are left.
    """
    seen = Project.objects.visible_to(caller.user).values("pk")
    held = Grant.objects.in_force().filter(
        Q(scope_type=ScopeType.CUSTOMER) | Q(scope_type=ScopeType.PROJECT, project__in=seen),
        customer=customer,
        user__uuid__in=[person["uuid"] for person in people],
    )
    roles: dict[str, list[Grant]] = {}
    for grant in held.select_related("user", "role", "project").order_by("pk"):
        roles.setdefault(grant.user.uuid.hex, []).append(grant)
    whole = [
        {**person, **_roles(roles.get(str(person["uuid"]), []), caller.base)} for person in people
    ]
    known = set(CustomerUser().fields)
    asked = known & set(only) or known
    return [{key: one[key] for key in one if key in asked} for one in whole]


def _written(moment: datetime | None) -> str | None:
    written: str | None = serializers.DateTimeField().to_representation(moment) if moment else None
    return written


def _roles(held: Sequence[Grant], base: str) -> dict[str, Any]:
    own = next((grant for grant in held if grant.project is None), None)
    return {
        "role_name": own.role.name if own else None,
        "expiration_time": _written(own.expiration_time) if own else None,
        "projects": [
            {
                "expiration_time": _written(grant.expiration_time),
                "name": grant.project.name,
                "role_name": grant.role.name,
                "url": f"{base}/api/projects/{grant.project.uuid.hex}/",
                "uuid": grant.project.uuid.hex,
            }
            for grant in held
            if grant.project is not None
        ],
    }
