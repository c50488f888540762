"""What staff do in the admin about imports, limits of people and partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounting.models import ComponentUserUsageLimit
from allocations.models import BackendResource, BackendResourceRequest
from identity.models import Event
from marketplace.models import OfferingPartition, Resource
from tests.admin.pages import address, buttons, change, do, page_of, said, text
from tests.factories.accounting import ComponentUserUsageLimitFactory
from tests.factories.allocations import BackendResourceFactory, BackendResourceRequestFactory
from tests.factories.marketplace import HpcOfferingFactory, OfferingPartitionFactory, PlanFactory

if TYPE_CHECKING:
    from django.test import Client

    from identity.models import User

pytestmark = pytest.mark.django_db

WHY = "The site asked for it."


def latest(kind: str) -> Event:
    event: Event = Event.objects.filter(kind=kind).latest("pk")
    return event


def test_what_a_site_has_is_imported(staff: Client, dave: User) -> None:
    row = BackendResourceFactory(name="hpc_old")
    assert buttons(staff, row) == ["Import", "Dismiss"]

    response = do(staff, "take_over", row, reason=WHY)

    assert said(response) == [f"Imported: hpc_old at {row.offering.name}."]
    assert Resource.objects.get().backend_id == "hpc_old"
    assert not BackendResource.objects.exists()
    event = latest("backend_resource.imported")
    assert (event.actor, event.payload["reason"]) == (dave, WHY)


def test_one_of_several_plans_is_chosen(staff: Client) -> None:
    row = BackendResourceFactory()
    premium = PlanFactory(offering=row.offering, name="Premium")

    refused = do(staff, "take_over", row, reason=WHY)
    assert "This field is required." in text(refused)
    foreign = HpcOfferingFactory().plans.get()
    assert "not one of the available choices" in text(do(staff, "take_over", row, plan=foreign.pk))
    assert not Resource.objects.exists()

    do(staff, "take_over", row, plan=premium.pk, reason=WHY)
    assert Resource.objects.get().plan == premium


def test_what_a_site_has_is_dismissed(staff: Client) -> None:
    row = BackendResourceFactory()

    do(staff, "dismiss", row, reason=WHY)

    assert not BackendResource.objects.exists()
    assert not Resource.objects.exists()


def test_a_search_is_asked_for_and_given_up(staff: Client, dave: User) -> None:
    offering = HpcOfferingFactory()
    staff.post(address(BackendResourceRequest, "add"), {"offering": offering.pk})
    row = BackendResourceRequest.objects.get()
    assert (row.offering, row.created_by, row.state) == (offering, dave, "Sent")

    do(staff, "give_up", row, reason="The site is being moved.")

    row.refresh_from_db()
    assert (row.state, row.error_message) == ("Erred", "The site is being moved.")
    assert buttons(staff, row) == []


def test_a_failed_search_tells_why(staff: Client) -> None:
    row = BackendResourceRequestFactory(state="Erred", error_message="sacctmgr: not found")

    assert "sacctmgr: not found" in text(staff.get(page_of(row)))


def test_a_person_s_limit_is_changed_and_removed(staff: Client, dave: User) -> None:
    row = ComponentUserUsageLimitFactory()
    assert row.user.username in text(staff.get(page_of(row.resource)))

    change(staff, row, limit="9.5")
    assert str(ComponentUserUsageLimit.objects.get().limit) == "9.50"
    assert latest("user_limit.changed").actor == dave
    refused = change(staff, row, limit="-1")
    assert "greater than or equal to 0." in text(refused)

    do(staff, "remove", row, reason=WHY)
    assert not ComponentUserUsageLimit.objects.exists()


def test_a_partition_is_added_changed_and_removed(staff: Client, dave: User) -> None:
    offering = HpcOfferingFactory()
    body = {"offering": offering.pk, "partition_name": "gpu", "max_nodes": 4}

    staff.post(address(OfferingPartition, "add"), body)
    row = OfferingPartition.objects.get()
    assert (row.offering, row.partition_name, row.max_nodes) == (offering, "gpu", 4)
    assert "gpu" in text(staff.get(page_of(offering)))

    change(staff, row, min_nodes="2")
    row.refresh_from_db()
    assert (row.min_nodes, latest("partition.changed").actor) == (2, dave)
    refused = change(staff, row, min_nodes="5")
    assert "Must not be greater than max_nodes." in text(refused)
    OfferingPartitionFactory(offering=offering, partition_name="cpu")
    assert "such a partition already" in text(change(staff, row, partition_name="cpu"))

    do(staff, "remove", row, reason=WHY)
    assert not OfferingPartition.objects.filter(pk=row.pk).exists()
