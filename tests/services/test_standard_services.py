"""What every noun with standard services does: each that is declared is tried, with its events."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.db.models import (
    CASCADE,
    PROTECT,
    RESTRICT,
    BaseConstraint,
    CheckConstraint,
    Model,
    Q,
    UniqueConstraint,
)

from common import storing
from identity.models import Event, EventSubject
from identity.services.standard import StandardServices
from tests.admin.rows import MAKERS, makers_of_factories
from tests.cases import each
from tests.rooms import APPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from identity.models import User

    Services = StandardServices[Any]

pytestmark = pytest.mark.django_db

DJANGO_S = BaseConstraint.default_violation_error_message
OF_THE_ROW_ITSELF = {"id", "uuid", "created", "modified"}


def declared() -> Iterator[tuple[str, Services]]:
    """Yield all standard services of the apps, with where they are."""
    for app in APPS:
        package = import_module(f"{app}.services")
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in vars(import_module(found.name)).items():
                if isinstance(value, StandardServices):
                    yield f"{found.name}.{name}", value


STANDARD = dict(declared())
every_noun = each("services", STANDARD.values(), ids=lambda one: one.model._meta.label)


class Unique(NamedTuple):
    """Columns whose values together are there once, in the order of their declaration."""

    services: Services
    columns: tuple[str, ...]


class Referred(NamedTuple):
    """A model whose rows keep a row from being removed, and the column that refers to it."""

    services: Services
    model: type[Model]
    column: str


def uniques(services: Services) -> Iterator[Unique]:
    meta = services.model._meta
    for field in meta.concrete_fields:
        if field.unique and field.name not in OF_THE_ROW_ITSELF:
            yield Unique(services, (field.name,))
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            yield Unique(services, tuple(constraint.fields))


def referring(services: Services) -> Iterator[Referred]:
    for relation in services.model._meta.related_objects:
        if relation.on_delete in {PROTECT, RESTRICT}:
            yield Referred(services, relation.related_model, relation.field.name)


UNIQUES = [found for services in STANDARD.values() for found in uniques(services)]
REFERRED = [found for services in STANDARD.values() for found in referring(services)]


def columns_of(row: Model) -> dict[str, Any]:
    """Return what a service is told of a row."""
    fields = row._meta.concrete_fields
    return {f.name: getattr(row, f.name) for f in fields if f.name not in OF_THE_ROW_ITSELF}


def values_of_a_new(model: type[EventSubject]) -> dict[str, Any]:
    """Return the columns of a row that is not there, but what it refers to is."""
    row = MAKERS[model]()
    row.delete()
    return columns_of(row)


def told() -> list[tuple[str, Any, Any, str, Any]]:
    """Return what was recorded: of which row, by whom, its name, and what else."""
    return [
        (event.kind, event.subject_uuid, event.actor, event.message, event.payload)
        for event in Event.objects.order_by("pk")
    ]


def test_there_are_such_nouns() -> None:
    assert {"identity.services.science.domains", "marketplace.services.categories.categories"} <= {
        *STANDARD
    }
    assert UNIQUES
    assert REFERRED


@every_noun
def test_a_row_is_made(services: Services, dave: User, now: datetime) -> None:
    wanted = values_of_a_new(services.model)
    made = services.create(**wanted, actor=dave, now=now)

    (row,) = services.model._base_manager.filter(uuid=made.uuid)
    assert columns_of(row) == wanted
    assert getattr(row, "created", now) == now
    assert told() == [(services.created.name, row.uuid, dave, str(row), {})]


@every_noun
def test_a_row_is_changed_once(services: Services, dave: User, now: datetime) -> None:
    wanted, row = values_of_a_new(services.model), MAKERS[services.model]()
    before = columns_of(row)
    names = sorted(name for name, value in wanted.items() if before[name] != value)
    assert names

    for _ in range(2):  # what is so already is no change, whatever copy of the row is brought
        changed = services.change(row, **wanted, actor=dave, now=now)
        row.refresh_from_db()
        assert columns_of(row) == columns_of(changed) == wanted
        assert getattr(row, "modified", now) == now
        payload = {services.changed_as: names}
        assert told() == [(services.updated.name, row.uuid, dave, str(row), payload)]


@every_noun
def test_a_row_is_removed_once_and_changed_no_more(
    services: Services, dave: User, now: datetime
) -> None:
    wanted, row = values_of_a_new(services.model), MAKERS[services.model]()
    late = services.model._base_manager.get(pk=row.pk)

    services.remove(row, actor=dave, now=now)

    assert not services.model._base_manager.filter(pk=late.pk).exists()
    once: list[Any] = [(services.removed.name, late.uuid, dave, str(late), {})]
    assert told() == once
    for again in (
        lambda: services.remove(late, actor=dave, now=now),
        lambda: services.change(late, **wanted, actor=dave, now=now),
    ):
        with pytest.raises(services.gone) as refusal:
            again()
        assert refusal.value.detail == f"This {services.name} was removed."
    assert told() == once


@each("unique", UNIQUES, ids=lambda one: (one.services.model._meta.label, one.columns))
def test_what_is_there_once_is_refused_under_the_name_of_its_column(
    unique: Unique, dave: User, now: datetime
) -> None:
    services, columns = unique
    free, known, other = values_of_a_new(services.model), *(MAKERS[services.model]() for _ in "ab")
    taken = {name: getattr(known, name) for name in columns}
    before = columns_of(other)

    for action in (
        lambda: services.create(**{**free, **taken}, actor=dave, now=now),
        lambda: services.change(other, **taken, actor=dave, now=now),
    ):
        with pytest.raises(storing.NotUnique) as refusal:
            action()
        detail: Any = refusal.value.detail
        ((column, (sentence,)),) = detail.items()
        assert column == columns[-1]
        assert sentence.endswith(".")
        assert "“" not in sentence  # Django's own, with the constraint's name in quotes
    other.refresh_from_db()
    assert columns_of(other) == before
    assert told() == []


@each("referred", REFERRED, ids=lambda one: (one.services.model._meta.label, one.column))
def test_what_others_refer_to_stays(referred: Referred, dave: User, now: datetime) -> None:
    services, model, column = referred
    row = MAKERS[services.model]()
    makers: dict[Any, Callable[..., Any]] = makers_of_factories()
    makers[model](**{column: row})

    with pytest.raises(services.in_use) as refusal:
        services.remove(row, actor=dave, now=now)
    plural = str(model._meta.verbose_name_plural)
    assert refusal.value.detail == services.in_use_says.format(what=plural, row=row)
    assert services.model._base_manager.filter(pk=row.pk).exists()
    assert told() == []


def test_nothing_that_has_events_goes_with_such_a_row_without_one() -> None:
    unsaid = [
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for services in STANDARD.values()
        for relation in services.model._meta.related_objects
        if relation.on_delete is CASCADE and issubclass(relation.related_model, EventSubject)
    ]
    assert unsaid == []


def test_what_constraints_of_such_a_noun_refuse_can_be_said_of_a_column() -> None:
    """A check needs a sentence, and both the name of a column: an expression has none."""
    wordless = []
    for services in STANDARD.values():
        for constraint in services.model._meta.constraints:
            is_said = constraint.violation_error_message != DJANGO_S
            if isinstance(constraint, CheckConstraint):
                found = is_said and isinstance(constraint.condition, Q)
            else:
                found = isinstance(constraint, UniqueConstraint) and bool(constraint.fields)
            wordless += [] if found else [constraint.name]
    assert wordless == []
