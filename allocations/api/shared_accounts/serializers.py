"""What accounts of programs and of courses look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import serializers

from allocations.lifecycle import CourseAccountState, ServiceAccountState
from allocations.models import CourseAccount, CustomerServiceAccount, ProjectServiceAccount
from common.api.reads.outputs import Computed, EnumField, Output, UrlField, UuidField

if TYPE_CHECKING:
    from datetime import datetime


def iso(moment: datetime | None) -> str | None:
    """Return a moment as text, as the contract has it here."""
    return None if moment is None else str(serializers.DateTimeField().to_representation(moment))


def hidden() -> Computed:
    """Return the key of a secret that is shown once only, when it is made."""
    return Computed(fn=lambda: None, output=serializers.CharField(allow_null=True))


class ProjectServiceAccountOutput(Output):
    """A program's account for a project."""

    class Meta:
        model = ProjectServiceAccount
        always = (
            "created",
            "customer_abbreviation",
            "customer_name",
            "customer_uuid",
            "error_message",
            "expires_at",
            "modified",
            "project",
            "project_name",
            "project_uuid",
            "state",
            "token",
            "url",
            "uuid",
        )
        fields = (
            *always,
            "description",
            "email",
            "error_traceback",
            "preferred_identifier",
            "username",
        )

    url = UrlField("marketplace-project-service-account-detail")
    state = EnumField(ServiceAccountState)
    token = hidden()
    expires_at = Computed("expires_at", fn=iso, output=serializers.CharField(allow_null=True))
    project = UuidField(source="project.uuid", allow_null=True)
    project_uuid = UuidField(source="project.uuid")
    project_name = serializers.CharField(source="project.name")
    customer_uuid = UuidField(source="project.customer.uuid")
    customer_name = serializers.CharField(source="project.customer.name")
    customer_abbreviation = serializers.CharField(source="project.customer.abbreviation")


class CustomerServiceAccountOutput(Output):
    """A program's account for an organization."""

    class Meta:
        model = CustomerServiceAccount
        always = (
            "created",
            "customer",
            "customer_name",
            "customer_uuid",
            "error_message",
            "expires_at",
            "modified",
            "state",
            "token",
            "url",
            "uuid",
        )
        fields = (
            *always,
            "description",
            "email",
            "error_traceback",
            "preferred_identifier",
            "username",
        )

    url = UrlField("marketplace-customer-service-account-detail")
    state = EnumField(ServiceAccountState)
    token = hidden()
    expires_at = Computed("expires_at", fn=iso, output=serializers.CharField(allow_null=True))
    customer = UuidField(source="customer.uuid", allow_null=True)
    customer_uuid = UuidField(source="customer.uuid")
    customer_name = serializers.CharField(source="customer.name")


class CourseAccountOutput(Output):
    """An account for somebody who takes a course."""

    class Meta:
        model = CourseAccount
        always = (
            "created",
            "customer_name",
            "customer_uuid",
            "error_message",
            "error_traceback",
            "modified",
            "project",
            "project_end_date",
            "project_name",
            "project_slug",
            "project_start_date",
            "project_uuid",
            "state",
            "url",
            "user_uuid",
            "username",
            "uuid",
        )
        fields = (*always, "description", "email")

    url = UrlField("marketplace-course-account-detail")
    state = EnumField(CourseAccountState)
    username = serializers.CharField(allow_null=True)
    user_uuid = UuidField(source="user.uuid", allow_null=True)
    project = UuidField(source="project.uuid")
    project_uuid = UuidField(source="project.uuid")
    project_name = serializers.CharField(source="project.name")
    project_slug = serializers.CharField(source="project.slug")
    project_start_date = serializers.DateField(source="project.start_date", allow_null=True)
    project_end_date = serializers.DateField(source="project.end_date", allow_null=True)
    customer_uuid = UuidField(source="project.customer.uuid")
    customer_name = serializers.CharField(source="project.customer.name")
