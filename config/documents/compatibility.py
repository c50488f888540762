"""Keys and parameters that Waldur's clients know and that have no meaning here, and why."""

from __future__ import annotations

from common.api.filters import Never
from common.api.reads.outputs import Omitted
from config.documents.routes import all_outputs, all_routes


def keys_and_parameters() -> str:
    """Return docs/compatibility-keys.md."""
    lines = [
        "# Keys and parameters without a meaning here",
        "",
        (
            "Written by `make docs` from the code. Clients may ask for these keys; they are"
            " declared in the schema, and sent only where they are lists: as empty ones. The"
            " parameters are accepted; given a value, they match nothing."
        ),
        "",
        "## Keys",
        "",
        "| object | keys | why |",
        "|---|---|---|",
    ]
    for output in all_outputs():
        reasons: dict[str, list[str]] = {}
        for name, declared in output().fields.items():
            if isinstance(declared, Omitted):
                reasons.setdefault(declared.reason, []).append(name)
        noun = output.__name__.removesuffix("Output")
        lines += [f"| {noun} | {', '.join(names)} | {why} |" for why, names in reasons.items()]
    lines += ["", "## Parameters", "", "| address | parameters | why |", "|---|---|---|"]
    for route in all_routes():
        filterset = route.viewset.filterset_class if route.action == "list" else None
        never: dict[str, list[str]] = {}
        for name, declared in (filterset.base_filters if filterset else {}).items():
            if isinstance(declared, Never):
                never.setdefault(declared.reason, []).append(name)
        lines += [f"| `{route.path}` | {', '.join(n)} | {why} |" for why, n in never.items()]
    return "\n".join(lines) + "\n"
