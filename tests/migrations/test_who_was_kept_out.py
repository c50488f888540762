from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from allocations.models import OfferingUser
from tests.factories.allocations import OfferingUserFactory

migration = importlib.import_module("allocations.migrations.0015_who_was_kept_out")


@pytest.mark.django_db
def test_whoever_is_restricted_was_kept_out_by_somebody() -> None:
    restricted = OfferingUserFactory(is_restricted=True, kept_out=False)
    free = OfferingUserFactory()
    migration.note(apps, None)
    assert dict(OfferingUser.objects.values_list("pk", "kept_out")) == {
        restricted.pk: True,
        free.pk: False,
    }
