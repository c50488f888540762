"""Bringing one row to what the file says of it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError

from common import names, slugs
from common.times import OutOfRange, day_within, in_utc
from config.presets.loader.faults import Fault, faults_of
from identity.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.presets.loader.sections import Section
    from config.presets.loader.stored_rows import StoredRows

Row = dict[str, Any]


def uuid_of(row: Row, key: str = "uuid") -> UUID:
    """Return the UUID under a key of the row.

    :raises Fault: when there is none.
    """
    if key not in row:
        raise Fault(f"{key} is missing")
    try:
        return UUID(str(row[key]))
    except ValueError as error:
        raise Fault(f"{key}: {row[key]!r} is not a UUID") from error


def referred(stored: StoredRows, model: Any, row: Row, key: str) -> Any:
    """Return the row of another section that this one refers to.

    :raises Fault: when there is no such row.
    """
    return stored.get(model, uuid_of(row, key), key)


def refuse_unknown(row: Row, keys: Iterable[str]) -> None:
    """See that a row has no keys that nobody reads.

    :raises Fault: when it has.
    """
    if strangers := sorted(set(row) - set(keys)):
        raise Fault(f"unknown keys: {', '.join(strangers)}")


def checked(instance: Any, *, but: Iterable[str] = ()) -> None:
    """Hold a row to its model: types, lengths and words; what is unique the database says.

    :raises Fault: with everything that is wrong.
    """
    try:
        instance.full_clean(exclude=set(but), validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise faults_of(error) from error
    for column in instance._meta.concrete_fields:
        if column.generated:
            continue  # the database's own
        value = getattr(instance, column.attname)
        if why := names.fault_in(column.name, value):
            raise Fault(f"{column.name}: {why}")
        try:
            if isinstance(value, datetime):
                in_utc(value)
            elif isinstance(value, date):
                day_within(value)
        except OutOfRange as error:
            raise Fault(f"{column.name}: {error}") from error


def upsert(stored: StoredRows, section: Section, row: Row) -> tuple[Any, bool, tuple[str, ...]]:
    """Store a row; return it, whether it is new, and what changed of it.

    :raises Fault: when it cannot be stored.
    """
    refuse_unknown(row, section.keys)
    uuid = uuid_of(row)
    found = stored.find(section.model, uuid)
    instance, is_new = found or section.model(uuid=uuid), found is None
    wanted = _wanted(stored, section, row, is_new=is_new)
    password = wanted.pop("password", None)
    changed = tuple(
        name for name, value in wanted.items() if is_new or differs(instance, name, value)
    )
    for name in changed:
        setattr(instance, name, wanted[name])
    if is_new and isinstance(instance, User):
        instance.set_password(password)
    if is_new or changed:
        _store(section, instance, is_new=is_new)
        stored.add(instance)
    sets = _set_members(stored, section, row, instance)
    return instance, is_new, (*changed, *sets)


def _wanted(stored: StoredRows, section: Section, row: Row, *, is_new: bool) -> Row:
    names = [
        name
        for name in section.columns
        if name in row and (is_new or name not in section.given_once)
    ]
    for name in names:
        if name in section.shapes and (fault := section.shapes[name].fault(row[name])):
            raise Fault(f"{name}: {json.dumps(fault, ensure_ascii=False)}")
    wanted = {name: section.read.get(name, _itself)(row[name]) for name in names}
    for key, (name, model) in section.references.items():
        if row.get(key) is not None:
            wanted[name] = referred(stored, model, row, key)
    for key, model in section.by_code.items():
        if row.get(key) is not None:
            wanted[key] = _coded(model, row, key)
    return wanted


def _itself(value: object) -> object:
    return value


def _coded(model: Any, row: Row, key: str) -> Any:
    found = model._default_manager.filter(code=row[key]).first()
    if found is None:
        raise Fault(f"{key}: there is no {model._meta.verbose_name} {row[key]!r}")
    return found


def differs(instance: Any, name: str, value: Any) -> bool:
    """Tell whether a column's value is another one, once it is what the column holds."""
    column = instance._meta.get_field(name)
    if column.is_relation:
        return bool(getattr(instance, column.attname) != value.pk)
    try:
        return bool(getattr(instance, name) != column.to_python(value))
    except ValidationError:
        return True  # the model's validation says what is wrong with it


def _store(section: Section, instance: Any, *, is_new: bool) -> None:
    unslugged = bool(section.slug_from) and not instance.slug
    no_slug = {"slug"} if unslugged or isinstance(instance, User) else set()
    checked(instance, but={"password", *no_slug})
    if is_new and unslugged:
        slugs.insert(instance, getattr(instance, section.slug_from))
    else:
        instance.save()


def _set_members(stored: StoredRows, section: Section, row: Row, instance: Any) -> tuple[str, ...]:
    changed = []
    for key, model in section.sets.items():
        if key in row:
            members = _members(stored, model, row, key)
            relation = getattr(instance, key)
            if set(relation.values_list("pk", flat=True)) != {one.pk for one in members}:
                relation.set(members)
                changed.append(key)
    return tuple(changed)


def _members(stored: StoredRows, model: Any, row: Mapping[str, Any], key: str) -> list[Any]:
    if not isinstance(row[key], list):
        raise Fault(f"{key} is not a list")
    return [referred(stored, model, {key: uuid}, key) for uuid in row[key]]
