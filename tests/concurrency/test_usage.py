"""Sites report at the same time, and nothing is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounting.models import ComponentUsage, ComponentUserUsage
from accounting.services import usage, user_usages
from accounting.services.usage import Reported
from accounting.services.user_usages import UserReported
from identity.models import Event
from tests.concurrency.racing import at_once
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db(transaction=True)

COMPONENTS = ("cpu_k_hours", "gpu_k_hours", "gb_k_hours")


@pytest.fixture
def resource(project, provider):
    return ResourceFactory(project=project, offering=HpcOfferingFactory(customer=provider))


def test_partial_reports_at_once_are_all_in_the_sum(resource, carol, now):
    def report(number):
        entry = Reported(COMPONENTS[number % 3], Decimal(number % 3 + 1))
        usage.set_usage(resource, [entry], actor=carol, now=now)

    at_once(report)

    resource.refresh_from_db()
    assert resource.current_usages == {
        "cpu_k_hours": "1.00",
        "gb_k_hours": "3.00",
        "gpu_k_hours": "2.00",
    }
    assert resource.limit_usage == {"cpu_k_hours": 1, "gb_k_hours": 3}
    assert ComponentUsage.objects.count() == 3
    assert Event.objects.filter(kind="usage.recorded").count() == 3


def test_of_several_reports_of_one_component_one_row_remains_and_the_resource_shows_it(
    resource, carol, now
):
    def report(number):
        entry = Reported("cpu_k_hours", Decimal(number + 1))
        usage.set_usage(resource, [entry], actor=carol, now=now)

    at_once(report)

    row = ComponentUsage.objects.get()
    resource.refresh_from_db()
    assert resource.current_usages == {"cpu_k_hours": format(row.usage, "f")}
    last = Event.objects.filter(kind="usage.recorded").latest("pk")
    assert Decimal(last.payload["usages"]["cpu_k_hours"]) == row.usage


def test_parts_reported_at_once_are_one_row_each(resource, carol, now):
    row = ComponentUsageFactory(resource=resource)

    def report(number):
        parts = [UserReported(name, Decimal(number + 1)) for name in ("ada", "bob")]
        user_usages.set_user_usages(row, parts, actor=carol, now=now)

    at_once(report)

    assert ComponentUserUsage.objects.count() == 2
    assert len(set(ComponentUserUsage.objects.values_list("usage", flat=True))) == 1
