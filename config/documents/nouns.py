"""Which app owns which nouns, and below which addresses they are served."""

from __future__ import annotations

import inspect
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings

from config.documents.routes import all_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.apps import AppConfig
    from django.db.models import Model

HEAD = """# Nouns

Written by `make docs` from the models, whose docstrings say what they are, and from the routes.
The words that people use for them are in [glossary.md](glossary.md).
"""


def nouns() -> str:
    """Return docs/nouns.md."""
    served = _addresses()
    lines = [HEAD]
    for app in _ours():
        lines += [f"## {app.label}", "", "| noun | what it is | below `/api/` |", "|---|---|---|"]
        for model in app.get_models():
            meaning = (inspect.getdoc(model) or "").splitlines()[0]
            addresses = ", ".join(f"`{name}`" for name in sorted(served[model]))
            lines.append(f"| `{model.__name__}` | {meaning} | {addresses} |")
        lines.append("")
    return "\n".join(lines)


def _ours() -> Iterator[AppConfig]:
    for app in apps.get_app_configs():
        if Path(app.path).parent == settings.BASE_DIR and app.models:
            yield app


def _addresses() -> dict[type[Model], set[str]]:
    """Return the first words of the addresses below `/api/` that answer with rows of a model."""
    found: dict[Any, set[str]] = defaultdict(set)
    for route in all_routes():
        found[getattr(route.viewset, "model", None)].add(route.path.split("/")[2])
    return found
