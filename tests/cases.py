"""Tables of cases that one test goes through in one world, so that what it needs is made once."""

from __future__ import annotations

import functools
import inspect
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.models import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

OF_ONE_TEST = {"monkeypatch", "settings", "mailoutbox", "caplog", "capsys"}
"""Fixtures that keep what a case does to them: a test that asks for one is parametrized."""


class Case(Protocol):
    """Begins one case, which the words name where it fails; the others are tried all the same."""

    def __call__(self, **words: object) -> AbstractContextManager[None]: ...


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is done within, so that everybody finds the same."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def case(request: pytest.FixtureRequest, subtests: pytest.Subtests) -> Case:
    """Return what begins a case: its rows and what it caches are gone when it ends."""
    marker = request.node.get_closest_marker("django_db")
    assert not (marker and marker.kwargs.get("transaction")), "a case is undone by a savepoint"
    uses_database = marker is not None or "db" in request.fixturenames

    @contextmanager
    def begin(**words: object) -> Iterator[None]:
        try:
            with undone() if uses_database else nullcontext():
                yield
        except (Exception, pytest.fail.Exception, pytest.skip.Exception):
            with subtests.test(None, **words):  # reports it; what went well costs no report
                raise
        finally:
            cache.clear()

    return begin


def each(
    names: str | Sequence[str],
    table: Iterable[Any],
    *,
    ids: Callable[[Any], object] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try a test with each case of a table: as `pytest.mark.parametrize`, but in one world.

    The other fixtures are made once. Each case finds their rows, and those that are rows
    themselves, as they were made; a failure names its case.
    """
    words = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    cases = [_values(one, len(words), ids) for one in table]
    assert cases, "a table without cases tests nothing"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)
        fixtures = [found for found in signature.parameters.values() if found.name not in words]
        asked = {found.name for found in fixtures}
        assert not asked & OF_ONE_TEST, f"{test.__name__} asks for {asked & OF_ONE_TEST}"

        @functools.wraps(test)
        def every_case(case: Case, **made: Any) -> None:
            if "case" in asked:
                made["case"] = case
            for label, values in cases:
                copied: dict[int, Any] = {}
                afresh = {
                    name: deepcopy(value, copied) if isinstance(value, Model) else value
                    for name, value in made.items()
                }
                with case(case=label):
                    test(**dict(zip(words, values, strict=True)), **afresh)

        first = inspect.Parameter("case", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        others = [found for found in fixtures if found.name != "case"]
        every_case.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[first, *others]
        )
        return every_case

    return decorate


def _values(
    one: Any, count: int, ids: Callable[[Any], object] | None
) -> tuple[object, Sequence[Any]]:
    """Return what names a case, and its values."""
    if isinstance(one, type(pytest.param())):
        assert not one.marks, "a case has no marks of its own"
        return one.id or one.values, one.values
    values: Sequence[Any] = (one,) if count == 1 else one
    return (ids(one) if ids else one), values
