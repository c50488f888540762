"""Loading a whole preset, in one transaction."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import DataError, IntegrityError, transaction

from common.json_values import unkeepable
from config.presets.loader.faults import BrokenPreset, Fault, database_error_of
from config.presets.loader.rows import Row, upsert
from config.presets.loader.section_loaders import LOADERS
from config.presets.loader.sections import ORDER, SECTIONS
from config.presets.loader.stored_rows import StoredRows
from identity import events
from identity.event_scope import EventScope
from identity.models import Project
from marketplace.models import Offering, OfferingComponent, PlanComponent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from config.presets.loader.sections import Section


@dataclass
class Tally:
    """How many rows of each section there were, and how many of them were new or changed."""

    rows: dict[str, int] = field(default_factory=dict)
    new: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)

    def count(self, section: str, *, new: bool, changed: bool = False) -> None:
        """Count one row."""
        for counted, is_counted in ((self.rows, True), (self.new, new), (self.changed, changed)):
            counted[section] = counted.get(section, 0) + int(is_counted)


@transaction.atomic
def load(preset: Any, *, now: datetime) -> Tally:
    """Bring the database to what a preset says.

    :raises BrokenPreset: when a row is wrong; then nothing is changed.
    """
    sections = _sections(preset)
    tally, stored = Tally(), StoredRows()
    for name in ORDER:
        rows = list(_numbered(name, sections.get(name, [])))
        if name in SECTIONS:
            stored.read(SECTIONS[name].model, _uuids(rows))
        for place, row in rows:
            try:
                _load_row(stored, name, row, tally, now)
            except Fault as error:
                raise BrokenPreset(f"{place}: {error}") from error
            except (IntegrityError, DataError) as error:
                raise BrokenPreset(f"{place}: {database_error_of(error)}") from error
    _complete_prices(sections.get("offerings", []))
    return tally


def _sections(preset: Any) -> Mapping[str, list[Any]]:
    if not isinstance(preset, dict):
        raise BrokenPreset("A preset is one JSON object of sections.")
    sections = {name: rows for name, rows in preset.items() if not name.startswith("_")}
    if strangers := sorted(set(sections) - set(ORDER)):
        raise BrokenPreset(f"Unknown sections: {', '.join(strangers)}.")
    for name, rows in sections.items():
        if not isinstance(rows, list):
            raise BrokenPreset(f"{name} is not a list of rows.")
    return sections


def _numbered(name: str, rows: list[Any]) -> Iterator[tuple[str, Row]]:
    """Yield a section's rows with the place that an error is told of."""
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise BrokenPreset(f"{name}, row {number}: it is not an object")
        uuid = str(row.get("uuid", "")).replace("-", "").lower()
        place = f"{name}, row {number}" + (f" (uuid {uuid})" if uuid else "")
        if uuid and uuid in seen:
            raise BrokenPreset(f"{place}: the uuid occurs twice")
        seen.add(uuid)
        yield place, row


def _uuids(rows: list[tuple[str, Row]]) -> Iterator[UUID]:
    """Yield the UUIDs of rows that have one; the others are told of when their turn comes."""
    for _, row in rows:
        with suppress(ValueError):
            yield UUID(str(row.get("uuid")))


def _load_row(stored: StoredRows, name: str, row: Row, tally: Tally, now: datetime) -> None:
    if why := unkeepable(row):
        raise Fault(why)
    if name in LOADERS:
        tally.count(name, new=LOADERS[name](stored, row, now))
        return
    section = SECTIONS[name]
    instance, is_new, changed = upsert(stored, section, row)
    tally.count(name, new=is_new, changed=bool(changed) and not is_new)
    if is_new or changed:
        _record(section, instance, changed, now)


def _record(section: Section, instance: Any, changed: tuple[str, ...], now: datetime) -> None:
    is_project = isinstance(instance, Project)
    scope = EventScope(provider_id=instance.customer_id) if is_project else None
    events.record(
        section.loaded,
        instance,
        actor=None,
        now=now,
        scope=scope,
        payload={"changed": list(changed)},
    )


def _complete_prices(offerings: list[Any]) -> None:
    """Give every plan of the offerings a price for every component, as plans always have."""
    found = Offering.objects.filter(uuid__in=[row["uuid"] for row in offerings])
    for offering in found.prefetch_related("plans__components", "components"):
        components: set[OfferingComponent] = set(offering.components.all())
        for plan in offering.plans.all():
            priced = {price.component_id for price in plan.components.all()}
            PlanComponent.objects.bulk_create(
                PlanComponent(plan=plan, component=component)
                for component in components
                if component.pk not in priced
            )
