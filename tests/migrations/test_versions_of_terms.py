from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.db import connection

from marketplace.models import TermsOfService
from tests.factories.marketplace import OfferingFactory, TermsOfServiceFactory

migration = importlib.import_module("marketplace.migrations.0010_versions_of_terms_apart")


@pytest.mark.django_db
def test_the_terms_in_force_keep_the_name_of_their_version_and_older_ones_get_their_key() -> None:
    """Where none is in force the newest keeps it; another offering's terms are no matter."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE marketplace_termsofservice DROP CONSTRAINT terms_version_once")
    offering, other = OfferingFactory(), OfferingFactory()
    active = TermsOfServiceFactory(offering=offering, version="v" * 50)
    later = TermsOfServiceFactory(offering=offering, version="v" * 50, is_active=False)
    first, second = (TermsOfServiceFactory(offering=other, is_active=False) for _ in range(2))
    alone = TermsOfServiceFactory(version="1.0")

    migration.tell_apart(apps, None)

    mark = f"~{later.pk}"
    assert dict(TermsOfService.objects.values_list("pk", "version")) == {
        active.pk: "v" * 50,
        later.pk: "v" * (50 - len(mark)) + mark,
        first.pk: f"1.0~{first.pk}",
        second.pk: "1.0",
        alone.pk: "1.0",
    }
