"""What a site is to set in Slurm for a policy. Pure: importable without Django.

The keys are those that the site agent's Slurm plugin reads (`apply_periodic_settings`); the
arithmetic is Waldur's: a third of the allowance as fairshare, and limits that include the grace,
because Slurm would stop jobs at 100 % before the policy could slow them down.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from accounting.thresholds import weight_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTES = 60
SIBLINGS = 3
BILLING = "billing"


class LimitType(StrEnum):
    """The kind of limit that Slurm is given."""

    GRP_TRES = "GrpTRES"
    GRP_TRES_MINS = "GrpTRESMins"
    MAX_TRES_MINS = "MaxTRESMins"


class QosStrategy(StrEnum):
    """How the quality of service follows usage; the site's flags know the thresholds only."""

    PROGRESSIVE = "progressive"
    THRESHOLD = "threshold"


KEYS: Mapping[LimitType, str] = {
    LimitType.GRP_TRES: "grp_tres",
    LimitType.GRP_TRES_MINS: "grp_tres_mins",
    LimitType.MAX_TRES_MINS: "max_tres_mins",
}


class CommandType(StrEnum):
    """What a command at the site was for."""

    FAIRSHARE = "fairshare"
    LIMITS = "limits"
    QOS = "qos"
    RESET_USAGE = "reset_usage"
    UNKNOWN = "unknown"


DESCRIPTIONS: Mapping[CommandType, str] = {
    CommandType.FAIRSHARE: "Set the fairshare of the account",
    CommandType.LIMITS: "Set a limit of the account",
    CommandType.QOS: "Set the quality of service of the account",
    CommandType.RESET_USAGE: "Start the usage of the account from nothing",
    CommandType.UNKNOWN: "Run at the site",
}

MARKS: Mapping[str, CommandType] = {
    "fairshare=": CommandType.FAIRSHARE,
    "rawusage=": CommandType.RESET_USAGE,
    "tresmins=": CommandType.LIMITS,
    "tres=": CommandType.LIMITS,
    "qos": CommandType.QOS,
}


@dataclass(frozen=True)
class Command:
    """A command that a site would run."""

    type: CommandType
    command: str
    parameters: Mapping[str, Any]

    @property
    def description(self) -> str:
        """What it does."""
        return DESCRIPTIONS[self.type]


def settings_for(
    allowed: Mapping[str, Decimal],
    *,
    limit_type: LimitType,
    grace_ratio: Decimal,
    weights: Mapping[str, Decimal] | None,
    factors: Mapping[str, int],
) -> dict[str, Any]:
    """Return what the site sets for what is allowed in a period, by component.

    Minutes are the amount times the component's `unit_factor`, which is how many of the site's
    units are one of the component's; where it is not said, the unit is an hour, as in Waldur.
    """
    with_grace = 1 + grace_ratio

    def scaled(name: str, amount: Decimal) -> int:
        if limit_type is LimitType.GRP_TRES:
            return int(amount)  # a number at one time, not one of minutes
        factor = factors.get(name, 1)
        return int(amount * (MINUTES if factor == 1 else factor) * with_grace)

    limits = {name: scaled(name, amount) for name, amount in sorted(allowed.items())}
    if weights is not None and allowed:
        units = sum((weight_of(n, weights) * amount for n, amount in allowed.items()), Decimal(0))
        limits[BILLING] = scaled(BILLING, units)
    return {
        "fairshare": max(1, int(sum(allowed.values(), Decimal(0)) // SIBLINGS)),
        "limit_type": limit_type.value,
        KEYS[limit_type]: limits,
    }


def commands_for(account: str, settings: Mapping[str, Any]) -> list[Command]:
    """Return the commands with which the agent would apply settings."""
    name = shlex.quote(account)
    set_it = f"sacctmgr --immediate modify account {name} set"
    share = settings["fairshare"]
    kind = LimitType(settings["limit_type"])
    commands = [
        Command(CommandType.FAIRSHARE, f"{set_it} fairshare={share}", {"fairshare": share}),
        *(
            Command(CommandType.LIMITS, f"{set_it} {kind}={tres}={value}", {tres: value})
            for tres, value in settings[KEYS[kind]].items()
        ),
    ]
    if settings.get("reset_raw_usage"):
        commands.append(
            Command(CommandType.RESET_USAGE, f"{set_it} RawUsage=0", {"reset_raw_usage": True})
        )
    return commands


def type_of(command: str) -> CommandType:
    """Return what a command that a site has run was for."""
    text = command.lower()
    return next((kind for mark, kind in MARKS.items() if mark in text), CommandType.UNKNOWN)
