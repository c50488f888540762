"""The staff's pages of nouns with standard services: a row is added, changed and removed there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.db.models import Model

from identity.models import Event
from tests.admin.pages import address, change, do
from tests.admin.rows import MAKERS
from tests.cases import each
from tests.services.test_standard_services import (
    STANDARD,
    UNIQUES,
    columns_of,
    values_of_a_new,
)

if TYPE_CHECKING:
    from django.test import Client

    from identity.models import User
    from identity.services.standard import StandardServices
    from tests.services.test_standard_services import Unique

pytestmark = pytest.mark.django_db

every_noun = each("services", STANDARD.values(), ids=lambda one: one.model._meta.label)


def filled_in(name: str, value: Any) -> dict[str, str]:
    """Return what a browser sends of a field; an unchecked box is not sent."""
    if isinstance(value, Model):
        return {name: str(value.pk)}
    if value is None or value is False:
        return {}
    return {name: value.isoformat() if isinstance(value, date) else str(value)}


def form_of(columns: dict[str, Any]) -> dict[str, str]:
    return {key: text for name in columns for key, text in filled_in(name, columns[name]).items()}


def keys_of(model: type[Model]) -> set[int]:
    return set(model._base_manager.values_list("pk", flat=True))


@every_noun
def test_staff_add_change_and_remove_a_row(
    services: StandardServices[Any], staff: Client, dave: User
) -> None:
    wanted = values_of_a_new(services.model)
    pages: Any = admin.site.get_model_admin(services.model)
    assert set(pages.asked) == set(pages.editable) == set(wanted)

    before = keys_of(services.model)
    staff.post(address(services.model, "add"), form_of(wanted))
    (row,) = services.model._base_manager.exclude(pk__in=before)
    assert columns_of(row) == wanted

    other = values_of_a_new(services.model)
    change(staff, row, **form_of(other))
    row.refresh_from_db()
    assert columns_of(row) == other

    do(staff, "remove", row, reason="It is not needed.")
    assert not services.model._base_manager.filter(pk=row.pk).exists()
    kinds = (services.created, services.updated, services.removed)
    told = Event.objects.filter(subject_uuid=row.uuid).order_by("pk")
    assert [(event.kind, event.actor) for event in told] == [(kind.name, dave) for kind in kinds]
    assert told[2].payload == {"reason": "It is not needed."}


@each("unique", UNIQUES, ids=lambda one: (one.services.model._meta.label, one.columns))
def test_what_is_taken_is_said_on_the_page(unique: Unique, staff: Client) -> None:
    model = unique.services.model
    free, known = values_of_a_new(model), MAKERS[model]()
    before = keys_of(model)
    taken = {name: getattr(known, name) for name in unique.columns}

    answer = staff.post(address(model, "add"), form_of({**free, **taken}))

    assert answer.context["adminform"].form.errors
    assert keys_of(model) == before
