"""Fields of science and their parts: kept by staff, read by everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity.fields_of_science import DOMAINS, LABELS, uuid_of
from identity.models import ScienceDomain, ScienceSubDomain
from identity.services.standard import StandardServices

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

OECD = "oecd_fos_2007"
"""The one list that comes with the service."""


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


domains = StandardServices(
    ScienceDomain,
    created=kinds.SCIENCE_DOMAIN_CREATED,
    updated=kinds.SCIENCE_DOMAIN_UPDATED,
    removed=kinds.SCIENCE_DOMAIN_REMOVED,
    called="field of science",
    in_use=ScienceDomainInUse,
    changed_as="fields",
)

sub_domains = StandardServices(
    ScienceSubDomain,
    created=kinds.SCIENCE_SUB_DOMAIN_CREATED,
    updated=kinds.SCIENCE_SUB_DOMAIN_UPDATED,
    removed=kinds.SCIENCE_SUB_DOMAIN_REMOVED,
    called="field of science",
    in_use=ScienceDomainInUse,
    changed_as="fields",
)


@transaction.atomic
def remove_domain(domain: ScienceDomain, *, actor: User, now: datetime) -> None:
    """Take a field of science away, with its parts.

    :raises ScienceDomainInUse: a project is of one of its parts, also one that was removed.
    :raises RemovedMeanwhile: somebody else was quicker.
    """
    held = domains.locked(domain)
    for part in held.sub_domains.order_by("pk"):
        sub_domains.remove(part, actor=actor, now=now)
    domains.remove(held, actor=actor, now=now)


@transaction.atomic
def load(preset: str, *, actor: User, now: datetime) -> Loaded:
    """Add the fields of a list that are not there yet, by their codes.

    :raises UnknownList: there is no such list.
    :raises storing.NotUnique: a field of another code has the name of one of the list.
    """
    if preset != OECD:
        raise UnknownList({"preset": [f"{preset} does not come with this service."]})
    known = {domain.code: domain for domain in ScienceDomain.objects.all()}
    parts = set(ScienceSubDomain.objects.values_list("code", flat=True))
    new_domains, new_parts = set(DOMAINS) - set(known), set(LABELS) - parts
    for code in sorted(new_domains):
        columns = {"uuid": uuid_of(code), "name": DOMAINS[code], "code": code}
        known[code] = domains.create(**columns, actor=actor, now=now)
    for code in sorted(new_parts):
        columns = {"uuid": uuid_of(code), "name": LABELS[code], "code": code}
        domain = known[code.partition(".")[0]]
        sub_domains.create(domain=domain, **columns, actor=actor, now=now)
    return Loaded(
        created_domains=len(new_domains),
        created_subdomains=len(new_parts),
        skipped_domains=len(DOMAINS) - len(new_domains),
        skipped_subdomains=len(LABELS) - len(new_parts),
    )
