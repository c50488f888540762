"""Who may do what, from the matrix and from what the endpoints declare."""

from __future__ import annotations

from typing import Any

from common.api.access import AnyOf, EachOf, Everyone, Marked, Needs, Own
from config.documents.routes import all_routes
from identity.permissions import MATRIX, Permission


def permissions() -> str:
    """Return docs/permissions.md."""
    roles = list(MATRIX)
    lines = [
        "# Permissions",
        "",
        "Written by `make docs` from `identity/permissions.py` and from the endpoints' `access`.",
        "Staff may do everything, support may see everything.",
        "What a person may not see is 404, what they see but may not do is 403.",
        "",
        "## Roles",
        "",
        "| permission | " + " | ".join(roles) + " |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for permission in Permission:
        marks = ("x" if permission in MATRIX[role] else "" for role in roles)
        lines.append(f"| {permission} | " + " | ".join(marks) + " |")
    lines += ["", "## Endpoints", "", "| endpoint | who |", "|---|---|"]
    for route in all_routes():
        access = route.viewset.access
        shared = {"partial_update": "update", "update": "partial_update"}
        rule = access.get(route.action) or access.get(shared.get(route.action, ""))
        lines.append(f"| `{route}` | {described(rule)} |")
    return "\n".join(lines) + "\n"


def described(rule: Any) -> str:  # noqa: PLR0911 - one per kind of rule
    """Return a rule in words."""
    match rule:
        case Everyone(anonymous=True):
            return "everybody"
        case Everyone():
            return "who is logged in, for what they may see"
        case Marked(flags=flags):
            return " or ".join(flag.removeprefix("is_").replace("_", " ") for flag in flags)
        case Needs(permission=permission, on=on):
            return f"{permission} on " + " or ".join(path or "itself" for path in on)
        case Own(path=path):
            return f"its {path}" if path else "oneself"
        case EachOf(rule=one):
            return f"{described(one)}, for each entry"
        case AnyOf(rules=rules):
            return "; or ".join(described(one) for one in rules)
        case _:
            return "nobody" if rule is None else str(rule)
