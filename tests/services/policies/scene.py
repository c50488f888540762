"""What the tests of policies share: a moment, the flags, and how usage comes to be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from accounting.models import ComponentUsage
from accounting.services import evaluation
from identity.models import Event
from tests.factories.accounting import ComponentUsageFactory

BEGUN = datetime(2026, 1, 22, 12, tzinfo=UTC)
NOV = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEC = datetime(2026, 12, 1, 1, tzinfo=UTC)
SUPPORTED = {"supports_pausing": True, "supports_downscaling": True}
NEITHER = {"paused": False, "downscaled": False}
SLOW = {"paused": False, "downscaled": True}
BOTH = {"paused": True, "downscaled": True}


def use(resource, amount, *, in_month=date(2026, 11, 1)):
    component = resource.offering.components.get(type="cpu_k_hours")
    ComponentUsage.objects.filter(
        resource=resource, component=component, billing_period=in_month
    ).delete()
    ComponentUsageFactory(
        resource=resource, component=component, billing_period=in_month, usage=Decimal(amount)
    )


def evaluate(policy, resource, actor, *, now=NOV):
    report = evaluation.evaluate(policy, resource_uuid=resource.uuid, actor=actor, now=now)
    (outcome,) = report.outcomes
    return outcome


def flagged():
    return Event.objects.filter(kind="resource.flags_set")


def flags(resource):
    resource.refresh_from_db()
    return {"paused": resource.paused, "downscaled": resource.downscaled}
