"""The allocation of which usage is reported."""

from __future__ import annotations

import pytest

from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory
from tests.services.usage.reporting import BEGUN


@pytest.fixture
def resource(project, provider):
    return ResourceFactory(
        project=project, offering=HpcOfferingFactory(customer=provider), created=BEGUN
    )
