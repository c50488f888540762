from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from identity.models import Role
from identity.roles import DESCRIPTIONS, RoleName

migration = importlib.import_module("identity.migrations.0002_system_roles")


@pytest.mark.django_db
def test_the_migration_makes_the_roles_of_the_code_and_can_be_repeated_and_undone() -> None:
    expected = {
        (name.uuid, name.value, name.scope_type.value, DESCRIPTIONS[name]) for name in RoleName
    }
    columns = ("uuid", "name", "content_type", "description")

    assert set(Role.objects.values_list(*columns)) == expected
    migration.create_roles(apps, None)
    assert set(Role.objects.values_list(*columns)) == expected
    migration.delete_roles(apps, None)
    assert not Role.objects.exists()
    migration.create_roles(apps, None)
    assert set(Role.objects.values_list(*columns)) == expected
