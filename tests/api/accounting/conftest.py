"""An allocation that is used."""

from datetime import UTC, datetime

import pytest

from tests.factories.marketplace import (
    HpcOfferingFactory,
    ResourceFactory,
    ResourcePlanPeriodFactory,
)


@pytest.fixture
def resource(project, provider):
    offering = HpcOfferingFactory(customer=provider, name="LUMI-C")
    created = datetime(2019, 6, 1, tzinfo=UTC)
    return ResourceFactory(project=project, offering=offering, name="alloc-1", created=created)


@pytest.fixture
def plan_period(resource, now):
    return ResourcePlanPeriodFactory(resource=resource, start=now)
