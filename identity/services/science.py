"""Fields of science and their parts: kept by staff, read by everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from common import changes
from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.fields_of_science import DOMAINS, LABELS, uuid_of
from identity.models import ScienceDomain, ScienceSubDomain

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

OECD = "oecd_fos_2007"
"""The one list that comes with the service."""


class NotUnique(Invalid):
    """Another field of science has the name or the code."""

    code = "not_unique"


class ScienceDomainInUse(Conflict):
    """Projects are told apart by it."""

    code = "science_domain_in_use"


class UnknownList(Invalid):
    """That list of fields does not come with the service."""

    code = "unknown_list"


@dataclass(frozen=True)
class Loaded:
    """How much of a list was new, and how much was there already."""

    created_domains: int
    created_subdomains: int
    skipped_domains: int
    skipped_subdomains: int


@transaction.atomic
def create_domain(*, name: str, actor: User, now: datetime, code: str = "") -> ScienceDomain:
    """Add a field of science.

    :raises NotUnique: another one has the name or the code.
    """
    domain = ScienceDomain(name=name, code=code, created=now)
    _store(domain)
    events.record(kinds.SCIENCE_DOMAIN_CREATED, domain, actor=actor, now=now, message=str(domain))
    return domain


@transaction.atomic
def change_domain(
    domain: ScienceDomain, *, actor: User, now: datetime, **wanted: Any
) -> ScienceDomain:
    """Call a field of science otherwise.

    :raises NotUnique: another one has the name or the code.
    """
    if changed := _write(domain, wanted):
        payload = {"fields": changed}
        events.record(kinds.SCIENCE_DOMAIN_UPDATED, domain, actor=actor, now=now, payload=payload)
    return domain


@transaction.atomic
def remove_domain(domain: ScienceDomain, *, actor: User, now: datetime) -> None:
    """Take a field of science away, with its parts.

    :raises ScienceDomainInUse: a project is of one of its parts.
    """
    ScienceDomain.objects.select_for_update().get(pk=domain.pk)
    for part in domain.sub_domains.order_by("pk"):
        remove_sub_domain(part, actor=actor, now=now)
    events.record(kinds.SCIENCE_DOMAIN_REMOVED, domain, actor=actor, now=now, message=str(domain))
    domain.delete()


@transaction.atomic
def create_sub_domain(
    *, domain: ScienceDomain, name: str, actor: User, now: datetime, code: str = ""
) -> ScienceSubDomain:
    """Add a part to a field of science.

    :raises NotUnique: another one has the name (in the field) or the code (anywhere).
    """
    part = ScienceSubDomain(domain=domain, name=name, code=code, created=now)
    _store(part)
    events.record(kinds.SCIENCE_SUB_DOMAIN_CREATED, part, actor=actor, now=now, message=str(part))
    return part


@transaction.atomic
def change_sub_domain(
    part: ScienceSubDomain, *, actor: User, now: datetime, **wanted: Any
) -> ScienceSubDomain:
    """Call a part of a field of science otherwise, or move it to another field.

    :raises NotUnique: another one has the name (in the field) or the code (anywhere).
    """
    if changed := _write(part, wanted):
        payload = {"fields": changed}
        events.record(kinds.SCIENCE_SUB_DOMAIN_UPDATED, part, actor=actor, now=now, payload=payload)
    return part


@transaction.atomic
def remove_sub_domain(part: ScienceSubDomain, *, actor: User, now: datetime) -> None:
    """Take a part of a field of science away.

    :raises ScienceDomainInUse: a project is of it, also one that was removed.
    """
    ScienceSubDomain.objects.select_for_update().get(pk=part.pk)
    if part.projects.exists():
        raise ScienceDomainInUse(f"There are projects of {part}.")
    events.record(kinds.SCIENCE_SUB_DOMAIN_REMOVED, part, actor=actor, now=now, message=str(part))
    part.delete()


@transaction.atomic
def load(preset: str, *, actor: User, now: datetime) -> Loaded:
    """Add the fields of a list that are not there yet, by their codes.

    :raises UnknownList: there is no such list.
    :raises NotUnique: a field of another code has the name of one of the list.
    """
    if preset != OECD:
        raise UnknownList({"preset": [f"{preset} does not come with this service."]})
    domains = {domain.code: domain for domain in ScienceDomain.objects.all()}
    parts = set(ScienceSubDomain.objects.values_list("code", flat=True))
    new_domains, new_parts = set(DOMAINS) - set(domains), set(LABELS) - parts
    for code in sorted(new_domains):
        domain = ScienceDomain(uuid=uuid_of(code), name=DOMAINS[code], code=code, created=now)
        _store(domain)
        domains[code] = domain
        events.record(
            kinds.SCIENCE_DOMAIN_CREATED, domain, actor=actor, now=now, message=str(domain)
        )
    for code in sorted(new_parts):
        domain = domains[code.partition(".")[0]]
        part = ScienceSubDomain(
            uuid=uuid_of(code), domain=domain, name=LABELS[code], code=code, created=now
        )
        _store(part)
        events.record(
            kinds.SCIENCE_SUB_DOMAIN_CREATED, part, actor=actor, now=now, message=str(part)
        )
    return Loaded(
        created_domains=len(new_domains),
        created_subdomains=len(new_parts),
        skipped_domains=len(DOMAINS) - len(new_domains),
        skipped_subdomains=len(LABELS) - len(new_parts),
    )


def _write(row: ScienceDomain | ScienceSubDomain, wanted: dict[str, Any]) -> list[str]:
    """Store what is new of a row, and return which columns that were."""
    changed = sorted(changes.assign(row, wanted))
    if changed:
        _store(row)
    return changed


def _store(row: ScienceDomain | ScienceSubDomain) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        column = "code" if "_code" in str(error) else "name"
        raise NotUnique({column: [f"A field of science with this {column} exists."]}) from error
