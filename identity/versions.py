"""Keeping what rows were: which columns of which nouns, written with the event of each change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from identity.models import Customer, Project, RowVersion, SshKey, User

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.models import Event, EventSubject

NEVER_KEPT = frozenset(
    {
        *("id", "modified", "password", "last_login", "session_generation", "attribute_sources"),
        *("username_key", "first_name_key", "last_name_key", "name_key"),
        *("marketplace_resource_count", "resources_count", "termination_metadata"),
    }
)
"""Columns that are secrets, are derived from others, or change without anybody changing the row."""


def _columns(model: Any, *paths: str) -> tuple[str, ...]:
    """Return the plain columns of a model that are kept, and paths to what its keys lead to."""
    plain = [c.name for c in model._meta.concrete_fields if not c.is_relation]
    return (*(name for name in plain if name not in NEVER_KEPT), *paths)


KEPT: Mapping[type[EventSubject], tuple[str, ...]] = {
    Customer: _columns(Customer),
    Project: _columns(
        Project, "customer__uuid", "science_sub_domain__uuid", "end_date_requested_by__uuid"
    ),
    SshKey: _columns(SshKey, "user__uuid"),
    User: _columns(User),
}
"""Of which nouns versions are kept, and what of each."""


def keep(subject: EventSubject, event: Event, *, now: datetime) -> None:
    """Keep what a row is now, if versions of it are kept and it differs from the latest."""
    if (data := data_of(subject)) is None:
        return
    latest = RowVersion.objects.filter(subject_uuid=subject.uuid).order_by("-pk").first()
    if latest is None or latest.data != data:
        RowVersion.objects.create(
            subject_type=event.subject_type,
            subject_uuid=subject.uuid,
            event=event,
            created=now,
            data=data,
        )


def data_of(subject: EventSubject) -> Any:
    """Return what is kept of a row as it stands in the database; None where nothing is."""
    columns = KEPT.get(type(subject))
    if columns is None:
        return None
    found = type(subject)._base_manager.filter(pk=subject.pk).values(*columns).first()
    if found is None:
        return None
    data = {path.replace("__", "_"): value for path, value in found.items()}
    return json.loads(json.dumps(data, cls=DjangoJSONEncoder))  # as it compares with what is stored


def forget(*subjects: EventSubject) -> None:
    """Forget what rows were."""
    RowVersion.objects.filter(subject_uuid__in=[subject.uuid for subject in subjects]).delete()
