from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from identity import versions
from identity.models import RowVersion
from tests.factories.identity import ProjectFactory, SshKeyFactory, UserFactory

migration = importlib.import_module("identity.migrations.0040_what_rows_are_at_first")


@pytest.mark.django_db
def test_what_is_there_when_versions_begin_is_a_first_version_and_goes_on_the_way_back() -> None:
    project, key = ProjectFactory(), SshKeyFactory()
    UserFactory(is_removed=True)

    migration.keep(apps, None)

    kept = {
        (version.subject_type, version.subject_uuid): version
        for version in RowVersion.objects.all()
    }
    rows = {
        ("project", project.uuid): project,
        ("customer", project.customer.uuid): project.customer,
        ("key", key.uuid): key,
        ("user", key.user.uuid): key.user,
    }
    assert kept.keys() == rows.keys()
    for name, version in kept.items():
        assert version.data == versions.data_of(rows[name])

    migration.forget(apps, None)
    assert not RowVersion.objects.exists()
