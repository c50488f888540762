"""Role by endpoint for orders and resources: who may do what, from either side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketplace.api.urls import router
from marketplace.lifecycle import OrderState, ResourceState
from tests.api.tables import BOTH_SIDES, WITHOUT_ROLE, asker, body_by_end, check_all, read, untested
from tests.factories.identity import take_twin_roles
from tests.factories.marketplace import OrderFactory, PlanFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Project, User
    from marketplace.models import Offering
    from tests.cases import Case

pytestmark = pytest.mark.django_db

TABLE = """
GET    orders/                                                      200 -++++++++++
POST   orders/                                                      201 -!x++++!!x+
GET    orders/{asked}/                                              200 -?+++++++++
GET    orders/{asked}/events/                                       200 -?+++++++++
PATCH  orders/{asked}/                                              200 -?x++++xxx+
PUT    orders/{asked}/                                              200 -?x++++xxx+
PATCH  orders/{agreed}/                                             200 -?xxxx+xxx+
DELETE orders/{asked}/                                              204 -?xx+++xxx+
POST   orders/{asked}/approve_by_consumer/                          200 -?xxxx+xxx+
POST   orders/{agreed}/approve_by_provider/                         200 -?xxxxxx+x+
POST   orders/{asked}/reject_by_consumer/                           200 -?xxxx+xxx+
POST   orders/{agreed}/reject_by_provider/                          200 -?xxxxxx+x+
POST   orders/{agreed}/cancel/                                      202 -?xx+++xxx+
POST   orders/{agreed}/set_state_executing/                         200 -?xxxxxx+x+
POST   orders/{begun}/set_state_done/                               200 -?xxxxxx+x+
POST   orders/{begun}/set_state_erred/                              200 -?xxxxxx+x+
POST   orders/{failed}/retry/                                       200 -?xxxxxx+x+
POST   orders/{begun}/set_backend_id/                               200 -?xxxxx++x+
GET    orders/{asked}/offering/                                     200 -?+++++++++
GET    orders/{asked}/resource/                                     200 -?+++++++++
POST   orders/{begun}/unlink/                                       204 -xxxxxxxxx+
GET    resources/                                                   200 -++++++++++
GET    resources/{resource}/                                        200 -?+++++??++
GET    resources/{resource}/events/                                 200 -?+++++??++
PATCH  resources/{resource}/                                        200 -?xx+++??x+
PUT    resources/{resource}/                                        200 -?xx+++??x+
GET    resources/{resource}/details/                                204 -?+++++??++
GET    resources/{resource}/offering/                               200 -?+++++??++
POST   resources/suggest_name/                                      200 -!+++++!!++
POST   resources/{resource}/update_limits/                          200 -?xx+++??x+
POST   resources/{resource}/switch_plan/                            200 -?xx+++??x+
POST   resources/{resource}/update_options/                         200 -?xx+++??x+
POST   resources/{resource}/terminate/                              200 -?xx+++??x+
POST   resources/{ended}/restore/                                   200 -?xx+++??x+
POST   resources/{resource}/pull/                                   202 -?xx+++??x+
POST   resources/{resource}/set_end_date/                           200 -?xxx++??x+
POST   resources/{resource}/set_end_date_by_staff/                  200 -xxxxxxxxx+
POST   resources/{resource}/set_slug/                               200 -xxxxxxxxx+
POST   resources/{resource}/set_paused/                             200 -?xxxxx??x+
POST   resources/{resource}/set_downscaled/                         200 -?xxxxx??x+
POST   resources/{resource}/set_restrict_member_access/             200 -?xxxxx??x+
POST   resources/{resource}/unlink/                                 204 -xxxxxxxxx+
GET    provider-resources/                                          200 -++++++++++
GET    provider-resources/{resource}/                               200 -??????++++
GET    provider-resources/{resource}/events/                        200 -??????++++
PATCH  provider-resources/{resource}/                               200 -??????++x+
PUT    provider-resources/{resource}/                               200 -??????++x+
GET    provider-resources/{resource}/details/                       204 -??????++++
GET    provider-resources/{resource}/offering/                      200 -??????++++
POST   provider-resources/{resource}/pull/                          202 -??????++x+
POST   provider-resources/{resource}/refresh_last_sync/             200 -??????++x+
POST   provider-resources/{broken}/set_as_ok/                       200 -??????++x+
POST   provider-resources/{broken}/set_state_ok/                    200 -??????++x+
POST   provider-resources/{resource}/set_as_erred/                  200 -??????++x+
POST   provider-resources/{resource}/set_backend_id/                200 -??????++x+
POST   provider-resources/{resource}/set_effective_id/              200 -??????++x+
POST   provider-resources/{resource}/set_backend_metadata/          200 -??????++x+
POST   provider-resources/{resource}/set_endpoints/                 200 -??????++x+
POST   provider-resources/{resource}/set_limits/                    200 -??????++x+
POST   provider-resources/{resource}/set_paused/                    200 -??????x+x+
POST   provider-resources/{resource}/set_downscaled/                200 -??????x+x+
POST   provider-resources/{resource}/set_restrict_member_access/    200 -??????x+x+
POST   provider-resources/{resource}/set_end_date/                  200 -??????x+x+
POST   provider-resources/{resource}/set_end_date_by_provider/      200 -??????x+x+
POST   provider-resources/{resource}/set_end_date_by_staff/         200 -xxxxxxxxx+
POST   provider-resources/{resource}/submit_report/                 200 -??????++x+
POST   provider-resources/{resource}/terminate/                     200 -??????x+x+
POST   provider-resources/{ended}/restore/                          200 -??????x+x+
POST   provider-resources/{resource}/update_options/                200 -??????++x+
POST   provider-resources/{resource}/update_options_direct/         200 -??????++x+
POST   provider-resources/{resource}/set_slug/                      200 -xxxxxxxxx+
POST   provider-resources/{resource}/unlink/                        204 -xxxxxxxxx+
"""

LINES = read(TABLE, below="/api/marketplace-")


@pytest.fixture
def named(project: Project, offering: Offering) -> dict[str, str]:
    """Return what the paths name: orders and resources in the states that their actions need."""
    offering.plugin_options = {"can_restore_resource": True}
    offering.save()

    def resource(state: ResourceState) -> Any:
        return ResourceFactory(project=project, offering=offering, state=state)

    orders = {
        "asked": OrderState.PENDING_CONSUMER,
        "agreed": OrderState.PENDING_PROVIDER,
        "begun": OrderState.EXECUTING,
        "failed": OrderState.ERRED,
    }
    rows: dict[str, Any] = {
        name: OrderFactory(resource=resource(ResourceState.CREATING), state=state)
        for name, state in orders.items()
    }
    rows |= {
        "resource": resource(ResourceState.OK),
        "broken": resource(ResourceState.ERRED),
        "ended": resource(ResourceState.TERMINATED),
        "offering": offering,
        "plan": offering.plans.get(),
        "premium": PlanFactory(offering=offering, name="Premium"),
        "project": project,
    }
    return {name: row.uuid.hex for name, row in rows.items()}


def bodies(named: dict[str, str], now: datetime) -> dict[str, Any]:
    """Return for each end of a path a body that is right: nothing but the caller decides."""
    at = "http://testserver/api"
    offering = f"{at}/marketplace-public-offerings/{named['offering']}/"
    today = now.date().isoformat()
    return {
        "marketplace-orders/": {
            "offering": offering,
            "project": f"{at}/projects/{named['project']}/",
            "plan": f"{offering}plans/{named['plan']}/",
            "attributes": {"name": "new"},
            "limits": {"cpu_k_hours": 1},
        },
        "asked}/": {"limits": {"cpu_k_hours": 2}},
        "agreed}/": {"limits": {"cpu_k_hours": 2}},
        "set_backend_id/": {"backend_id": "hpc-1"},
        "set_effective_id/": {"effective_id": "hpc-1"},
        "resource}/": {"name": "renamed"},
        "suggest_name/": {"offering": named["offering"], "project": named["project"]},
        "update_limits/": {"limits": {"cpu_k_hours": 2}},
        "switch_plan/": {"plan": f"{offering}plans/{named['premium']}/"},
        "update_options/": {"options": {"a": 1}},
        "update_options_direct/": {"options": {"a": 1}},
        "set_end_date/": {"end_date": today},
        "set_end_date_by_staff/": {"end_date": today},
        "set_end_date_by_provider/": {"end_date": "2099-01-01"},
        "set_slug/": {"slug": "my-slug"},
        "set_paused/": {"paused": True},
        "set_downscaled/": {"downscaled": True},
        "set_restrict_member_access/": {"restrict_member_access": True},
        "set_backend_metadata/": {"backend_metadata": {"qos": "normal"}},
        "set_endpoints/": {"endpoints": [{"name": "login", "url": "ssh://lumi.csc.fi"}]},
        "set_limits/": {"limits": {"cpu_k_hours": 2}},
        "submit_report/": {"report": [{"header": "H", "body": "B"}]},
    }


@pytest.fixture
def ask(
    both_sides: dict[str, User],
    named: dict[str, str],
    clients_of: Callable[..., dict[str, APIClient]],
    now: datetime,
) -> Callable[[str, str, str], Any]:
    """Return a function that sends a request as somebody."""
    by_end = bodies(named, now)
    return asker(clients_of(both_sides), named, lambda path: body_by_end(by_end, path))


def test_the_table(ask: Callable[[str, str, str], Any], case: Case) -> None:
    check_all(LINES, BOTH_SIDES, ask, case)


def test_it_is_the_same_for_roles_that_staff_made(
    ask: Callable[[str, str, str], Any], both_sides: dict[str, User], case: Case
) -> None:
    """Whoever holds a role of the same permissions sees and may the same."""
    take_twin_roles(both_sides.values())
    check_all(LINES, BOTH_SIDES, ask, case, without=WITHOUT_ROLE)


@pytest.mark.parametrize(
    "prefix", ["marketplace-orders", "marketplace-resources", "marketplace-provider-resources"]
)
def test_every_action_is_in_the_table(prefix: str) -> None:
    viewsets: dict[str, Any] = {found: viewset for found, viewset, _ in router.registry}
    assert untested(LINES, viewsets[prefix]) == set()
