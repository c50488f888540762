"""Whom a CUID means here, and who has one: the federation compares its identifiers without case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from common.errors import Invalid
from identity import cuids
from identity.models import LinkedIdentity, User
from identity.oidc import providers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


class CuidOfElsewhere(Invalid):
    """The CUID is of another environment of the federation than this platform's."""

    code = "cuid_of_elsewhere"


def people_with(cuid: str) -> list[User]:
    """Return the person whose user name the CUID is to the letter, or up to two who differ in case.

    Of two nobody can tell who is meant.
    """
    exactly = list(User.objects.filter(username=cuid)[:1])
    return exactly or list(User.objects.filter(username__iexact=cuid)[:2])


def linked_as(user: str) -> ArraySubquery:
    """Return the column that tells as whom a row's person is linked; `user` is the row's column."""
    links = LinkedIdentity.objects.filter(user=OuterRef(user)).order_by("pk")
    return ArraySubquery(
        links.values(link=JSONObject(issuer="issuer", subject="subject", cuid="cuid"))
    )


def is_cuid(username: str, linked: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether a user name is the CUID of its person; `linked` is a column of `linked_as`."""
    return cuids.is_cuid(username, (cuids.Link(**link) for link in linked), environment())


def of_people(keys: Collection[int]) -> dict[int, str]:
    """Return the CUIDs of those of some people who have one, by their keys."""
    people = User.objects.filter(pk__in=keys).annotate(linked=linked_as("pk"))
    found = people.values_list("pk", "username", "linked")
    return {key: username for key, username, linked in found if is_cuid(username, linked)}


def of(user: User) -> str:
    """Return a person's CUID; empty for who has none."""
    return of_people([user.pk]).get(user.pk, "")


def environment() -> cuids.Environment:
    """Return whose CUIDs this platform takes.

    Where the settings do not say, they are of any domain but the hosts of the providers' names:
    people without a CUID are called by these.
    """
    declared = {domain for one in providers.configured() for domain in one.cuid_domains}
    hosts = {(urlsplit(one.issuer).hostname or "").lower() for one in providers.configured()}
    return cuids.Environment(domains=settings.CUID_DOMAINS, strange=hosts - declared)


def check_environment(cuid: str, *, key: str, strictly: bool = False) -> None:
    """Refuse a CUID of another environment; strictly, all that is not of this one.

    :raises CuidOfElsewhere: it is one; the message stands at the key.
    """
    here = environment()
    is_other = here.is_foreign(cuid) or (
        strictly and bool(cuids.domain_of(cuid)) and not here.has(cuid)
    )
    if is_other and here.domains:
        named = " or ".join(f"@{domain}" for domain in here.domains)
        raise CuidOfElsewhere(
            {key: [f"This is a CUID of another environment; here they end in {named}."]}
        )
