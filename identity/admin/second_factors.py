"""Pages of second factors: who has one; the secrets and codes themselves are never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.reasons import explained
from identity.models import SecondFactor
from identity.services import second_factors


def _has_one(user: Any) -> bool:
    return SecondFactor.objects.filter(user=user).exists()


RESET = StaffAction(
    "reset_second_factor",
    "Reset the second factor",
    "Second factor reset",
    explained(second_factors.reset),
    when=_has_one,
    explanation="For who lost their phone and their recovery codes: make sure that it is they who "
    "ask. Their password is enough then, until they set up another one. They get a mail.",
)

SECOND_FACTORS = RelatedTable(
    "Second factor",
    SecondFactor,
    ("created", "last_used", "recovery_codes"),
    by="user",
    empty="None.",
)


@admin.register(SecondFactor)
class SecondFactorAdmin(RecordAdmin):
    """Who set up a second factor beside their password. It is reset on the person's page."""

    list_display = (columns.person("user"), "created", "last_used", "recovery_codes")
    list_filter = (AgeFilter,)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    uuids = ("uuid", "user__uuid")
    date_hierarchy = "last_used"
    ordering = ("-id",)
    fieldsets = (section(None, "user", "recovery_codes", "created", "last_used", "uuid"),)

    @admin.display(description="recovery codes left")
    def recovery_codes(self, factor: SecondFactor) -> int:
        """Return how many there are."""
        return len(factor.recovery_digests)
