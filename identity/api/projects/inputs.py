"""What requests about projects carry."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from common.api.inputs import Input, RelatedUrl, RelatedUuid
from common.api.times import DayField, MomentField
from identity.api.customers.serializers import NO_AFFILIATIONS, NO_IMAGES
from identity.api.inputs import Columns, NotKept, Words
from identity.api.members.serializers import AnybodyField, RoleField
from identity.api.projects.serializers import NO_TYPES
from identity.models import Customer, Project, ScienceSubDomain


class MoveProjectInput(Input):
    """Which organization a project goes to, and whether its people stay in it."""

    customer = RelatedUrl("customer-detail", Customer)
    preserve_permissions = serializers.BooleanField()


class HandOverInput(Input):
    """Who leads a project from then on, and what becomes of those who led it."""

    user = AnybodyField()
    expiration_time = MomentField(required=False, allow_null=True, default=None)
    former_role = RoleField(allow_null=True)


class ProjectRecoveryInput(Input):
    """When a project that comes back ends, and what becomes of those who were in it."""

    end_date = DayField(required=False, allow_null=True)
    restore_team_members = serializers.BooleanField(required=False)
    send_invitations_to_previous_members = serializers.BooleanField(required=False)


class ProjectInput(Columns):
    """A new project, or what changes about one."""

    class Meta:
        model = Project
        fields: ClassVar[tuple[str, ...]] = (
            "affiliation_uuid",
            "backend_id",
            "customer",
            "description",
            "end_date",
            "grace_period_days",
            "image",
            "is_industry",
            "kind",
            "name",
            "oecd_fos_2007_code",
            "science_sub_domain",
            "slug",
            "staff_notes",
            "start_date",
            "type",
            "user_affiliations",
            "user_email_patterns",
            "user_identity_sources",
        )
        required: ClassVar[tuple[str, ...]] = ("name", "customer")

    affiliation_uuid = NotKept(f"{NO_AFFILIATIONS.capitalize()}.")
    customer = RelatedUrl("customer-detail", Customer)
    image = NotKept(f"{NO_IMAGES.capitalize()}.")
    science_sub_domain = RelatedUuid(ScienceSubDomain, allow_null=True)
    type = NotKept(f"{NO_TYPES.capitalize()}.")
    user_affiliations = Words()
    user_email_patterns = Words()
    user_identity_sources = Words()
