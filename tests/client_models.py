"""The published client's models, each imported when it is asked for.

Its package imports three thousand modules to name a few of their classes, which takes every process
that uses it three seconds. The classes are the same, from the same modules.

`tests/agent/quick_start` brings this to the site agent's processes, so it imports little itself.
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

CLIENT = "waldur_api_client"
PACKAGE = f"{CLIENT}.models"
IMPORT = r"^from \.(\w+) import (?:\(([^)]+)\)|(.+))$"


class ModelsOnDemand(ModuleType):
    """The package, whose classes are found in the modules that its own text names."""

    def read(self) -> None:
        """Read which module has which class."""
        import re  # noqa: PLC0415
        from pathlib import Path  # noqa: PLC0415

        text = (Path(self.__path__[0]) / "__init__.py").read_text(encoding="utf-8")
        self._modules = {
            name.strip(): module
            for module, several, one in re.findall(IMPORT, text, re.MULTILINE)
            for name in (several or one).split(",")
        }

    def __getattr__(self, name: str) -> Any:
        """Import a class.

        :raises AttributeError: the package has none of that name.
        """
        module = self.__dict__.get("_modules", {}).get(name)
        if module is None:
            raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{PACKAGE}.{module}"), name)
        setattr(self, name, found)
        return found


class Finder:
    """Finds the package on demand, wherever the client itself was found."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return what makes the package; None for every other module."""
        if name != PACKAGE:
            return None
        spec = ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        spec.submodule_search_locations = [f"{folder}/models" for folder in path]
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the package, without its classes."""
        return ModelsOnDemand(spec.name)

    def exec_module(self, module: ModelsOnDemand) -> None:
        """Read which classes it has."""
        module.read()


def install() -> None:
    """Put the models on demand in the place of the package."""
    sys.meta_path.insert(0, Finder())
