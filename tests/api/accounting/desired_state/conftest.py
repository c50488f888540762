"""The desired state of an offering with an account, as its provider reads it."""

from __future__ import annotations

import pytest

from tests.factories.allocations import OfferingUserFactory

URL = "/api/marketplace-provider-offerings/{}/desired-state/"


@pytest.fixture
def account(resource, bob):
    return OfferingUserFactory(
        offering=resource.offering, user=bob, username="bob1", backend_metadata={"uidnumber": 5001}
    )


@pytest.fixture
def read(as_user, carol, resource):
    """Return a reader of the state, as somebody of the provider."""
    client = as_user(carol)

    def get(**headers):
        return client.get(URL.format(resource.offering.uuid.hex), headers=headers)

    return get
