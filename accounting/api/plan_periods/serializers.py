"""What a time under a plan looks like."""

from __future__ import annotations

from django.db.models import DateField, Q
from django.db.models.functions import Cast, Now, TruncMonth
from rest_framework import serializers

from accounting.api.component_usages.serializers import BaseComponentUsageOutput
from common.api.reads.outputs import Nested, Output, UuidField
from marketplace.models import ResourcePlanPeriod

THIS_MONTH = Cast(TruncMonth(Now()), DateField())


class ResourcePlanPeriodOutput(Output):
    """A time under a plan, with what was used in it this month."""

    class Meta:
        model = ResourcePlanPeriod
        fields = ("components", "end", "plan_name", "plan_uuid", "start", "uuid")
        always = ("components", "plan_name", "plan_uuid", "uuid")

    plan_name = serializers.CharField(source="plan.name")
    plan_uuid = UuidField(source="plan.uuid")
    components = Nested(
        BaseComponentUsageOutput,
        source="usages",
        many=True,
        where=Q(component_usage__billing_period=THIS_MONTH),
        order_by=("component_usage__component__type", "pk"),
    )
