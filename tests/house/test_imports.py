"""No circle of files: what a file imports does not lead back to it, also for type checking alone.

The contracts of `make imports` look at packages, and leave imports for type checking out.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp

from tests.rooms import PACKAGES


def test_no_file_leads_back_to_itself() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 500
    assert circle(imports) == []


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Return a circle of modules, the first one again at the end, or nothing."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
