"""Role by endpoint for accounts of programs and courses, and for what sites see of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocations.api.shared_accounts.views import (
    AccountsAtOfferingViewSet,
    AccountsAtProviderViewSet,
    CourseAccountViewSet,
    CustomerServiceAccountViewSet,
    ProjectServiceAccountViewSet,
)
from allocations.api.site_access.views import SiteAccessViewSet
from tests.api.tables import BOTH_SIDES, asker, check_all, read, untested
from tests.factories.allocations import (
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    ProjectServiceAccountFactory,
    UserAttributeConfigFactory,
)
from tests.factories.marketplace import ResourceFactory, ServiceProviderFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User
    from marketplace.models import Offering
    from tests.cases import Case

pytestmark = pytest.mark.django_db

TABLE = """
GET    project-service-accounts/                                   200 -++++++++++
POST   project-service-accounts/                                   201 -!xxx++!!x+
GET    project-service-accounts/{theirs}/                          200 -?+++++??++
GET    project-service-accounts/{theirs}/events/                   200 -?+++++??++
PUT    project-service-accounts/{theirs}/                          200 -?xxx++??x+
PATCH  project-service-accounts/{theirs}/                          200 -?xxx++??x+
DELETE project-service-accounts/{theirs}/                          204 -?xxx++??x+
POST   project-service-accounts/{theirs}/rotate_api_key/           200 -?xxx++??x+
GET    customer-service-accounts/                                  200 -++++++++++
POST   customer-service-accounts/                                  201 -!xxxx+!!x+
GET    customer-service-accounts/{of_all}/                         200 -?+???+??++
GET    customer-service-accounts/{of_all}/events/                  200 -?+???+??++
PUT    customer-service-accounts/{of_all}/                         200 -?x???+??x+
PATCH  customer-service-accounts/{of_all}/                         200 -?x???+??x+
DELETE customer-service-accounts/{of_all}/                         204 -?x???+??x+
POST   customer-service-accounts/{of_all}/rotate_api_key/          200 -?x???+??x+
GET    course-accounts/                                            200 -++++++++++
GET    course-accounts/{pupil}/                                    200 -?+++++??++
GET    course-accounts/{pupil}/events/                             200 -?+++++??++
GET    provider-offerings/{offering}/list_project_service_accounts/    200 -??????++++
GET    provider-offerings/{offering}/list_customer_service_accounts/   200 -??????++++
GET    provider-offerings/{offering}/list_course_accounts/             200 -??????++++
GET    provider-offerings/{offering}/user-attribute-config/            200 -??????++++
POST   provider-offerings/{offering}/update-user-attribute-config/     200 -??????++x+
PUT    provider-offerings/{offering}/update-user-attribute-config/     200 -??????++x+
PATCH  provider-offerings/{offering}/update-user-attribute-config/     200 -??????++x+
DELETE provider-offerings/{offering}/delete-user-attribute-config/     204 -??????++x+
GET    provider-offerings/{offering}/authorized-principals/            400 -??????++++
GET    provider-offerings/{offering}/revoked-principals/               200 -??????++++
GET    provider-offerings/site-access-keys/                            200 +++++++++++
GET    service-providers/{provider}/project_service_accounts/          200 -xxxxxx++++
GET    service-providers/{provider}/course_accounts/                   200 -xxxxxx++++
"""

LINES = read(TABLE, below="/api/marketplace-")


@pytest.fixture
def named(project: Project, offering: Offering) -> dict[str, str]:
    """Return what the paths and bodies name."""
    ResourceFactory(project=project, offering=offering)
    UserAttributeConfigFactory(offering=offering)
    rows: dict[str, Any] = {
        "theirs": ProjectServiceAccountFactory(project=project),
        "of_all": CustomerServiceAccountFactory(customer=project.customer),
        "pupil": CourseAccountFactory(project=project),
        "offering": offering,
        "provider": ServiceProviderFactory(customer=offering.customer),
        "project": project,
        "customer": project.customer,
    }
    return {name: row.uuid.hex for name, row in rows.items()}


def body_for(path: str, named: dict[str, str]) -> dict[str, Any]:
    """Return a body that is right: nothing but the caller decides."""
    if "config" in path:
        return {"expose_phone_number": True}
    owner = "project" if "project-service" in path else "customer"
    return {owner: named[owner], "description": "Fetches the weather"}


@pytest.fixture
def ask(
    both_sides: dict[str, User],
    named: dict[str, str],
    clients_of: Callable[..., dict[str, APIClient]],
) -> Callable[[str, str, str], Any]:
    """Return a function that sends a request as somebody."""
    return asker(clients_of(both_sides), named, lambda path: body_for(path, named))


def test_the_table(ask: Callable[[str, str, str], Any], case: Case) -> None:
    check_all(LINES, BOTH_SIDES, ask, case)


def test_every_route_is_in_the_table() -> None:
    viewsets = (
        AccountsAtOfferingViewSet,
        AccountsAtProviderViewSet,
        CourseAccountViewSet,
        CustomerServiceAccountViewSet,
        ProjectServiceAccountViewSet,
        SiteAccessViewSet,
    )
    assert untested(LINES, *viewsets) == set()


@pytest.mark.parametrize(
    "noun", ["project-service-accounts", "customer-service-accounts", "course-accounts"]
)
def test_a_list_shows_what_may_be_read_and_nothing_else(
    noun: str,
    both_sides: dict[str, User],
    named: dict[str, str],
    as_user: Callable[[User], APIClient],
) -> None:
    ProjectServiceAccountFactory()
    CustomerServiceAccountFactory()
    CourseAccountFactory()
    (readable,) = (
        dict(zip(BOTH_SIDES, expected, strict=True))
        for method, path, expected in LINES
        if method == "GET" and path.startswith(f"/api/marketplace-{noun}/{{") and path[-2] == "}"
    )
    for person, user in both_sides.items():
        listed = as_user(user).get(f"/api/marketplace-{noun}/").json()
        everything = user.is_staff or user.is_support
        assert len(listed) == (2 if everything else readable[person] == 200), person
