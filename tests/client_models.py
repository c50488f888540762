"""The published client's models, each imported when it is asked for.

Its package imports three thousand modules to name a few of their classes, which takes every process
of a run three seconds. The classes are the same, from the same modules.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = "waldur_api_client.models"
IMPORT = re.compile(r"^from \.(\w+) import (?:\(([^)]+)\)|(.+))$", re.MULTILINE)


class ModelsOnDemand(ModuleType):
    """The package, whose classes are found in the modules that its own text names."""

    def __init__(self, folder: Path) -> None:
        """Read which module has which class."""
        super().__init__(PACKAGE)
        self.__path__ = [str(folder)]
        text = (folder / "__init__.py").read_text(encoding="utf-8")
        self._modules = {
            name.strip(): module
            for module, several, one in IMPORT.findall(text)
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


def install() -> None:
    """Put the models on demand in the place of the package."""
    found = importlib.util.find_spec("waldur_api_client")
    assert found is not None
    assert found.origin is not None
    sys.modules.setdefault(PACKAGE, ModelsOnDemand(Path(found.origin).parent / "models"))
