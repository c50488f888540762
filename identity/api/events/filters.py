"""Query parameters of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError

from common.api.filters import (
    ApiFilterSet,
    Contains,
    Never,
    Number,
    OneUuid,
    Ordering,
    Texts,
    Url,
)
from common.times import OutOfRange, from_epoch
from identity.event_types import kinds_in, kinds_named
from identity.models import Event

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID


class EventFilter(ApiFilterSet):
    """Events by what happened to what, when, and who did it."""

    class Meta:
        model = Event

    auth_method = Never("how somebody was authenticated is not recorded")
    created_from = Number(method="filter_from", reads=("created",))
    created_to = Number(method="filter_to", reads=("created",))
    customer_uuid = OneUuid(method="filter_customer", reads=("customer__uuid", "provider__uuid"))
    event_type = Texts(method="filter_type", reads=("kind",))
    feature = Texts(method="filter_feature", reads=("kind", "subject_type"))
    message = Contains("message")
    pat_uuid = Never("personal access tokens are not served")
    project_uuid = OneUuid("project__uuid")
    related_user_uuid = OneUuid(
        method="filter_related_user", reads=("actor__uuid", "subject_uuid", "payload")
    )
    scope = Url(
        method="filter_scope",
        reads=(
            "subject_uuid",
            "resource_uuid",
            "project__uuid",
            "customer__uuid",
            "provider__uuid",
        ),
    )
    user_uuid = OneUuid("actor__uuid")
    o = Ordering({"created": "created"})

    def filter_type(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Keep some kinds of events, each by Waldur's name or by ours."""
        return rows.filter(kind__in={kind for word in value for kind in kinds_named(word)})

    def filter_feature(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Keep groups of events as Waldur has them, and what happened to some sort of object."""
        kinds = {kind for word in value for kind in kinds_in(word)}
        return rows.filter(Q(kind__in=kinds) | Q(subject_type__in=value))

    def filter_from(self, rows: QuerySet[Any], name: str, value: Decimal) -> QuerySet[Any]:
        """Keep what happened at or after a time, in seconds since 1970."""
        return rows.filter(created__gte=moment(name, value))

    def filter_to(self, rows: QuerySet[Any], name: str, value: Decimal) -> QuerySet[Any]:
        """Keep what happened at or before a time, in seconds since 1970."""
        return rows.filter(created__lte=moment(name, value))

    def filter_customer(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep what happened on either side of an organisation."""
        return rows.filter(Q(customer__uuid=value) | Q(provider__uuid=value))

    def filter_related_user(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep what a person did, and what happened to them."""
        return rows.filter(
            Q(actor__uuid=value) | Q(subject_uuid=value) | Q(payload__user_uuid=value.hex)
        )

    def filter_scope(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep what happened to an object or to something that belongs to it."""
        return rows.filter(
            Q(subject_uuid=value)
            | Q(resource_uuid=value)
            | Q(project__uuid=value)
            | Q(customer__uuid=value)
            | Q(provider__uuid=value)
        )


def moment(parameter: str, seconds: Decimal) -> datetime:
    """Return a time given in seconds since 1970.

    :raises ValidationError: when there is no such time.
    """
    try:
        return from_epoch(float(seconds))
    except OutOfRange as error:
        raise ValidationError({parameter: ["Enter a valid timestamp."]}) from error
