"""What a backend is asked for and what it may answer. Pure: importable without Django.

A backend is the way to one kind of site. It is called outside any transaction, may be called again
with the same request after a crash, and neither retries nor keeps anything itself: that is
`allocations.services.provisioning`'s part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from uuid import UUID

Limits = Mapping[str, int | float]
"""Component types and how much of each."""


@dataclass(frozen=True)
class Ref:
    """An allocation as both sides name it; `backend_id` is empty until the site has named it."""

    resource_uuid: UUID
    backend_id: str = ""


@dataclass(frozen=True)
class Spec:
    """An allocation to be made (or made again, when `ref` has a backend id)."""

    ref: Ref
    order_uuid: UUID
    offering_uuid: UUID
    name: str
    slug: str
    project_slug: str
    customer_slug: str
    limits: Limits = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """It is done; the site calls the allocation `backend_id` if it says so."""

    backend_id: str = ""


@dataclass(frozen=True)
class Pending:
    """Somebody else will finish it and report; `hint` says who, for people who look."""

    hint: str


@dataclass(frozen=True)
class Refused:
    """It cannot be done, and trying again would not help."""

    reason: str


Outcome = Done | Pending | Refused
"""What a request came to. A backend that cannot be reached raises instead, and is asked again."""


class Backend(Protocol):
    """The way to a site: what an order may ask of it.

    `can_stop` tells whether an order can be called off that the backend has begun with. A further
    method comes with who calls it, and with a look at ADR 0006.
    """

    can_stop: bool

    def create(self, spec: Spec) -> Outcome:
        """Make the allocation, or take up the one that an earlier call made."""

    def set_limits(self, ref: Ref, limits: Limits) -> Outcome:
        """Make the limits hold; the full set."""

    def terminate(self, ref: Ref) -> Outcome:
        """End the allocation."""
