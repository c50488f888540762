"""Every write that a site agent sends (site-agent.md 2.0 to 2.6), as it sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

AT = "http://testserver/api/"


@dataclass(frozen=True)
class AgentCall:
    """A write: its number in the notes on the agent, method, path, body, and what it answers."""

    number: str
    method: str
    path: str
    body: Any
    status: int = 200
    most: int = 20


def filled(body: Any, names: dict[str, str]) -> Any:
    """Return a body with what stands in braces filled in."""
    if isinstance(body, dict):
        return {key: filled(value, names) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, names) for value in body]
    return body.format(**names) if isinstance(body, str) else body


IDENTITIES = "marketplace-site-agent-identities/"
IDENTITY = IDENTITIES + "{identity_dashed}/"
OFFERING = "marketplace-provider-offerings/{offering}/"
RESOURCE = "marketplace-provider-resources/{resource}/"
ACCOUNT = "marketplace-offering-users/{asked_for}/"
INTRODUCED = {
    "offering": "{offering_dashed}",
    "name": "agent-{offering}",
    "version": "1.0.7",
    "last_restarted": "2026-11-01T00:00:00+00:00",
    "dependencies": [{"package": "waldur-api-client", "version": "8.1.2"}],
    "config_file_path": "",
    "config_file_content": "",
}
LINE = {
    "agent_identity_uuid": "{identity_dashed}",
    "timestamp": 1_764_300_000.25,
    "level": "ERROR",
    "message": "slurmdbd does not answer",
    "module": "backend",
}
USED = [
    {"type": kind, "amount": "1.25", "recurring": False}
    for kind in ("cpu_k_hours", "gpu_k_hours", "gb_k_hours")
]

AGENT_CALLS = (
    AgentCall("A3", "post", IDENTITIES, {**INTRODUCED, "name": "agent-new"}, 201),
    AgentCall("A3 again", "post", IDENTITIES, INTRODUCED, 201),
    AgentCall("A4", "put", IDENTITY, INTRODUCED),
    AgentCall(
        "A5", "post", IDENTITY + "register_service/", {"name": "report", "mode": "report"}, 201
    ),
    AgentCall("A5 again", "post", IDENTITY + "register_service/", {"name": "order_process"}),
    AgentCall(
        "A9",
        "post",
        "marketplace-site-agent-services/{service_dashed}/register_processor/",
        {"name": "OfferingOrderProcessor", "backend_type": "slurm", "backend_version": "23.11"},
    ),
    AgentCall("A10", "post", "marketplace-site-agent-logs/", [LINE] * 100, 201),
    AgentCall("O2", "post", "marketplace-orders/{waiting_dashed}/approve_by_provider/", {}),
    AgentCall("O2'", "post", "marketplace-orders/{waiting_dashed}/reject_by_provider/", {}),
    AgentCall(
        "O10",
        "post",
        OFFERING + "check_unique_backend_id/",
        {"backend_id": "hpc_x", "check_all_offerings": True, "use_offering_rules": False},
    ),
    AgentCall("O11", "post", RESOURCE + "set_backend_id/", {"backend_id": "hpc_x"}),
    AgentCall("O12", "post", RESOURCE + "set_limits/", {"limits": {"cpu_k_hours": 3}}),
    AgentCall(
        "O13", "post", RESOURCE + "set_backend_metadata/", {"backend_metadata": {"qos": "x"}}
    ),
    AgentCall(
        "O13'",
        "post",
        RESOURCE + "set_endpoints/",
        {"endpoints": [{"name": "ssh", "url": "ssh://lumi"}]},
    ),
    AgentCall("O14", "post", "marketplace-orders/{executing_dashed}/set_state_done/", {}),
    AgentCall(
        "O15",
        "post",
        "marketplace-orders/{executing_dashed}/set_state_erred/",
        {"error_message": "no", "error_traceback": "line 1"},
    ),
    AgentCall("O16", "post", "marketplace-orders/{executing}/set_backend_id/", {"backend_id": "x"}),
    AgentCall("account", "post", ACCOUNT + "begin_creating/", {}),
    AgentCall("account named", "patch", ACCOUNT, {"username": "hpc_somebody"}),
    AgentCall("M10", "post", RESOURCE + "refresh_last_sync/", {}),
    AgentCall("M11", "post", RESOURCE + "set_as_ok/", {}),
    AgentCall("M12", "post", RESOURCE + "set_as_erred/", {"error_message": "no"}),
    AgentCall(
        "M13",
        "post",
        RESOURCE + "set_membership_sync_statuses/",
        {
            "statuses": [
                {
                    "username": "{username}",
                    "role_name": "PROJECT.MEMBER",
                    "scope_type": "resource",
                    "state": "synced",
                }
            ]
        },
    ),
    AgentCall(
        "R3",
        "post",
        "marketplace-component-usages/set_usage/",
        {"resource": "{resource}", "usages": USED, "date": "{month}T00:00:00+00:00"},
        201,
    ),
    AgentCall(
        "history",
        "post",
        "marketplace-component-usages/{usage_dashed}/set_user_usage/",
        {
            "username": "{username}",
            "usage": "0.64",
            "user": AT + "marketplace-offering-users/{account}/",
        },
        201,
    ),
    AgentCall("E1", "post", IDENTITY + "register_queue/", {"object_types": ["order"]}, 201),
    AgentCall(
        "E1'",
        "post",
        IDENTITY + "register_event_subscription/",
        {"observable_object_type": "order", "description": "orders"},
        201,
    ),
    AgentCall("E9 begun", "post", "backend-resource-requests/{asked}/start_processing/", {}),
    AgentCall(
        "E9 found",
        "post",
        "backend-resources/",
        {
            "name": "hpc_y",
            "project": "{project}",
            "offering": "{offering}",
            "backend_id": "hpc_y",
            "backend_metadata": {"limits": {"cpu_k_hours": 1}},
        },
        201,
    ),
    AgentCall(
        "E10",
        "post",
        "marketplace-slurm-periodic-usage-policies/{policy}/report-command-result/",
        {"resource_uuid": "{resource}", "success": True, "mode": "production"},
    ),
)
