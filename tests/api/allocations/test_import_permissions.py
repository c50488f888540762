"""Role by endpoint for imports: who asks, who reports, who takes over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocations.api.urls import router
from allocations.lifecycle import ImportState
from identity.roles import RoleName
from tests.api.tables import asker, check_all, read, untested
from tests.factories.allocations import BackendResourceFactory, BackendResourceRequestFactory
from tests.factories.identity import CustomerFactory, GrantFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Offering
    from tests.cases import Case

pytestmark = pytest.mark.django_db

PEOPLE = (
    "anonymous",
    "mallory",
    "rival",
    "bob",
    "pi",
    "alice",
    "olga",
    "manager",
    "carol",
    "reader",
    "sam",
    "dave",
)
"""The outsider and another provider's owner; member, manager and owner on the consumer's side; a
manager of the offering; a manager, the owner and a reader of the provider; support and staff."""

TABLE = """
GET    backend-resource-requests/                            200 -+++++++++++
POST   backend-resource-requests/                            201 -!!!!!+++!x+
GET    backend-resource-requests/{sent}/                     200 -?????+++?++
POST   backend-resource-requests/{sent}/start_processing/    200 -?????+++?x+
POST   backend-resource-requests/{begun}/set_done/           200 -?????+++?x+
POST   backend-resource-requests/{begun}/set_erred/          200 -?????+++?x+
POST   backend-resource-requests/{sent}/set_erred/           200 -?????+++?x+
POST   backend-resource-requests/{sent}/set_done/            409 -?????+++?x+
POST   backend-resource-requests/{done}/start_processing/    409 -?????+++?x+
POST   backend-resource-requests/{done}/set_done/            409 -?????+++?x+
POST   backend-resource-requests/{done}/set_erred/           409 -?????+++?x+
GET    backend-resources/                                    200 -+++++++++++
POST   backend-resources/                                    201 -!!!!!+++!x+
GET    backend-resources/{found}/                            200 -?????+++?++
POST   backend-resources/{found}/import_resource/            201 -?????xx+?x+
POST   backend-resources/{known}/import_resource/            409 -?????xx+?x+
POST   backend-resources/{strange}/import_resource/          400 -?????xx+?x+
DELETE backend-resources/{found}/                            204 -?????+++?x+
GET    marketplace-provider-offerings/{offering}/importable_resources/ 200 -?????+++?++
POST   marketplace-provider-offerings/{offering}/import_resource/ 200 -?????xx+?x+
"""

LINES = read(TABLE)


@pytest.fixture
def people(
    mallory: User,
    bob: User,
    pi: User,
    alice: User,
    carol: User,
    sam: User,
    dave: User,
    provider: Customer,
    offering: Offering,
) -> dict[str, User]:
    """Return everybody by name."""
    rival, olga, manager, reader = (
        UserFactory(username=name) for name in ("rival", "olga", "manager", "reader")
    )
    GrantFactory(user=rival, scope=CustomerFactory(), role=RoleName.CUSTOMER_OWNER)
    GrantFactory(user=olga, scope=offering, role=RoleName.OFFERING_MANAGER)
    GrantFactory(user=manager, scope=provider, role=RoleName.CUSTOMER_MANAGER)
    GrantFactory(user=reader, scope=provider, role=RoleName.CUSTOMER_READER)
    everybody = (mallory, rival, bob, pi, alice, olga, manager, carol, reader, sam, dave)
    return {user.username: user for user in everybody}


@pytest.fixture
def named(project: Project, offering: Offering, dave: User) -> dict[str, str]:
    """Return what the paths and bodies name."""
    ResourceFactory(project=project, offering=offering, backend_id="hpc_known")

    def asked(state: ImportState) -> Any:
        return BackendResourceRequestFactory(offering=offering, state=state, created_by=dave)

    def found(name: str, **limits: int) -> Any:
        metadata = {"limits": limits}
        return BackendResourceFactory(
            offering=offering, project=project, name=name, backend_metadata=metadata
        )

    rows: dict[str, Any] = {
        "sent": asked(ImportState.SENT),
        "begun": asked(ImportState.PROCESSING),
        "done": asked(ImportState.DONE),
        "found": found("hpc_old", cpu_k_hours=1),
        "known": found("hpc_known", cpu_k_hours=1),
        "strange": found("hpc_strange", tape=1),
        "offering": offering,
        "project": project,
    }
    return {name: row.uuid.hex for name, row in rows.items()}


def body_for(path: str, named: dict[str, str]) -> dict[str, Any]:
    """Return a body that is right: nothing but the caller and the row decide."""
    if path.endswith("backend-resource-requests/"):
        return {"offering": named["offering"]}
    if path.endswith("backend-resources/"):
        where = {"offering": named["offering"], "project": named["project"]}
        return {**where, "name": "hpc_new", "backend_id": "hpc_new"}
    if path.endswith("{offering}/import_resource/"):
        return {"backend_id": "hpc_old", "project": named["project"]}
    return {}


@pytest.fixture
def ask(
    people: dict[str, User], named: dict[str, str], clients_of: Callable[..., dict[str, APIClient]]
) -> Callable[[str, str, str], Any]:
    """Return a function that sends a request as somebody."""
    return asker(clients_of(people), named, lambda path: body_for(path, named))


def test_the_table(ask: Callable[[str, str, str], Any], case: Case) -> None:
    check_all(LINES, PEOPLE, ask, case)


def test_every_action_is_in_the_table() -> None:
    viewsets: dict[str, Any] = {found: viewset for found, viewset, _ in router.registry}
    ours = ("api/backend-resource-requests", "api/backend-resources")
    assert untested(LINES, *(viewsets[prefix] for prefix in ours)) == set()


def test_a_project_that_the_provider_does_not_serve_is_none(
    as_user: Callable[[User], APIClient], carol: User, dave: User, offering: Offering
) -> None:
    foreign = ProjectFactory()
    body = {"offering": offering.uuid.hex, "project": foreign.uuid.hex, "name": "x"}
    body["backend_id"] = "x"

    answer = as_user(carol).post("/api/backend-resources/", body, format="json")

    assert (answer.status_code, answer.json()) == (400, {"project": ["Object does not exist."]})
    assert as_user(dave).post("/api/backend-resources/", body, format="json").status_code == 201
