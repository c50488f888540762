"""Who may do what, from the matrix and from what the endpoints declare."""

from __future__ import annotations

from config.documents.routes import all_routes
from identity.permissions import MATRIX, MEANINGFUL, Permission


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
    lines += [
        "",
        "Staff make further roles of these permissions (`POST /api/roles/`). One of an",
        "organization may allow each; in a project and in an offering have a meaning:",
        "",
    ]
    for scope, allowed in MEANINGFUL.items():
        if len(allowed) < len(Permission):
            lines.append(f"- {scope}: {', '.join(one for one in Permission if one in allowed)}")
    lines += ["", "## Endpoints", "", "| endpoint | who |", "|---|---|"]
    for route in all_routes():
        access = route.viewset.access
        shared = {"partial_update": "update", "update": "partial_update"}
        rule = access.get(route.action) or access.get(shared.get(route.action, ""))
        lines.append(f"| `{route}` | {rule or 'nobody'} |")
    return "\n".join(lines) + "\n"
