"""A key of an allocation whose site makes keys on request."""

from __future__ import annotations

import pytest

from allocations.services import api_key_steps as steps
from tests.factories.allocations import ResourceApiKeyFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory
from tests.services.api_keys.keys import SECRET


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options={steps.PROVISIONED: True})


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering, backend_id="gw-1")


@pytest.fixture
def key(resource):
    return ResourceApiKeyFactory(resource=resource, client_id="c-1", value=SECRET)
