"""What sources of identities tell of people: taken over, and signed with who told it, and when.

Both that tell do it by this: other identity services (`bridge`), and providers by whom people log
in (`logins`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from common import changes, storing
from common.errors import Invalid
from identity import event_kinds as kinds
from identity import events

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from identity.event_catalogue import Kind
    from identity.models import User

ATTRIBUTES = (
    "address",
    "affiliations",
    "birth_date",
    "civil_number",
    "country_of_residence",
    "eduperson_assurance",
    "email",
    "first_name",
    "gender",
    "identity_source",
    "last_name",
    "middle_name",
    "nationalities",
    "nationality",
    "organization",
    "organization_address",
    "organization_country",
    "organization_registry_code",
    "organization_type",
    "organization_vat_code",
    "personal_title",
    "phone_number",
    "place_of_birth",
    "primary_gid",
    "uid_number",
)
"""What a source may tell of a person."""

CONFIRMED_EVERY = timedelta(days=1)


class CivilNumberTaken(Invalid):
    """Somebody else has that civil number."""

    code = "civil_number_taken"


def take(
    user: User,
    attributes: Mapping[str, Any],
    *,
    source: str,
    actor: User,
    now: datetime,
    is_new: bool = False,
) -> list[str]:
    """Write down what a source tells of a person, within the caller's transaction.

    Telling nothing empties only what the source itself has told; telling the same again changes
    nothing but, once a day, when it was confirmed. What changed is returned; an address too with
    which somebody who `is_new` was made.

    :raises CivilNumberTaken: another person has the civil number.
    """
    wanted = {
        name: _stored(name, value)
        for name, value in attributes.items()
        if name in ATTRIBUTES and (not _is_empty(value) or _owner(user, name) == source)
    }
    given_at_first = {"email"} if is_new and wanted.get("email") else set()
    updated = sorted({*changes.assign(user, wanted), *given_at_first})
    fields = set(updated)
    if source not in user.active_isds:
        user.active_isds = [*user.active_isds, source]
        fields.add("active_isds")
    is_confirmed = _sign(user, wanted, fields, source, now)
    if fields:
        save(user, {*fields, "attribute_sources"})
        record(kinds.USER_UPDATED, user, source, actor=actor, now=now, fields=sorted(fields))
    elif is_confirmed:
        save(user, {"attribute_sources"})
        record(kinds.USER_CONFIRMED, user, source, actor=actor, now=now, fields=sorted(wanted))
    return updated


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _owner(user: User, name: str) -> str:
    """Return which source told an attribute last; empty when none did."""
    return source_of(user.attribute_sources.get(name))


def _stored(name: str, value: Any) -> Any:
    """Return a value as it is stored: no civil number is null, since there may be many of those."""
    return None if name == "civil_number" and value == "" else value


def _sign(
    user: User, sent: Iterable[str], changed: Iterable[str], source: str, now: datetime
) -> bool:
    """Note who told which attributes; return whether that says anything new."""
    signed = dict(user.attribute_sources)
    for name in sent:
        before = signed.get(name) or {}
        is_fresh = source_of(before) == source and age_of(before, now) < CONFIRMED_EVERY
        if name in changed or not is_fresh:
            signed[name] = {"source": source, "timestamp": now.isoformat()}
    is_new: bool = signed != user.attribute_sources
    user.attribute_sources = signed
    return is_new


def source_of(signature: Any) -> str:
    """Return which source signed an attribute; empty when none did."""
    return str(signature.get("source", "")) if isinstance(signature, dict) else ""


def age_of(signature: Any, now: datetime) -> timedelta:
    """Return how long ago an attribute was told; one that nobody signed is as old as can be."""
    return since(str(signature.get("timestamp", "")) if isinstance(signature, dict) else "", now)


def since(moment: str, now: datetime) -> timedelta:
    """Return how long ago a moment was; one that is none was very long ago."""
    try:
        return now - datetime.fromisoformat(moment)
    except (ValueError, TypeError):
        return timedelta(days=36_500)


def save(user: User, fields: set[str]) -> None:
    """Store columns of a person.

    :raises CivilNumberTaken: another person has the civil number.
    """
    taken = CivilNumberTaken({"civil_number": ["user with this civil number already exists."]})
    with storing.refusing(civil_number=taken):
        user.save(update_fields=[*sorted(fields), "modified"])


def record(
    kind: Kind, user: User, source: str, *, actor: User, now: datetime, fields: list[str]
) -> None:
    """Record that a source told of a person."""
    message = f"{source} told of {user.username}."
    payload = {"source": source, "fields": fields}
    events.record(kind, user, actor=actor, now=now, message=message, payload=payload)
