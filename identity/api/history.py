"""What a row was: its versions, at the row's own address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound

from common.api.actions import listing, reading
from common.api.filters import ApiFilterSet, Before, Since
from common.api.json_shapes import TEXT, JsonField, or_null, record
from common.api.reads.outputs import Computed, MapField, Output
from identity.models import RowVersion
from identity.names import full_name

if TYPE_CHECKING:
    from uuid import UUID

    from identity.api.requests import AuthenticatedRequest

REVISION_USER = or_null(record({"full_name": TEXT, "username": TEXT, "uuid": TEXT}))


def _who(uuid: UUID | None, username: str, first_name: str, last_name: str) -> Any:
    """Return who changed the row; None where nobody did."""
    if uuid is None:
        return None
    return {"uuid": uuid.hex, "username": username, "full_name": full_name(first_name, last_name)}


class VersionHistory(Output):
    """What a row was from a moment on, and who changed it so."""

    class Meta:
        model = RowVersion
        fields = ("id", "revision_comment", "revision_date", "revision_user", "serialized_data")
        always = fields

    id = serializers.IntegerField()
    revision_comment = Computed(
        "event.message", fn=lambda message: message or "", output=serializers.CharField()
    )
    revision_date = serializers.DateTimeField(source="created")
    revision_user = Computed(
        "event.actor.uuid",
        "event.actor.username",
        "event.actor.first_name",
        "event.actor.last_name",
        fn=_who,
        output=JsonField(REVISION_USER, allow_null=True),
    )
    serialized_data = MapField(source="data")


class VersionFilter(ApiFilterSet):
    """Versions by when they began to be."""

    class Meta:
        model = RowVersion

    created_after = Since("created")
    created_before = Before("created")


class MomentFilter(ApiFilterSet):
    """The version of a moment."""

    class Meta:
        model = RowVersion

    timestamp = Before("created", required=True)


class RowHistory:
    """Serves what a row was."""

    @listing(VersionHistory, filterset=VersionFilter, order=("-pk",))
    def history(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """List the versions of {one}.

        What {the} was after each change of it, the latest first, with who changed it.
        """
        return self.page(self._versions())

    @reading(VersionHistory, url_path="history/at", filterset=MomentFilter)
    def history_at(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Get what {one} was at a moment.

        `timestamp` is a date, or a date and time (ISO 8601). Answers 404 for a moment before the
        first version.
        """
        found = self.filtered(self._versions(), MomentFilter, VersionHistory).order_by("-pk")
        if not (rows := self.render(found[:1], VersionHistory, None)):
            raise NotFound("There was no version yet.")
        return self.answer(rows[0])

    def _versions(self: Any) -> Any:
        return RowVersion.objects.filter(subject_uuid=self.row().uuid)
