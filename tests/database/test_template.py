from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.database import template

if TYPE_CHECKING:
    from collections.abc import Iterator

embedded = pytest.mark.skipif(
    "EMBEDDED" not in connection.settings_dict, reason="DATABASE_URL names somebody else's server"
)


@pytest.fixture
def _another_prefix(monkeypatch: pytest.MonkeyPatch, django_db_blocker) -> Iterator[None]:
    monkeypatch.setattr(template, "PREFIX", f"template_tried_{os.getpid()}_")
    with django_db_blocker.unblock():
        yield
        with connection._nodb_cursor() as cursor:
            template._drop_all(cursor)


@pytest.mark.django_db
def test_the_database_of_a_test_has_every_migration() -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@embedded
@pytest.mark.usefixtures("_another_prefix")
def test_a_template_that_was_left_unfinished_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    made: list[str] = []
    monkeypatch.setattr(template, "_migrate", broken_off)
    with pytest.raises(KeyboardInterrupt):
        template.ready_template(connection)
    monkeypatch.setattr(template, "_migrate", lambda _, name: made.append(name))
    name = template.ready_template(connection)
    assert (template.ready_template(connection), made) == (name, [name])


@embedded
@pytest.mark.usefixtures("_another_prefix")
def test_only_the_template_of_todays_migrations_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "_migrate", lambda *_: None)
    yesterday = template.ready_template(connection)
    monkeypatch.setattr(template, "digest_of_migrations", lambda: "today")
    today = template.ready_template(connection)
    assert today != yesterday
    with connection._nodb_cursor() as cursor:
        assert not template._is_complete(cursor, yesterday)
        assert template._is_complete(cursor, today)
