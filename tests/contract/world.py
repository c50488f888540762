"""Something of every kind, so that no list of the live service is empty."""

import importlib
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from httpx import Response
from waldur_api_client.client import AuthenticatedClient

from tests.contract import acts, agents, hook_acts, site_acts
from tests.contract.cast import RESEARCHER_CUID, Cast
from tests.contract.documents import client_module, read_contract_file

OPERATIONS: dict[str, Any] = dict(read_contract_file()["operations"])
LISTS = sorted(
    key
    for key, operation in OPERATIONS.items()
    if key.startswith("GET ") and (operation["responses"]["200"] or {}).get("type") == "array"
)
SINGLE = sorted(
    key
    for key, operation in OPERATIONS.items()
    if key.startswith("GET ") and key not in LISTS and operation["responses"].get("200")
)
OWN = ["GET /api/marketplace-provider-offerings/{uuid}/desired-state/"]
"""What this service answers and Waldur does not."""

EMPTY = {"GET /api/invoice-items/", "GET /api/invoices/"}
"""Lists that stay empty here, as nothing in the flow fills them."""


@dataclass
class World:
    """Something of every kind, by the path or the parameter under which it is asked for."""

    cast: Cast
    objects: dict[str, UUID] = field(default_factory=dict)

    def arguments(self, key: str) -> list[UUID]:
        """Return what to put into the parameters of an operation's path, in their order."""
        stems = re.split(r"\{[^}]*\}", key.removeprefix("GET "))
        return [self.objects[stem] for stem in stems[:-1]]

    def demands(self, key: str) -> dict[str, UUID]:
        """Return what the operation cannot do without in its query."""
        query = OPERATIONS.get(key, {}).get("query", {})
        return {name: self.objects[name] for name, node in query.items() if node.get("required")}

    def call(self, key: str, client: AuthenticatedClient, function: str = "") -> Any:
        """Call the client's function for an operation, or another one of the same arguments."""
        module = importlib.import_module(function or client_module(OPERATIONS[key]))
        return module.sync(*self.arguments(key), client=client, **self.demands(key))

    def send(self, method: str, key: str, client: AuthenticatedClient, **query: Any) -> Response:
        """Send a plain request to an operation, with its objects' UUIDs as plain hex."""
        path = key.removeprefix("GET ")
        for argument in self.arguments(key):
            path = re.sub(r"\{[^}]*\}", argument.hex, path, count=1)
        query |= {name: uuid.hex for name, uuid in self.demands(key).items()}
        return client.get_httpx_client().request(method, path, params=query)


def make_world(cast: Cast) -> World:
    """One allocation with everything that belongs to it."""
    project = acts.create_project(cast, "Everything")
    acts.add_member(cast, project, RESEARCHER_CUID)
    resource = acts.run_allocation(cast, project, {"cpu_k_hours": 10, "gpu_hours": 5})
    acts.report_usage(cast, resource, {"cpu_k_hours": "7.25"})
    acts.report_user_usage(cast, resource, "cpu_k_hours", RESEARCHER_CUID, "2.5")
    acts.open_account(cast, RESEARCHER_CUID)
    acts.add_offering_manager(cast, RESEARCHER_CUID)
    site_acts.add_partition(cast, "standard-g")
    site_acts.add_endpoint(cast, "ssh://login.example.org")
    site_acts.limit_person(cast, resource, component_of(cast, "cpu_k_hours"), "researcher1", "2.5")
    site_acts.report_found(cast, project, "hpc_old", {"cpu_k_hours": 3})
    site_acts.ask_for_import(cast)
    agent = agents.register_agent(cast)
    agents.send_log(cast, agent.uuid)
    agents.subscribe_agent(cast, agent.uuid)
    acts.open_service_accounts(cast, project)
    acts.load_fields_of_science(cast)
    hook_acts.make_hooks(cast)
    site_acts.report_key(cast, resource, {"cpu_k_hours": 2.5})
    world = World(cast)
    for path in ("marketplace-orders", "marketplace-component-usages"):
        world.objects[f"/api/{path}/"] = first_of(cast, path, resource_uuid=resource.hex)
    world.objects |= {
        "/api/customers/": cast.customer_uuid,
        "/api/projects/": project,
        "/api/marketplace-provider-offerings/": cast.offering_uuid,
        "/api/marketplace-public-offerings/": cast.offering_uuid,
        # Not the first of the list: other tests of this folder may have made providers before.
        "/api/marketplace-service-providers/": first_of(
            cast, "marketplace-service-providers", customer_uuid=cast.provider_uuid.hex
        ),
        "/api/marketplace-resources/": resource,
        "/api/marketplace-provider-resources/": resource,
        "/api/marketplace-slurm-periodic-usage-policies/": acts.set_policy(cast, resource),
        "/plans/": first_of(cast, "marketplace-plans"),
        "/orders/": world.objects["/api/marketplace-orders/"],
        "project_customer_uuid": cast.customer_uuid,
        "resource_uuid": resource,
        "user_uuid": acts.find_person(cast, RESEARCHER_CUID),
    }
    for path in (
        "users", "roles", "marketplace-categories",
        "marketplace-plans", "marketplace-offering-users", "marketplace-component-user-usages",
        "backend-resource-requests", "backend-resources", "component-user-usage-limits",
        "marketplace-site-agent-identities", "marketplace-site-agent-services",
        "marketplace-site-agent-processors", "marketplace-integration-statuses",
        "event-subscriptions", "event-subscription-queues",
        "marketplace-project-service-accounts", "marketplace-customer-service-accounts",
        "science-domains", "science-sub-domains", "hooks-web", "hooks-email",
        "marketplace-resource-api-keys",
    ):  # fmt: skip
        world.objects[f"/api/{path}/"] = first_of(cast, path)
    return world


def first_of(cast: Cast, path: str, **filters: str) -> UUID:
    """Read the identifier of a list's first row, as staff."""
    rows = cast.staff.get_httpx_client().get(f"/api/{path}/", params=filters).json()
    return UUID(rows[0]["uuid"])


def component_of(cast: Cast, kind: str) -> UUID:
    """Read the identifier of one of the offering's components, as everybody can."""
    path = f"/api/marketplace-public-offerings/{cast.offering_uuid.hex}/"
    rows = cast.allocator.get_httpx_client().get(path).json()["components"]
    return next(UUID(row["uuid"]) for row in rows if row["type"] == kind)
