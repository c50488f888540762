"""What the state of an offering looks like; the service hands it out as JSON already."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounting.services.site_state import COMPONENT, PARTITION
from allocations.lifecycle import AccountState
from common.api.json_shapes import OBJECT, JsonField, list_of
from common.api.reads.outputs import EnumField, Output, UuidField
from marketplace.lifecycle import OfferingState, OrderState, OrderType, ResourceState
from marketplace.models import OfferingComponent, OfferingPartition


def text(**kwargs: Any) -> serializers.CharField:
    """Return the type of a text."""
    return serializers.CharField(**kwargs)


class DesiredComponentOutput(Output):
    """A component, and how many of the site's units one of its units is (`unit_factor`)."""

    class Meta:
        model = OfferingComponent
        fields = always = COMPONENT


class DesiredPartitionOutput(Output):
    """A partition with its settings."""

    class Meta:
        model = OfferingPartition
        fields = always = PARTITION


class DesiredOfferingOutput(serializers.Serializer[Any]):
    """The offering itself."""

    uuid = UuidField()
    name = text()
    slug = text()
    type = text()
    state = EnumField(OfferingState)
    backend_id = text()
    plugin_options = JsonField(OBJECT)
    components = DesiredComponentOutput(many=True)
    partitions = DesiredPartitionOutput(many=True)


class DesiredMemberOutput(serializers.Serializer[Any]):
    """A member of the allocation's project, with their account at the site, if any."""

    user_uuid = UuidField()
    role = text()
    expiration_time = serializers.DateTimeField(allow_null=True)
    username = text(allow_null=True)
    account_state = EnumField(AccountState, allow_null=True)
    is_restricted = serializers.BooleanField()
    account_metadata = JsonField(OBJECT)
    has_consent = serializers.BooleanField()
    attributes = JsonField(OBJECT)


class DesiredUserLimitOutput(serializers.Serializer[Any]):
    """How much of a component one person may use."""

    user_uuid = UuidField()
    username = text(allow_null=True)
    component_type = text()
    limit = serializers.DecimalField(max_digits=20, decimal_places=2)


class DesiredSettingsOutput(serializers.Serializer[Any]):
    """What a usage policy last wanted to be set in Slurm, and for which period."""

    period = text()
    settings = JsonField(OBJECT)


class DesiredServiceAccountOutput(serializers.Serializer[Any]):
    """A program's account for the allocation's project or its organization."""

    uuid = UuidField()
    username = text()
    scope_type = serializers.ChoiceField(choices=("project", "customer"))
    expires_at = serializers.DateTimeField(allow_null=True)


class DesiredCourseAccountOutput(serializers.Serializer[Any]):
    """An account of somebody who takes a course."""

    uuid = UuidField()
    username = text()
    user_uuid = UuidField(allow_null=True)


class DesiredOrderOutput(serializers.Serializer[Any]):
    """An order that is open."""

    uuid = UuidField()
    type = EnumField(OrderType)
    state = EnumField(OrderState)


class DesiredResourceOutput(serializers.Serializer[Any]):
    """An allocation that the site has or should have."""

    uuid = UuidField()
    name = text()
    slug = text()
    state = EnumField(ResourceState)
    backend_id = text()
    effective_id = text()
    limits = JsonField(OBJECT)
    attributes = JsonField(OBJECT)
    backend_metadata = JsonField(OBJECT)
    endpoints = JsonField(list_of(OBJECT))
    paused = serializers.BooleanField()
    downscaled = serializers.BooleanField()
    restrict_member_access = serializers.BooleanField()
    project_uuid = UuidField()
    project_slug = text()
    project_name = text()
    customer_uuid = UuidField()
    customer_slug = text()
    customer_name = text()
    plan_uuid = UuidField(allow_null=True)
    plan_name = text(allow_null=True)
    end_date = serializers.DateField(allow_null=True)
    members = DesiredMemberOutput(many=True)
    user_limits = DesiredUserLimitOutput(many=True)
    periodic_settings = DesiredSettingsOutput(allow_null=True)
    service_accounts = DesiredServiceAccountOutput(many=True)
    course_accounts = DesiredCourseAccountOutput(many=True)
    orders = DesiredOrderOutput(many=True)


class DesiredStateOutput(serializers.Serializer[Any]):
    """The state of a site; `hash` covers all but `generation` and itself, and is the ETag too."""

    generation = serializers.IntegerField(min_value=1)
    hash = text()
    offering = DesiredOfferingOutput()
    resources = DesiredResourceOutput(many=True)
