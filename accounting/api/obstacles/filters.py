"""About whom it is asked why they cannot use an allocation, and what Slurm says."""

from __future__ import annotations

from typing import Any

from common.api.filters import NOTHING, ApiFilterSet, Exact, OneUuid
from marketplace.models import Resource


class ObstacleFilter(ApiFilterSet):
    """The person, and a message of Slurm's."""

    class Meta:
        model = Resource

    user_uuid = OneUuid(method="leave", reads=NOTHING)
    slurm = Exact(method="leave", reads=NOTHING)

    def leave(self, rows: Any, name: str, value: Any) -> Any:
        """Leave it to the service."""
        return rows
