"""What staff see and do of usage policies."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounting.models import SlurmPeriodicUsagePolicy
from tests.admin.pages import action_address, page_of, text
from tests.factories.accounting import ComponentUsageFactory, PolicyFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def resource(project, provider):
    options = {"supports_pausing": True, "supports_downscaling": True}
    offering = HpcOfferingFactory(customer=provider, plugin_options=options)
    return ResourceFactory(project=project, offering=offering, limits={"cpu_k_hours": 100})


def test_staff_evaluate_a_policy_and_see_on_its_page_what_came_of_it(staff, resource):
    policy = PolicyFactory(offering=resource.offering)
    ComponentUsageFactory(resource=resource, usage=Decimal(105))

    staff.post(action_address("evaluate", policy), {"reason": "The site asks why"})

    resource.refresh_from_db()
    assert resource.downscaled is True
    shown = text(staff.get(page_of(policy)))
    assert "105.00" in shown
    assert "downscale, notify" in shown


def test_staff_remove_a_policy_and_what_it_holds(staff, resource):
    policy = PolicyFactory(offering=resource.offering)
    ComponentUsageFactory(resource=resource, usage=Decimal(130))
    staff.post(action_address("evaluate", policy), {"reason": ""})

    staff.post(action_address("remove", policy), {"reason": "Agreed with the site"})

    resource.refresh_from_db()
    assert (resource.paused, resource.downscaled) == (False, False)
    assert not SlurmPeriodicUsagePolicy.objects.exists()
