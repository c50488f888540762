"""What the tests of policies share: the address, moments as they are sent, and how usage comes."""

from __future__ import annotations

from decimal import Decimal

from accounting.models import ComponentUsage
from tests.factories.accounting import ComponentUsageFactory

URL = "/api/marketplace-slurm-periodic-usage-policies/"


def wire(moment):
    return moment.isoformat().replace("+00:00", "Z")


def use(resource, amount, month=None):
    component = resource.offering.components.get(type="cpu_k_hours")
    ComponentUsage.objects.filter(resource=resource, component=component).delete()
    more = {"billing_period": month} if month else {}
    ComponentUsageFactory(resource=resource, component=component, usage=Decimal(amount), **more)
