from __future__ import annotations

import importlib

import pytest
from django.db import connection

from allocations.models import BackendResource, OfferingUser
from tests.factories.allocations import BackendResourceFactory, OfferingUserFactory
from tests.factories.marketplace import OfferingFactory

migration = importlib.import_module("allocations.migrations.0010_names_that_differ_in_case")
UNIQUE = """
CREATE UNIQUE INDEX a_username_once_in_any_case
ON allocations_offeringuser (offering_id, lower(username))
WHERE username <> '' AND state <> 'Deleted' AND NOT keeps_old_name
"""


@pytest.mark.django_db
def test_accounts_that_differ_in_case_keep_their_names_and_one_report_stays() -> None:
    offering = OfferingFactory()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX a_username_once_in_any_case; DROP INDEX a_backend_id_waits_once")
        for name in ("Bob", "bob", "BOB", "ada", ""):
            OfferingUserFactory(offering=offering, username=name, state="OK")
        for backend_id in ("hpc_a", "HPC_A", "hpc_b"):
            BackendResourceFactory(offering=offering, backend_id=backend_id)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.MARK)
        cursor.execute(migration.FORGET)
        cursor.execute(UNIQUE)
    kept = OfferingUser.objects.filter(keeps_old_name=True).order_by("pk")
    assert list(kept.values_list("username", flat=True)) == ["bob", "BOB"]
    assert sorted(BackendResource.objects.values_list("backend_id", flat=True)) == [
        "hpc_a",
        "hpc_b",
    ]
