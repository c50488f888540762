"""`/api/customer-permissions-reviews/` and `/api/project-permissions-reviews/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command
from common.api.filters import ApiFilterSet, Flag, OneUuid, Ordering, Since
from common.api.operation_texts import Noun
from common.api.reads.outputs import Computed, Output, UrlField, UuidField
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.models import PermissionReview
from identity.names import full_name
from identity.permissions import GIVING
from identity.roles import ScopeType
from identity.services import permission_reviews

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class PermissionReviewOutput(Output):
    """That somebody is to look at who has which role, and who has looked."""

    class Meta:
        model = PermissionReview
        fields: tuple[str, ...] = (
            "closed",
            "created",
            "is_pending",
            "reviewer_full_name",
            "reviewer_uuid",
            "uuid",
        )
        always = fields

    is_pending = serializers.BooleanField()
    reviewer_full_name = Computed(
        "reviewer.first_name",
        "reviewer.last_name",
        fn=full_name,
        output=serializers.CharField(allow_null=True),
    )
    reviewer_uuid = UuidField(source="reviewer.uuid", allow_null=True)


class CustomerPermissionReviewOutput(PermissionReviewOutput):
    """A review of the roles in an organization."""

    class Meta:
        model = PermissionReview
        fields = always = (
            *PermissionReviewOutput.Meta.fields,
            "customer_name",
            "customer_uuid",
            "url",
        )

    customer_name = serializers.CharField(source="customer.name")
    customer_uuid = UuidField(source="customer.uuid")
    url = UrlField("customer-permissions-review-detail")


class ProjectPermissionReviewOutput(PermissionReviewOutput):
    """A review of the roles in a project."""

    class Meta:
        model = PermissionReview
        fields = always = (
            *PermissionReviewOutput.Meta.fields,
            "project_name",
            "project_uuid",
            "url",
        )

    project_name = serializers.CharField(source="project.name")
    project_uuid = UuidField(source="project.uuid")
    url = UrlField("project-permissions-review-detail")


class PermissionReviewFilter(ApiFilterSet):
    """Reviews by whether, when and by whom they were closed."""

    closed = Since("closed")
    is_pending = Flag("is_pending", reads=("closed", "customer__is_removed", "project__is_removed"))
    reviewer_uuid = OneUuid("reviewer__uuid")
    o = Ordering({"closed": "closed", "created": "created"})


class CustomerPermissionReviewFilter(PermissionReviewFilter):
    """Reviews of organizations."""

    customer_uuid = OneUuid("customer__uuid")


class ProjectPermissionReviewFilter(PermissionReviewFilter):
    """Reviews of projects."""

    project_uuid = OneUuid("project__uuid")


class ReviewsOfRoles(Listed, Retrieved, ApiViewSet):
    """What the reviews of both kinds of scope have in common."""

    model = PermissionReview
    output = PermissionReviewOutput
    default_order = ("-created",)
    of: ClassVar[ScopeType]

    def rows(self) -> Any:
        """Return those of the kind of scope."""
        of_kind = super().rows().filter(**{f"{self.of}__isnull": False})
        return of_kind.for_api(self.request.user)

    @command()
    def close(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Close {one}.

        The caller says by it that they have looked at who has which role there, and is the reviewer
        from then on; roles that are not needed any more are taken with `delete_user`. Answers 409
        where the review was closed before, or what it is of was removed.
        """
        permission_reviews.close(self.row(), actor=request.user, now=self.now)
        return self.answer()


class CustomerPermissionReviewViewSet(ReviewsOfRoles):
    """A review of who has which role in an organization.

    Those who may give roles in the organization see it and are mailed when it begins; one of them
    looks at the roles and closes it. Reviews begin by themselves where the platform says how often,
    and when staff want one.
    """

    noun = Noun("a review of the roles in an organization", "reviews of the roles in organizations")
    output = CustomerPermissionReviewOutput
    filterset_class = CustomerPermissionReviewFilter
    of = ScopeType.CUSTOMER
    related = ("customer",)
    locks_first = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "close": Needs(GIVING[ScopeType.CUSTOMER], on=("customer",)),
    }


class ProjectPermissionReviewViewSet(ReviewsOfRoles):
    """A review of who has which role in a project.

    Those who may give roles in the project, by a role there or in its organization, see it and are
    mailed when it begins; one of them looks at the roles and closes it. Reviews begin by themselves
    where the platform says how often, and when staff want one.
    """

    noun = Noun("a review of the roles in a project", "reviews of the roles in projects")
    output = ProjectPermissionReviewOutput
    filterset_class = ProjectPermissionReviewFilter
    of = ScopeType.PROJECT
    related = ("project__customer",)
    locks_first = ("project",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "close": Needs(GIVING[ScopeType.PROJECT], on=("project", "project.customer")),
    }
