"""What the site of an offering gets to see of people, as its provider chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.attributes import ATTRIBUTES, DEFAULT, SEEN_THROUGH
from allocations.lifecycle import AccountState
from allocations.models import OfferingUser, UserAttributeConfig
from allocations.querysets.accounts import exposable
from allocations.services import accounts
from common.errors import Invalid, Missing
from identity import events
from marketplace.models import Offering

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User


class NotExposable(Invalid):
    """The platform does not let providers see an attribute."""

    code = "not_exposable"


class NothingChosen(Missing):
    """The provider has not chosen: what its site sees is the default."""

    code = "nothing_chosen"


@transaction.atomic
def choose(
    offering: Offering, *, exposed: Mapping[str, bool], actor: User, now: datetime
) -> UserAttributeConfig:
    """Let an offering's site see attributes of people or not; those not named stay as they are.

    A provider that had not chosen yet begins with the default.

    :raises NotExposable: the platform does not let providers see one of them.
    """
    refused = sorted(name for name, is_shown in exposed.items() if is_shown and not exposable(name))
    if refused:
        message = "This platform does not let providers see it."
        raise NotExposable({f"expose_{name}": [message] for name in refused})
    Offering.objects.select_for_update(no_key=True).get(pk=offering.pk)
    config = UserAttributeConfig.objects.filter(offering=offering).first()
    before = set(config.exposed_fields if config else DEFAULT)
    hidden = {name for name, is_shown in exposed.items() if not is_shown}
    after = (before | {name for name, is_shown in exposed.items() if is_shown}) - hidden
    if config is None:
        config = UserAttributeConfig(offering=offering, created=now)
    elif after == before:
        return config
    config.exposed_fields = [name for name in ATTRIBUTES if name in after]
    config.save()
    _record(kinds.ATTRIBUTE_CONFIG_CHOSEN, config, sorted(after), actor=actor, now=now)
    return config


@transaction.atomic
def forget(offering: Offering, *, actor: User, now: datetime) -> None:
    """Take a provider's choice back: its site sees the default again.

    :raises NothingChosen: there is none, or not any more.
    """
    config = UserAttributeConfig.objects.select_for_update().filter(offering=offering).first()
    if config is None:
        raise NothingChosen("No UserAttributeConfig matches the given query.")
    _record(kinds.ATTRIBUTE_CONFIG_FORGOTTEN, config, sorted(DEFAULT), actor=actor, now=now)
    config.delete()


@transaction.atomic
def note_changes(user: User, fields: Collection[str], *, now: datetime) -> None:
    """Record for each account of a person which of the changed fields its site gets to see."""
    changed = {name for name in ATTRIBUTES if set(fields) & set(SEEN_THROUGH.get(name, (name,)))}
    found = (
        OfferingUser.objects.filter(user=user)
        .exclude(state=AccountState.DELETED)
        .select_related("user", "offering__customer", "offering__user_attribute_config")
        .order_by("pk")
    )
    for account in found if changed else ():
        seen = changed & set(exposed_at(account.offering))
        if seen:
            accounts.note_attributes(account, seen, actor=None, now=now)


def shown_to_site(account: OfferingUser) -> dict[str, object]:
    """Return what the account's site gets to see of the person, by the attributes' names."""
    names: Collection[str] = (
        OfferingUser.objects.for_site().values_list("shown", flat=True).get(pk=account.pk)
    )
    return shown(account.user, [name for name in names if exposable(name)])


def shown(user: User, names: Collection[str]) -> dict[str, object]:
    """Return attributes of a person by their names, as JSON has them."""
    values = {name: getattr(user, name) for name in names}
    return {
        name: value if isinstance(value, str | int | list | None) else str(value)
        for name, value in values.items()
    }


def exposed_at(offering: Offering) -> Collection[str]:
    """Return the names of the attributes that an offering's site gets to see of who agreed."""
    config: UserAttributeConfig | None = getattr(offering, "user_attribute_config", None)
    return [name for name in (config.exposed_fields if config else DEFAULT) if exposable(name)]


def exposed_without_consent(offering: Offering) -> Collection[str]:
    """Return the names of those that it sees of who has not agreed to its terms."""
    return [name for name in exposed_at(offering) if name == "username"]


def columns_of(names: Collection[str]) -> list[str]:
    """Return the columns of a person that attributes are made of."""
    return sorted({column for name in names for column in SEEN_THROUGH.get(name, (name,))})


def _record(
    kind: Kind, config: UserAttributeConfig, exposed: list[str], *, actor: User, now: datetime
) -> None:
    offering = config.offering
    events.record(
        kind,
        config,
        actor=actor,
        now=now,
        payload={"offering_uuid": offering.uuid.hex, "exposed_fields": exposed},
    )
