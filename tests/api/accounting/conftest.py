"""An allocation that is used."""

import pytest

from tests.factories.marketplace import (
    HpcOfferingFactory,
    ResourceFactory,
    ResourcePlanPeriodFactory,
)


@pytest.fixture
def resource(project, provider):
    offering = HpcOfferingFactory(customer=provider, name="LUMI-C")
    return ResourceFactory(project=project, offering=offering, name="alloc-1")


@pytest.fixture
def plan_period(resource, now):
    return ResourcePlanPeriodFactory(resource=resource, start=now)
