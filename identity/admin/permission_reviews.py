"""Reviews of who has which role: the page of all, and how staff begin one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import RemarkForm, StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from identity.models import PermissionReview
from identity.services import permission_reviews


def _is_present(scope: Any) -> bool:
    return not scope.is_removed


BEGIN_REVIEW = StaffAction(
    "begin_review",
    "Have its roles reviewed",
    "Review begun",
    explained(permission_reviews.begin),
    form=RemarkForm,
    when=_is_present,
    explanation="Who may give roles there is mailed; one of them closes the review.",
)
"""For the pages of organizations and projects."""


def _waits(review: PermissionReview) -> bool:
    return review.closed is None and _is_present(review.scope)


@admin.register(PermissionReview)
class PermissionReviewAdmin(RecordAdmin):
    """Who has which role: what is to be looked at, and who has looked when."""

    list_display = ("customer", "project", "created", "closed", "reviewer")
    list_filter = (("closed", admin.EmptyFieldListFilter), AgeFilter)
    list_select_related = ("customer", "project", "reviewer")
    search_fields = ("customer__name", "project__name", "reviewer__username")
    search_help_text = "Organization, project or reviewer; or the UUID of any of them"
    uuids = ("uuid", "customer__uuid", "project__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "customer", "project", "created", "closed", "reviewer"),
        section("Identifiers", "uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "close",
            "Close",
            "Closed",
            explained(permission_reviews.close),
            form=RemarkForm,
            when=_waits,
            explanation="You say by it that you have looked at who has which role there.",
        ),
    )
