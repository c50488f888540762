"""The read plan renders what the serializer renders, at a constant number of queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from common.api.reads.caller import Caller
from common.api.reads.compiler import plan_for
from common.api.reads.outputs import (
    Computed,
    Derived,
    MapField,
    Nested,
    Omitted,
    Output,
    UuidField,
)
from identity.fields_of_science import FieldOfScience
from identity.models import Customer, Grant, OrganizationGroup, Project
from identity.roles import RoleName
from tests.factories.identity import (
    CustomerFactory,
    GrantFactory,
    OrganizationGroupFactory,
    ProjectFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


class GroupSample(Output):
    class Meta:
        model = OrganizationGroup
        fields = ("uuid", "name")

    uuid = UuidField()


class CustomerSample(Output):
    class Meta:
        model = Customer
        fields = ("uuid", "name", "created", "latitude", "groups", "default_tax_percent")

    uuid = UuidField()
    groups = Nested(GroupSample, source="organization_groups", many=True, order_by=("name",))


class GrantSample(Output):
    class Meta:
        model = Grant
        fields = ("user_uuid", "expiration_time")

    user_uuid = UuidField(source="user.uuid")


class ProjectSample(Output):
    class Meta:
        model = Project
        fields = (
            "uuid",
            "url",
            "name",
            "customer",
            "customer_row",
            "customer_name",
            "customer_groups",
            "end_date",
            "requested_by",
            "requested_by_name",
            "marketplace_resource_count",
            "science",
            "summary",
            "is_labelled",
            "grants",
            "first_grant",
            "campaigns",
        )

    uuid = UuidField()
    url = Computed("uuid", fn=str, output=serializers.CharField())
    customer = Computed("customer.uuid", fn=str, output=serializers.CharField())
    customer_row = Nested(CustomerSample, source="customer")
    customer_name = serializers.CharField(source="customer.name")
    customer_groups = Nested(
        GroupSample, source="customer.organization_groups", many=True, order_by=("name",)
    )
    requested_by = UuidField(source="end_date_requested_by.uuid", allow_null=True)
    requested_by_name = serializers.CharField(source="end_date_requested_by.username")
    marketplace_resource_count = MapField(child=serializers.IntegerField())
    science = Computed(
        "oecd_fos_2007_code", fn=FieldOfScience.label, output=serializers.CharField()
    )
    summary = Computed(
        "name", "customer.name", fn="{} of {}".format, output=serializers.CharField()
    )
    is_labelled = Derived("science", fn=bool, output=serializers.BooleanField())
    grants = Nested(GrantSample, source="grants", many=True)
    first_grant = Nested(GrantSample, source="grants", order_by=("-pk",), allow_null=True)
    campaigns = Omitted(serializers.CharField, reason="there are none")


def both_ways(output: type[Output], rows: Any, user: Any) -> tuple[list[Any], list[Any]]:
    caller = Caller(base="http://here", user=user)
    plan = plan_for(output)
    reference = output(context={"base": caller.base, "user": user})
    return (
        plan.read(rows, caller),
        [reference.to_representation(row) for row in rows],
    )


def test_plan_and_reference_agree_with_and_without_values() -> None:
    customer = CustomerFactory(latitude=60.5)
    customer.organization_groups.add(OrganizationGroupFactory(), OrganizationGroupFactory())
    someone = UserFactory()
    full = ProjectFactory(
        customer=customer,
        oecd_fos_2007_code="1.6",
        end_date="2030-01-01",
        end_date_requested_by=someone,
        marketplace_resource_count={"a": 1},
    )
    GrantFactory(user=someone, role=RoleName.PROJECT_MEMBER, scope=full)
    GrantFactory(user=someone, role=RoleName.PROJECT_ADMIN, scope=full)
    ProjectFactory()
    planned, reference = both_ways(ProjectSample, Project.objects.order_by("pk"), someone)
    assert planned == reference
    assert planned[0]["first_grant"] is not None
    assert planned[1]["first_grant"] is None
    assert planned[1]["requested_by"] is None
    assert "requested_by_name" not in planned[1]
    assert "campaigns" not in planned[0]


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows() -> None:
    caller = Caller(base="http://here", user=UserFactory())
    plan = plan_for(ProjectSample)
    counts = []
    for several in (1, 30):
        for project in ProjectFactory.create_batch(several):
            GrantFactory(role=RoleName.PROJECT_MEMBER, scope=project)
        with CaptureQueriesContext(connection) as queries:
            plan.load(Project.objects.all(), caller)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_what_is_asked_for_is_fetched_and_rendered() -> None:
    ProjectFactory(oecd_fos_2007_code="1.1")
    caller = Caller(base="http://here", user=UserFactory())
    plan = plan_for(ProjectSample, frozenset({"is_labelled"}))
    assert plan.root.columns == ["pk", "oecd_fos_2007_code"]
    assert plan.read(Project.objects.all(), caller) == [{"is_labelled": True}]


def test_a_field_without_a_plan_is_refused() -> None:
    class Unplanned(Output):
        class Meta:
            model = Project
            fields = ("name",)

        name = serializers.SerializerMethodField()

        def get_name(self, row: Any) -> str:
            return str(row)

    with pytest.raises(TypeError, match="No read plan for a SerializerMethodField"):
        plan_for(Unplanned)
