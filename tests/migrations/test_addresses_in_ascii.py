from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.db import connection

from identity.models import User
from tests.factories.identity import UserFactory

migration = importlib.import_module("identity.migrations.0017_addresses_in_ascii")

of_accounts = importlib.import_module("allocations.migrations.0013_addresses_in_ascii")


@pytest.mark.django_db
def test_domains_are_spelt_as_the_name_service_knows_them_and_the_rest_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The models of today stand for those of then; hooks have left identity since."""
    monkeypatch.setattr(migration, "MODELS", ("User", "Customer", "EmailConfirmation"))
    kept = {"a@exämple.org": "a@xn--exmple-cua.org", "B@Example.org": "B@Example.org", "": ""}
    people = {was: UserFactory() for was in kept}
    with connection.cursor() as cursor:
        for was, user in people.items():
            cursor.execute("UPDATE identity_user SET email = %s WHERE id = %s", [was, user.pk])

    migration.spell_in_ascii(apps, None)
    of_accounts.spell_in_ascii(apps, None)

    assert {was: User.objects.get(pk=user.pk).email for was, user in people.items()} == kept
