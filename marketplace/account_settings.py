"""How a site names its people: an offering's own word, else its provider's, else the default. Pure.

Each setting is told with where it comes from, and with what would hold without the offering's word.
"""

from collections.abc import Mapping
from typing import Any

SOURCES = ("default", "offering", "provider")
DEFAULTS: Mapping[str, str] = {
    "account_scope": "offering",
    "homedir_prefix": "/home/",
    "login_shell": "/bin/bash",
    "username_anonymized_prefix": "walduruser_",
    "username_generation_policy": "service_provider",
}


def resolve(
    plugin_options: Mapping[str, Any] | None, account_options: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    """Return the settings of an offering from its options and its provider's."""
    own, providers = plugin_options or {}, account_options or {}
    settings: dict[str, dict[str, Any]] = {}
    for name, default in DEFAULTS.items():
        inherited = _told(providers, name, "provider") or {"value": default, "source": "default"}
        settings[name] = {
            **(_told(own, name, "offering") or inherited),
            "inherited": inherited,
        }
    return settings


def _told(options: Mapping[str, Any], name: str, source: str) -> dict[str, Any] | None:
    value = options.get(name)
    return {"value": value, "source": source} if isinstance(value, str) and value else None
