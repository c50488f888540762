"""How much of what a policy allows is used, and what follows. Pure: importable without Django.

Shares are fractions of whole numbers, so that 100 % is exactly 100 %; they are rounded, downwards,
only where they are shown. The thresholds are Waldur's: 80 % tells people, 100 % slows a resource
down, and 100 % with the grace on top stops it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from accounting.periods import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

WHOLE = 100
NOTICE = 80
OF_NOTHING = Fraction(1_000_000)
"""The share of something where nothing is allowed: over every threshold that a policy can have."""

MOST_SHOWN = Fraction(10) ** 20
CENTS = 100

DEFAULT_WEIGHTS: Mapping[str, Decimal] = {
    "CPU": Decimal("0.015625"),
    "Mem": Decimal("0.001953125"),
    "GRES/gpu": Decimal("0.25"),
}
"""What Waldur bills by when a policy names no weights: 64 cores, 512 GB or 4 GPUs are one unit."""


class Action(StrEnum):
    """What a policy may do, in the words of the API."""

    NOTIFY = "notify_organization_owners"
    DOWNSCALE = "request_slurm_resource_downscaling"
    PAUSE = "request_slurm_resource_pausing"


TAKEN: Mapping[Action, str] = {
    Action.PAUSE: "pause",
    Action.DOWNSCALE: "downscale",
    Action.NOTIFY: "notify",
}
"""What an evaluation calls an action that it took, in the order in which it names them."""

SUPPORTED_BY: Mapping[Action, str] = {
    Action.PAUSE: "supports_pausing",
    Action.DOWNSCALE: "supports_downscaling",
}
"""The plugin option of the offering without which an action is not taken."""


@dataclass(frozen=True)
class Terms:
    """By what a policy measures; without weights each component is measured by itself."""

    period: Period
    grace_ratio: Decimal = Decimal(0)
    carryover_factor: int = 0
    weights: Mapping[str, Decimal] | None = None


@dataclass(frozen=True)
class Portion:
    """What is allowed and used in a period, of one component or of all in billing units."""

    limit: Decimal = Decimal(0)
    previous: Decimal = Decimal(0)
    carried: Decimal = Decimal(0)
    used: Decimal = Decimal(0)

    @property
    def allowed(self) -> Decimal:
        """The limit with what the period before left over."""
        return self.limit + self.carried

    @property
    def share(self) -> Fraction:
        """How much of it is used, in percent; whatever is used of nothing is over it."""
        if not self.allowed:
            return OF_NOTHING if self.used > 0 else Fraction(0)
        return Fraction(self.used) * WHOLE / Fraction(self.allowed)


@dataclass(frozen=True)
class Measured:
    """How a resource stands: by component, and by what decides."""

    portions: Mapping[str, Portion] = field(default_factory=dict)
    deciding: Portion = Portion()

    @property
    def share(self) -> Fraction:
        """How much of what is allowed is used, in percent."""
        return self.deciding.share

    @property
    def percentage(self) -> Decimal:
        """The share as it is shown."""
        return shown(self.share)


def shown(share: Fraction) -> Decimal:
    """Return a share with two decimals, rounded down: what is below 100 never reads 100."""
    return Decimal(int(min(share, MOST_SHOWN) * CENTS)).scaleb(-2)


def carried_over(limit: Decimal, previous: Decimal, factor: int) -> Decimal:
    """Return what a period passes on: what it left unused, at most `factor` percent of the limit.

    The period before had the limit of today. One without any usage (so also one in which the
    resource did not exist yet) passes on all that the factor allows, which is what the tests of the
    site agent assert; the cap on the rest is Waldur's.
    """
    return min(max(limit - previous, Decimal(0)), limit * factor / WHOLE)


def portion(limit: Decimal, used: Decimal, previous: Decimal, terms: Terms) -> Portion:
    """Return how one component stands; the total of all time has nothing before it."""
    if terms.period is Period.TOTAL:
        return Portion(limit, used=used)
    return Portion(limit, previous, carried_over(limit, previous, terms.carryover_factor), used)


def measure(
    limits: Mapping[str, Decimal],
    used: Mapping[str, Decimal],
    previous: Mapping[str, Decimal],
    terms: Terms,
) -> Measured:
    """Return how a resource stands against its limits.

    With weights the components add up to billing units, as in Slurm. Without them they have no unit
    in common, and the one that is used most decides: a limit is reached when it is reached. So does
    one of which nothing is allowed and something used, also with weights. What has no limit cannot
    be measured against it and does not count.
    """
    nothing = Decimal(0)
    portions = {
        name: portion(limit, used.get(name, nothing), previous.get(name, nothing), terms)
        for name, limit in sorted(limits.items())
    }
    if not portions:
        return Measured()
    most = max(portions.values(), key=lambda one: one.share)
    forbidden = [one for one in portions.values() if not one.allowed and one.used > 0]
    if terms.weights is None or forbidden:
        return Measured(portions, next(iter(forbidden), most))
    return Measured(portions, weighed(portions, terms.weights))


def weighed(portions: Mapping[str, Portion], weights: Mapping[str, Decimal]) -> Portion:
    """Add components up in billing units."""
    by = {name: weight_of(name, weights) for name in portions}
    return Portion(
        limit=sum((by[n] * one.limit for n, one in portions.items()), Decimal(0)),
        previous=sum((by[n] * one.previous for n, one in portions.items()), Decimal(0)),
        carried=sum((by[n] * one.carried for n, one in portions.items()), Decimal(0)),
        used=sum((by[n] * one.used for n, one in portions.items()), Decimal(0)),
    )


def weight_of(component: str, weights: Mapping[str, Decimal]) -> Decimal:
    """Return a component's weight, whatever the case of its name and with or without `GRES/`.

    One that is not named weighs 1, as in Waldur: otherwise a policy that does not know the
    offering's components would never do anything.
    """
    known = {_plain(name): weight for name, weight in weights.items()}
    return known.get(_plain(component), Decimal(1))


def _plain(name: str) -> str:
    return name.lower().removeprefix("gres/")


def grace_limit(grace_ratio: Decimal) -> Decimal:
    """Return the share from which a resource is stopped, in percent."""
    return WHOLE * (1 + grace_ratio)


def called_for(share: Fraction, grace_ratio: Decimal) -> frozenset[Action]:
    """Return the actions whose thresholds a share has reached."""
    thresholds = {
        Action.NOTIFY: Fraction(NOTICE),
        Action.DOWNSCALE: Fraction(WHOLE),
        Action.PAUSE: Fraction(grace_limit(grace_ratio)),
    }
    return frozenset(action for action, threshold in thresholds.items() if share >= threshold)


def possible(chosen: Collection[Action], plugin_options: Mapping[str, object]) -> frozenset[Action]:
    """Return those of a policy's actions that its offering supports."""
    return frozenset(
        action
        for action in chosen
        if action not in SUPPORTED_BY or plugin_options.get(SUPPORTED_BY[action]) is True
    )


def taken(actions: Collection[Action]) -> list[str]:
    """Return actions as evaluations name them, the hardest first."""
    return [word for action, word in TAKEN.items() if action in actions]


@dataclass(frozen=True)
class ResourceFlag:
    """A flag of a resource: whether it is set, and whether it is the policy that holds it so."""

    is_set: bool
    is_held: bool


def settle(flag: ResourceFlag, *, wanted: bool) -> ResourceFlag:
    """Return what becomes of a flag.

    A policy sets what is not set, and clears what it has set itself: what a person set stays until
    a person clears it (docs/adr/0014).
    """
    if wanted:
        return flag if flag.is_set else ResourceFlag(is_set=True, is_held=True)
    return ResourceFlag(is_set=flag.is_set and not flag.is_held, is_held=False)
