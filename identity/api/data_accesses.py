"""`/api/data-access-logs/`, and below each person: who was shown what of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from common.api.access import SCOPED, STAFF, Rule
from common.api.filters import ApiFilterSet, Choices, Day, OneUuid, Ordering, Search
from common.api.json_shapes import TEXT, WHOLE, JsonField, record
from common.api.operation_texts import Noun
from common.api.reads.outputs import Computed, EnumField, Nested, Omitted, Output
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting
from identity.lifecycle import AccessorType
from identity.models import DataAccessLog, User
from identity.names import full_name
from identity.services import data_accesses

if TYPE_CHECKING:
    from datetime import datetime

CONTEXT = record({"place": TEXT, "times": WHOLE, "latest": TEXT})
CATEGORIES = {
    AccessorType.STAFF: "Staff of the platform",
    AccessorType.SUPPORT: "Support of the platform",
    AccessorType.MEMBER: "Member of an organization of yours",
    AccessorType.PROVIDER: "Service provider (Hosting Entity)",
    AccessorType.ONESELF: "Yourself",
}


def _context(place: str, times: int, latest: datetime | None) -> dict[str, Any]:
    return {"place": place, "times": times, "latest": latest and latest.isoformat()}


class AccessorOutput(Output):
    """Who somebody is."""

    class Meta:
        model = User
        fields = ("full_name", "username", "uuid")

    full_name = Computed("first_name", "last_name", fn=full_name, output=serializers.CharField())


class GlobalUserDataAccessLog(Output):
    """That somebody was shown data of a person within an hour."""

    class Meta:
        model = DataAccessLog
        fields: tuple[str, ...] = (
            "accessed_fields",
            "accessor",
            "accessor_type",
            "context",
            "ip_address",
            "timestamp",
            "user",
            "uuid",
        )

    accessed_fields = serializers.ListField(child=serializers.CharField(), source="columns")
    accessor = Nested(AccessorOutput, source="accessor")
    accessor_type = EnumField(AccessorType)
    context = Computed(  # type: ignore[assignment]
        "place", "times", "latest", fn=_context, output=JsonField(CONTEXT)
    )
    ip_address = Computed(
        "address",
        fn=lambda address: address or None,
        output=serializers.IPAddressField(allow_null=True),
    )
    timestamp = serializers.DateTimeField(source="first")
    user = Nested(AccessorOutput, source="user")


class UserDataAccessLog(GlobalUserDataAccessLog):
    """The same, of one person."""

    class Meta:
        model = DataAccessLog
        fields = (
            *(name for name in GlobalUserDataAccessLog.Meta.fields if name != "user"),
            "accessor_category",
        )

    accessor_category = Computed(
        "accessor_type",
        fn=lambda word: CATEGORIES.get(word, word),
        output=serializers.CharField(),
    )


class OwnDataAccessLog(UserDataAccessLog):
    """The same, as the person reads it: in which capacity somebody acted, not who they are."""

    accessor = Omitted(  # type: ignore[assignment]
        AccessorOutput, reason="people are told the capacity", withheld=True
    )
    ip_address = Omitted(  # type: ignore[assignment]
        serializers.IPAddressField(allow_null=True), reason="it is the reader's own datum"
    )


class PersonAccessFilter(ApiFilterSet):
    """What was shown of a person, by when and to whom."""

    class Meta:
        model = DataAccessLog

    accessor_type = Choices("accessor_type", AccessorType)
    end_date = Day("first__date", lookup_expr="lte", reads=("first",))
    start_date = Day("first__date", lookup_expr="gte", reads=("first",))


class DataAccessFilter(PersonAccessFilter):
    """What was shown, also by who read it of whom."""

    accessor_uuid = OneUuid("accessor__uuid")
    query = Search("accessor__username__icontains", "user__username__icontains", uuid="user__uuid")
    user_uuid = OneUuid("user__uuid")
    o = Ordering(
        {
            "accessor_type": "accessor_type",
            "accessor_username": "accessor__username",
            "timestamp": "first",
            "user_username": "user__username",
        }
    )


class DataAccessLogViewSet(Listed, Retrieved, ApiViewSet):
    """That somebody was shown data of a person, within an hour, at a place of the service.

    Staff and support see all; people read of themselves below their own address
    (`data_access_history/`).
    """

    model = DataAccessLog
    noun = Noun("an access to a person's data", "accesses to people's data")
    output = GlobalUserDataAccessLog
    filterset_class = DataAccessFilter
    default_order = ("-first",)
    related = ("user",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "retrieve": SCOPED, "destroy": STAFF}

    destroy = deleting(
        data_accesses.remove,
        "Remove {one} from the record.\n\nThat it was removed is in the event log.",
    )
