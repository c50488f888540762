"""The life cycles as diagrams and tables, from the machines that the services obey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allocations.lifecycle import ACCOUNT, API_KEY, IMPORT, PROVISION, SHARED_ACCOUNT
from identity.lifecycle import INVITATION, ROLE_REQUEST
from marketplace.lifecycle import CASCADE, OFFERING, ORDER, RESOURCE

if TYPE_CHECKING:
    from common.machine import Machine

MACHINES: tuple[tuple[str, str, Machine[Any]], ...] = (
    ("Order", "A request to create, change, end or restore an allocation.", ORDER),
    ("Resource", "The allocation itself.", RESOURCE),
    ("Offering", "What can be ordered.", OFFERING),
    ("Account", "A person's account at a site (offering user).", ACCOUNT),
    ("Shared account", "An account at sites for a program or a course.", SHARED_ACCOUNT),
    ("API key", "A key to what a resource offers as an API.", API_KEY),
    ("Delivery", "One attempt to have a backend carry out an order (provision).", PROVISION),
    ("Invitation", "That somebody who reads an address may take a role.", INVITATION),
    ("Request for a role", "That somebody asks for a role by a link.", ROLE_REQUEST),
    ("Import", "A site's search for allocations that are not known here.", IMPORT),
)


def lifecycles() -> str:
    """Return docs/lifecycle.md."""
    parts = [
        "# Life cycles",
        "",
        (
            "Written by `make docs` from the tables that the services obey. A state that an action"
            " may not start from answers 409."
        ),
    ]
    for noun, meaning, machine in MACHINES:
        parts += ["", f"## {noun}", "", meaning, "", *_diagram(machine), "", *_table(machine)]
    parts += ["", "## What an order does to its resource", "", *_cascade()]
    return "\n".join(parts) + "\n"


def _mark(state: str) -> str:
    return re.sub(r"\W", "_", state)


def _diagram(machine: Machine[Any]) -> list[str]:
    edges = list(machine.edges())
    states = sorted({state for _, source, target in edges for state in (source, target)})
    return [
        "```mermaid",
        "stateDiagram-v2",
        *(f'  state "{state}" as {_mark(state)}' for state in states),
        *(f"  {_mark(source)} --> {_mark(target)} : {action}" for action, source, target in edges),
        "```",
    ]


def _table(machine: Machine[Any]) -> list[str]:
    actions: dict[str, tuple[set[str], set[str]]] = {}
    for action, source, target in machine.edges():
        sources, targets = actions.setdefault(action, (set(), set()))
        sources.add(source)
        targets.add(target)
    return [
        "| action | from | to |",
        "|---|---|---|",
        *(
            f"| {action} | {', '.join(sorted(sources))} | {', '.join(sorted(targets))} |"
            for action, (sources, targets) in actions.items()
        ),
    ]


def _cascade() -> list[str]:
    return [
        "| order | when it is | the resource is |",
        "|---|---|---|",
        *(f"| {kind} | {state} | {action} |" for (kind, state), action in CASCADE.items()),
    ]
