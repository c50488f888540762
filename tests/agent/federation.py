"""Another instance of this service behind an offering of the first, and what joins the two.

`A` is the instance where people order, `B` the one whose provider delivers. Both have the same
preset; the agent's own person at `B` owns an organisation of its own there, and speaks for an
identity source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.agent import acts
from tests.agent.service import PROJECT, USERS, Person, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = "isd:efp"
BROKER = "broker"
CPU_FACTOR = 10
COMPONENTS = {
    "cpu": {
        "measured_unit": "k-Hours",
        "label": "CPU",
        "target_components": {"cpu": {"factor": float(CPU_FACTOR)}},
    },
    "mem": {"measured_unit": "gb-Hours", "label": "RAM"},
}
"""B counts CPU in units of which ten are one of A's; memory is the same in both."""


@dataclass
class Target:
    """The instance B: an offering, and the organisation that the agent orders for."""

    service: Service
    offering: str
    organisation: str

    @property
    def broker(self) -> Person:
        """The agent's own person."""
        return self.service.person(BROKER)

    @property
    def provider(self) -> Person:
        """The owner of the provider."""
        return self.service.person("site-owner")

    def settings(self, **more: Any) -> dict[str, Any]:
        """Return what the agent is told of it."""
        return {
            "target_api_url": f"{self.service.base_url}/api/",
            "target_api_token": self.broker.token,
            "target_offering_uuid": self.offering,
            "target_customer_uuid": self.organisation,
            "identity_bridge_source": SOURCE,
            **more,
        }

    def order(self, resource: Mapping[str, Any], kind: str = "Create") -> dict[str, Any]:
        """Return the latest order of a kind for what is behind a resource of A."""
        rows = self.broker.get(
            "marketplace-orders/", resource_uuid=resource["backend_id"], type=kind, o="-created"
        )
        return dict(rows[0])

    def resource(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is behind a resource of A, as its organisation sees it."""
        seen: dict[str, Any] = self.broker.get(f"marketplace-resources/{resource['backend_id']}/")
        return seen

    def project(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Return the project that stands for A's."""
        whose = f"{UUID(resource['customer_uuid'])}_{UUID(PROJECT)}"
        (found,) = self.broker.get("projects/", backend_id=whose)
        return dict(found)

    def members(self, resource: Mapping[str, Any]) -> dict[str, str]:
        """Return who is in that project, and in which role."""
        rows = self.broker.get(f"projects/{self.project(resource)['uuid']}/list_users/")
        return {row["user_username"]: row["role_name"] for row in rows}

    def acquaint(self, *usernames: str) -> None:
        """Let staff say that the agent's source knows people, so that it finds them by name."""
        for username in usernames:
            told = {"username": username, "source": SOURCE}
            self.service.person("site-staff").post("identity-bridge/", told, expect=200)

    def deliver(self, resource: Mapping[str, Any], kind: str = "Create") -> dict[str, Any]:
        """Let the provider at B carry out an order by hand."""
        order = self.order(resource, kind)
        self.provider.post(f"marketplace-orders/{order['uuid']}/approve_by_provider/", {})
        if kind == "Create":
            self.provider.post(
                f"marketplace-provider-resources/{resource['backend_id']}/set_backend_id/",
                {"backend_id": f"b_{resource['backend_id'][:8]}"},
            )
        self.provider.post(f"marketplace-orders/{order['uuid']}/set_state_done/", expect=200)
        return order


def open_target(service: Service, like: str) -> Target:
    """Let B put up an offering, and its staff take in the agent's person.

    The person is made once; later targets are other offerings for the same organisation.
    """
    staff = service.person("site-staff")
    if BROKER not in service.people:
        told = {
            "username": BROKER,
            "email": "broker@example.org",
            "first_name": "Federation",
            "last_name": "Agent",
            "is_identity_manager": True,
            "managed_isds": [SOURCE],
        }
        made = staff.post("users/", told, expect=201)
        organisation = staff.post("customers/", {"name": "Partner"}, expect=201)
        owner = {"user": made["uuid"], "role": "CUSTOMER.OWNER"}
        staff.post(f"customers/{organisation['uuid']}/add_user/", owner, expect=201)
        token = staff.post(f"users/{made['uuid']}/refresh_token/")["token"]
        service.people[BROKER] = Person(service.base_url, BROKER, token)
    (organisation,) = service.person(BROKER).get("customers/", name="Partner")
    return Target(service, acts.put_up_offering(service, like), organisation["uuid"])


def sub_domain(service: Service, code: str) -> str:
    """Let staff name a part of science; return its UUID, which each instance has its own of."""
    staff = service.person("site-staff")
    known = {row["code"]: row["uuid"] for row in staff.get("science-sub-domains/")}
    if code not in known:
        domain = staff.post("science-domains/", {"name": "Physics", "code": code[0]}, expect=201)
        of = f"{service.base_url}/api/science-domains/{domain['uuid']}/"
        told = {"name": "Weather", "code": code, "domain": of}
        known[code] = staff.post("science-sub-domains/", told, expect=201)["uuid"]
    return str(known[code])


def register(service: Service, username: str) -> None:
    """Let staff register a person whom the preset does not have."""
    told = {"username": username, "email": f"{username}@example.org", "first_name": "New"}
    made = service.person("site-staff").post("users/", {**told, "last_name": "Comer"}, expect=201)
    USERS[username] = made["uuid"]
