"""The world that the fuzz meets, and the nine who send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from config.documents.routes import all_routes
from identity.roles import RoleName
from tests.factories.identity import GrantFactory, ProjectFactory, UserFactory
from tests.fuzz.driver import IN_A_BROWSER, Driver
from tests.fuzz.promises import Document
from tests.fuzz.values import Seen
from tests.world import populate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Customer, Project, User


CSRF = "f" * 32
GOOD = {
    "public_key": "ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIGn6UqNmyRQ7Sl3A1ZlnSRDX1ofF7cFOqXJBnVSvLwJ2",
    "destination_url": "https://hooks.example.org/new",
    "event_types": ["resource_creation_succeeded"],
    "event_groups": ["resources"],
    "role": ["PROJECT.MEMBER", "PROJECT.MANAGER", "CUSTOMER.OWNER", "OFFERING.MANAGER"],
    "type": ["cpu_k_hours", "gpu_k_hours"],
    "amount": ["1", 2, 3.5],
    "limits": {"cpu_k_hours": 5, "gb_k_hours": 2},
    "backend_id": "hpc_new",
    "username": "newcomer",
}
"""What is right where a schema says no more than that it is a text or an object."""


@pytest.fixture(scope="session")
def document() -> Document:
    """The document of the running code."""
    return Document(SchemaGenerator().get_schema(request=None, public=True))


@pytest.fixture
def driver(
    document: Document,
    project: Project,
    provider: Customer,
    elsewhere: Customer,
    bob: User,
    pi: User,
    carol: User,
    mallory: User,
    sam: User,
    dave: User,
    anonymous: APIClient,
    as_user: Callable[[User], APIClient],
    now: datetime,
) -> Driver:
    """Everything there is, twice, and once more for the outsider."""
    populate(project=project, provider=provider, member=bob, now=now, rows=2)
    outside = ProjectFactory(customer=elsewhere)
    theirs = populate(project=outside, provider=elsewhere, member=mallory, now=now)
    olga = UserFactory(username="olga")
    for offering in provider.offerings.all():
        GrantFactory(user=olga, scope=offering, role=RoleName.OFFERING_MANAGER)
    ines = UserFactory(username="ines", is_identity_manager=True, managed_isds=["isd:puhuri"])
    people: dict[str, User] = {
        "outsider": mallory, "member": bob, "manager": pi, "provider owner": carol,
        "offering manager": olga, "identity manager": ines, "support": sam, "staff": dave,
    }  # fmt: skip
    clients = {"anonymous": anonymous, **{name: as_user(user) for name, user in people.items()}}
    clients[IN_A_BROWSER] = APIClient(enforce_csrf_checks=True, HTTP_X_CSRFTOKEN=CSRF)
    clients[IN_A_BROWSER].force_login(dave)
    clients[IN_A_BROWSER].cookies["csrftoken"] = CSRF
    for client in clients.values():
        client.raise_request_exception = False
    assert theirs.offering.customer == elsewhere
    seen = Seen()
    seen.learn(GOOD)
    for route in all_routes():
        if route.method == "get" and route.action == "list" and route.is_collection:
            seen.learn(clients["staff"].get(route.path, {"page_size": "3"}).json())
    models: dict[str, Any] = {}
    for route in all_routes():
        if "{" in route.path and route.viewset.model is not None:
            models.setdefault(route.path.partition("{")[0], route.viewset.model)
    rows = {
        stem: [uuid.hex for uuid in model.objects.values_list("uuid", flat=True)[:6]]
        for stem, model in models.items()
    }
    return Driver(document, clients, seen, rows, models)
