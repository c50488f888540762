"""A person who may use an allocation, and what can be done to that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from accounting.services.explaining import explain
from common.obstacles import Party
from identity.models import User
from marketplace.models import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounting.services.explaining import Explanation
    from allocations.models import OfferingUser
    from identity.models import Project
    from marketplace.models import Offering

PERSON, PROJECT, PROVIDER, STAFF = Party.PERSON, Party.PROJECT, Party.PROVIDER, Party.STAFF
INSTITUTION, ITSELF = Party.INSTITUTION, Party.SERVICE
LONG_AGO = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
AT = "2026-01-02 03:04 UTC"


class World(NamedTuple):
    """bob, who may use the allocation, and their account there; dave, of the staff, acts."""

    bob: User
    dave: User
    project: Project
    offering: Offering
    resource: Resource
    account: OfferingUser
    now: datetime

    @property
    def by(self) -> dict[str, Any]:
        """Who acts, and when."""
        return {"actor": self.dave, "now": self.now}

    def write(self, row: Any, **columns: Any) -> None:
        """Write columns past the services."""
        type(row).objects.filter(pk=row.pk).update(**columns)

    def option(self, **options: Any) -> None:
        """Switch plugin options of the offering on."""
        self.write(self.offering, plugin_options=self.offering.plugin_options | options)

    def asked_by(self, asker: User | None = None, *, slurm: str = "") -> Explanation:
        """Return what somebody is told of bob; without a name, staff are."""
        rows = Resource.objects.select_related("project__customer", "offering__customer")
        return explain(
            rows.get(pk=self.resource.pk),
            about=self.bob.uuid,
            slurm=slurm,
            asker=User.objects.get(pk=(asker or self.dave).pk),
            now=self.now,
        )


class Expected(NamedTuple):
    """What sets a reason up, what it says and who lifts it; `besides` are others that hold then."""

    code: str
    set_up: Callable[[World], object]
    sentence: str
    lifted_by: tuple[Party, ...]
    besides: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
