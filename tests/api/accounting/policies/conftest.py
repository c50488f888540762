"""An allocation that a policy may pause and slow down, and the client of its provider."""

import pytest

from tests.factories.accounting import PolicyFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory


@pytest.fixture
def offering(provider):
    options = {"supports_pausing": True, "supports_downscaling": True}
    return HpcOfferingFactory(customer=provider, name="LUMI-C", plugin_options=options)


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(
        project=project,
        offering=offering,
        name="alloc-1",
        limits={"cpu_k_hours": 100},
        backend_id="hpc_alloc",
    )


@pytest.fixture
def policy(offering, carol):
    return PolicyFactory(offering=offering, created_by=carol, tres_billing_enabled=False)


@pytest.fixture
def client(as_user, carol):
    return as_user(carol)
