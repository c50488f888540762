"""Tables of cases within one test: each is tried, named where it fails, and undone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from identity.models import Project
from tests.cases import each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cases import Case

pytestmark = pytest.mark.django_db


@each(("name", "other"), [("Ice", "Sea"), ("Sea", "Ice"), pytest.param("Ice", "Sea", id="again")])
def test_a_case_finds_the_world_as_it_was_made(project: Project, name: str, other: str) -> None:
    assert (project.name, Project.objects.get().name) == ("Climate model", "Climate model")
    assert not Project.objects.filter(name__in=[name, other]).exists()
    assert cache.get("name") is None
    project.name = name
    project.save()
    cache.set("name", name)
    Project.objects.create(customer=project.customer, name=other, slug=other)


def test_a_case_that_fails_is_named_and_the_others_are_tried() -> None:
    tried: list[int] = []
    failed: list[object] = []

    @contextmanager
    def noting(case: object) -> Iterator[None]:
        try:
            yield
        except AssertionError:
            failed.append(case)

    def is_odd(number: int) -> None:
        tried.append(number)
        assert number % 2

    each("number", [1, 2, 3, 4], ids=lambda number: f"number {number}")(is_odd)(case=noting)
    assert (tried, failed) == ([1, 2, 3, 4], ["number 2", "number 4"])


def test_what_keeps_what_a_case_does_to_it_is_refused() -> None:
    def keeping(number: int, monkeypatch: pytest.MonkeyPatch) -> None: ...

    with pytest.raises(AssertionError, match="monkeypatch"):
        each("number", [1])(keeping)
    with pytest.raises(AssertionError, match="tests nothing"):
        each("number", [])


def test_a_loop_may_begin_its_cases_itself(case: Case, project: Project) -> None:
    for name in ("Ice", "Sea"):
        with case(name=name):
            Project.objects.filter(pk=project.pk).update(name=name)
    assert Project.objects.get().name == "Climate model"
