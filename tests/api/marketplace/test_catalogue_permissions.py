"""Role by endpoint for the catalogue: who may do what, the outsider and the anonymous included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from marketplace.api.urls import router
from tests.api.tables import MARKS, WITHOUT_ROLE, asker, body_by_end, check_all, read, untested
from tests.factories.identity import CustomerFactory, GrantFactory, UserFactory, take_twin_roles
from tests.factories.marketplace import (
    CategoryFactory,
    CategoryGroupFactory,
    ConsentFactory,
    OfferingEndpointFactory,
    OfferingFactory,
    OfferingPartitionFactory,
    OrderFactory,
    PlanFactory,
    ResourceFactory,
    ServiceProviderFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Offering
    from tests.cases import Case

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "mallory", "bob", "alice", "olga", "manager", "carol", "sam", "dave")
"""The outsider; a member and the owner on the consumer's side; a manager of the offering, a manager
and the owner of the provider; support and staff."""

TABLE = """
GET    categories/                                              200 +++++++++
GET    categories/{category}/                                   200 +++++++++
POST   categories/                                              201 -xxxxxxx+
PATCH  categories/{category}/                                   200 -xxxxxxx+
PUT    categories/{category}/                                   200 -xxxxxxx+
DELETE categories/{category}/                                   204 -xxxxxxx+
GET    category-groups/                                         200 +++++++++
GET    category-groups/{group}/                                 200 +++++++++
GET    public-offerings/                                        200 +++++++++
GET    public-offerings/{offering}/                             200 +++++++++
GET    public-offerings/{unlisted}/                             200 ?????????
GET    public-offerings/{offering}/plans/                       200 +++++++++
GET    public-offerings/{offering}/plans/{plan}/                200 +++++++++
GET    service-providers/                                       200 +++++++++
GET    service-providers/{provider}/                            200 +++++++++
POST   service-providers/                                       201 -!!!!!!x+
PATCH  service-providers/{provider}/                            200 -xxxxx+x+
PUT    service-providers/{provider}/                            200 -xxxxx+x+
DELETE service-providers/{provider}/                            204 -xxxxxxx=
GET    service-providers/{provider}/offerings/                  200 -xxx+++++
GET    service-providers/{provider}/customers/                  200 -xxx+++++
GET    service-providers/{provider}/user_customers/             200 -xxx+++++
GET    service-providers/{provider}/customer_projects/          200 -xxx+++++
GET    service-providers/{provider}/projects/                   200 -xxx+++++
GET    service-providers/{provider}/project_permissions/        200 -xxx+++++
GET    service-providers/{provider}/users/                      200 -xxx+++++
GET    service-providers/{provider}/keys/                       200 -xxx+++++
GET    provider-offerings/                                      200 -++++++++
POST   provider-offerings/                                      201 -!!!xx+x+
GET    provider-offerings/{offering}/                           200 -???+++++
DELETE provider-offerings/{unused}/                             204 -????x+x+
DELETE provider-offerings/{offering}/                           409 -???xx+x+
POST   provider-offerings/{unlisted}/activate/                  200 -xxxxxxx+
POST   provider-offerings/{offering}/pause/                     200 -???xx+x+
POST   provider-offerings/{paused}/unpause/                     200 -????x+x+
POST   provider-offerings/{offering}/archive/                   200 -???xx+x+
POST   provider-offerings/{offering}/draft/                     200 -???xx+x+
POST   provider-offerings/{offering}/update_attributes/         200 -???+x+x+
POST   provider-offerings/{offering}/update_description/        200 -???+x+x+
POST   provider-offerings/{offering}/update_integration/        200 -???+x+x+
POST   provider-offerings/{offering}/update_location/           200 -???+x+x+
POST   provider-offerings/{offering}/update_organization_groups/ 200 -???+x+x+
POST   provider-offerings/{offering}/delete_organization_groups/ 204 -???+x+x+
POST   provider-offerings/{offering}/update_options/            200 -???+x+x+
POST   provider-offerings/{offering}/update_resource_options/   200 -???+x+x+
POST   provider-offerings/{offering}/update_overview/           200 -???xxxx+
POST   provider-offerings/{unlisted}/update_overview/           200 -????x+x+
POST   provider-offerings/{offering}/create_offering_component/ 201 -???+x+x+
POST   provider-offerings/{offering}/update_offering_component/ 200 -???+x+x+
POST   provider-offerings/{offering}/remove_offering_component/ 200 -???+x+x+
POST   provider-offerings/{offering}/check_unique_backend_id/   200 -???+++++
GET    provider-offerings/{offering}/customers/                 200 -???+++++
GET    provider-offerings/{offering}/list_customer_projects/    200 -???+++++
GET    provider-offerings/{offering}/list_customer_users/       200 -???+++++
POST   provider-offerings/{offering}/add_partition/             201 -???+x+x+
PATCH  provider-offerings/{offering}/update_partition/          200 -???+x+x+
POST   provider-offerings/{offering}/remove_partition/          204 -???+x+x+
POST   provider-offerings/{offering}/add_endpoint/              201 -???+x+x+
POST   provider-offerings/{offering}/update_endpoint/           200 -???+x+x+
POST   provider-offerings/{offering}/delete_endpoint/           204 -???+x+x+
POST   provider-offerings/{offering}/sync_resources/            202 -???+++x+
GET    provider-offerings/{offering}/orders/                    200 -???+++++
GET    provider-offerings/{offering}/orders/{order}/            200 -???+++++
GET    provider-offerings/{offering}/list_users/                200 -???+++++
GET    provider-offerings/{offering}/events/                    200 -???+++++
POST   provider-offerings/{offering}/add_user/                  201 -???xx+x+
POST   provider-offerings/{offering}/update_user/               200 -???xx+x+
POST   provider-offerings/{offering}/delete_user/               200 -???xx+x+
GET    plans/                                                   200 -++++++++
POST   plans/                                                   201 -!!!xx+x+
GET    plans/{plan}/                                            200 -???+++++
PATCH  plans/{plan}/                                            200 -???xx+x+
PUT    plans/{plan}/                                            200 -???xx+x+
DELETE plans/{premium}/                                         204 -???xx+x+
POST   plans/{plan}/archive/                                    200 -???xx+x+
POST   plans/{plan}/update_prices/                              200 -???xx+x+
POST   plans/{plan}/update_quotas/                              200 -???xx+x+
POST   plans/{plan}/update_organization_groups/                 200 -???xx+x+
POST   plans/{plan}/delete_organization_groups/                 204 -???xx+x+
GET    offering-permissions/                                    200 -++++++++
GET    offering-permissions/{held}/                             200 -???+++++
GET    offering-permissions-log/                                200 -++++++++
GET    offering-permissions-log/{ended}/                        200 -???+++++
GET    offering-terms-of-service/                               200 -++++++++
POST   offering-terms-of-service/                               201 -!!!+x+x+
GET    offering-terms-of-service/{terms}/                       200 -++++++++
GET    offering-terms-of-service/{unlisted_terms}/              200 -????++++
PATCH  offering-terms-of-service/{terms}/                       200 -xxx+x+x+
PUT    offering-terms-of-service/{terms}/                       200 -xxx+x+x+
DELETE offering-terms-of-service/{terms}/                       204 -xxx+x+x+
GET    user-offering-consents/                                  200 -++++++++
POST   user-offering-consents/                                  201 -++++++++
GET    user-offering-consents/{consent}/                        200 -?+?+++++
PATCH  user-offering-consents/{consent}/                        200 -?+?xxxx+
PUT    user-offering-consents/{consent}/                        200 -?+?xxxx+
DELETE user-offering-consents/{consent}/                        204 -?+?xxxx+
POST   user-offering-consents/{consent}/revoke/                 200 -?+?xxxx+
"""

MISSING = {"=": 400}
"""What is not so yet, beside the marks of every table."""

LINES = read(TABLE, below="/api/marketplace-", marks=MARKS | MISSING)


@pytest.fixture
def people(
    mallory: User,
    bob: User,
    alice: User,
    carol: User,
    sam: User,
    dave: User,
    provider: Customer,
    offering: Offering,
) -> dict[str, User]:
    """Return everybody by name."""
    olga, manager = (UserFactory(username=name) for name in ("olga", "manager"))
    GrantFactory(user=olga, scope=offering, role=RoleName.OFFERING_MANAGER)
    GrantFactory(user=manager, scope=provider, role=RoleName.CUSTOMER_MANAGER)
    everybody = (mallory, bob, alice, olga, manager, carol, sam, dave)
    return {user.username: user for user in everybody}


@pytest.fixture
def named(
    provider: Customer, project: Project, offering: Offering, people: dict[str, User]
) -> dict[str, str]:
    """Return what the paths and bodies name."""
    resource = ResourceFactory(project=project, offering=offering)
    held = GrantFactory(scope=offering, role=RoleName.OFFERING_MANAGER)
    unlisted = OfferingFactory(customer=provider, state="Draft")
    rows: dict[str, Any] = {
        "terms": TermsOfServiceFactory(offering=offering, version="2"),
        "unlisted_terms": TermsOfServiceFactory(offering=unlisted),
        "consent": ConsentFactory(offering=offering, user=people["bob"], version="1"),
        "category": CategoryFactory(),
        "group": CategoryGroupFactory(),
        "provider": ServiceProviderFactory(customer=provider),
        "organisation": provider,
        "newcomer": CustomerFactory(),
        "offering": offering,
        "unlisted": unlisted,
        "unused": OfferingFactory(customer=provider, state="Archived"),
        "paused": OfferingFactory(customer=provider, state="Paused"),
        "plan": offering.plans.get(),
        "premium": PlanFactory(offering=offering, name="Premium"),
        "order": OrderFactory(resource=resource),
        "component": offering.components.get(type="node_fee"),
        "partition": OfferingPartitionFactory(offering=offering),
        "endpoint": OfferingEndpointFactory(offering=offering),
        "person": people["mallory"],
        "member": held.user,
        "held": held,
        "ended": GrantFactory(scope=offering, role=RoleName.OFFERING_MANAGER, is_active=False),
    }
    return {name: row.uuid.hex for name, row in rows.items()}


def bodies(named: dict[str, str]) -> dict[str, Any]:
    """Return for each end of a path a body that is right: nothing but the caller decides."""
    at = "http://testserver/api"
    category = f"{at}/marketplace-categories/{named['category']}/"
    organisation = f"{at}/customers/{named['organisation']}/"
    component = {"name": "Fee", "billing_type": "fixed", "type": "node_fee"}
    plan = {
        "name": "Trial",
        "offering": f"{at}/marketplace-provider-offerings/{named['offering']}/",
    }
    role = {"role": "OFFERING.MANAGER"}
    return {
        "categories/": {"title": "Storage"},
        "{category}/": {"title": "Storage"},
        "service-providers/": {"customer": f"{at}/customers/{named['newcomer']}/"},
        "{provider}/": {"customer": organisation, "description": "HPC"},
        "provider-offerings/": {
            "name": "New",
            "category": category,
            "customer": organisation,
            "type": "Marketplace.Basic",
        },
        "pause/": {"paused_reason": "maintenance"},
        "update_attributes/": {"machine": "LUMI"},
        "update_description/": {"category": category},
        "update_integration/": {"backend_id": "lumi-c"},
        "update_organization_groups/": {"organization_groups": []},
        "update_location/": {"latitude": 64.2, "longitude": 27.7},
        "update_options/": {"options": {"options": {}, "order": []}},
        "update_resource_options/": {"resource_options": {"options": {}, "order": []}},
        "update_overview/": {"name": "Renamed"},
        "create_offering_component/": component | {"type": "storage"},
        "update_offering_component/": component | {"uuid": named["component"]},
        "remove_offering_component/": {"uuid": named["component"]},
        "add_partition/": {"offering": named["offering"], "partition_name": "gpu"},
        "update_partition/": {"partition_uuid": named["partition"], "qos": "high"},
        "remove_partition/": {"partition_uuid": named["partition"]},
        "add_endpoint/": {"name": "Login", "url": "ssh://login"},
        "update_endpoint/": {"uuid": named["endpoint"], "name": "Front end"},
        "delete_endpoint/": {"uuid": named["endpoint"]},
        "check_unique_backend_id/": {"backend_id": "x"},
        "add_user/": role | {"user": named["person"]},
        "update_user/": role | {"user": named["member"]},
        "delete_user/": role | {"user": named["member"]},
        "plans/": plan,
        "{plan}/": plan,
        "update_prices/": {"prices": {"cpu_k_hours": "2"}},
        "update_quotas/": {"quotas": {"node_fee": 1}},
        "offering-terms-of-service/": {"offering": plan["offering"], "version": "3"},
        "{terms}/": {"terms_of_service": "Be kinder."},
        "user-offering-consents/": {"offering": named["offering"]},
        "{consent}/": {"version": "2"},
    }


@pytest.fixture
def ask(
    people: dict[str, User], named: dict[str, str], clients_of: Callable[..., dict[str, APIClient]]
) -> Callable[[str, str, str], Any]:
    """Return a function that sends a request as somebody."""
    by_end = bodies(named)
    return asker(clients_of(people), named, lambda path: body_by_end(by_end, path, of_several=-1))


def test_the_table(ask: Callable[[str, str, str], Any], case: Case) -> None:
    check_all(LINES, PEOPLE, ask, case)


def test_it_is_the_same_for_roles_that_staff_made(
    ask: Callable[[str, str, str], Any], people: dict[str, User], case: Case
) -> None:
    """Whoever holds a role of the same permissions sees and may the same."""
    take_twin_roles(people.values())
    check_all(LINES, PEOPLE, ask, case, without=WITHOUT_ROLE)


@pytest.mark.parametrize("prefix", sorted({path.split("/")[2] for _, path, _ in LINES}))
def test_every_action_is_in_the_table(prefix: str) -> None:
    viewsets: dict[str, Any] = {found: viewset for found, viewset, _ in router.registry}
    assert untested(LINES, viewsets[prefix]) == set()
