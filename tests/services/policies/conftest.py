"""An allocation that a policy may pause and slow down."""

import pytest

from tests.factories.accounting import PolicyFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory
from tests.services.policies.scene import BEGUN, SUPPORTED


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options=SUPPORTED)


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(
        project=project, offering=offering, limits={"cpu_k_hours": 100},
        backend_id="hpc_climate", created=BEGUN,
    )  # fmt: skip


@pytest.fixture
def policy(offering):
    return PolicyFactory(offering=offering)
