"""Groups of organizations over the API, and what is open to some of them only."""

from __future__ import annotations

import pytest
from waldur_api_client.models import OrganizationGroup as ClientsGroup

from identity.models import Event, OrganizationGroup
from tests.api.plain import PlainNoun, check_kept, listed
from tests.factories.accounting import PolicyFactory
from tests.factories.identity import OrganizationGroupFactory
from tests.factories.marketplace import PlanFactory

pytestmark = pytest.mark.django_db

AT = "/api/organization-groups/"

GROUP = PlainNoun(
    AT,
    OrganizationGroup,
    body={"name": "Nordic countries"},
    change={"name": "Nordic-Baltic countries"},
    refused=(
        ({}, {"name": ["This field is required."]}),
        (
            {"name": "Nordic countries"},
            {"name": ["A group of organizations with this name exists."]},
        ),
        (
            {"name": "Other", "parent": "nowhere"},
            {"parent": ["Invalid hyperlink - No URL match."]},
        ),
    ),
    beside={"customers_count": 0, "parent": None},
)


def url(group):
    return f"http://testserver{AT}{group.uuid.hex}/"


def refused(answer, status, words):
    assert (answer.status_code, answer.json()) == (status, words)


def test_staff_keep_groups(as_user, dave, mallory):
    check_kept(GROUP, as_user(dave), as_user(mallory))


def test_a_group_is_a_part_of_another_one(as_user, dave, mallory, allocator):
    whole = OrganizationGroupFactory(name="EU")
    body = {"name": "Sweden", "parent": url(whole)}
    made = as_user(dave).post(AT, body, format="json").json()
    allocator.organization_groups.add(OrganizationGroup.objects.get(uuid=made["uuid"]))

    shown = as_user(mallory).get(made["url"]).json()

    assert shown == {
        "customers_count": 1,
        "name": "Sweden",
        "parent": url(whole),
        "parent_name": "EU",
        "parent_uuid": whole.uuid.hex,
        "url": made["url"],
        "uuid": made["uuid"],
    }
    assert ClientsGroup.from_dict(shown).parent_uuid == whole.uuid
    assert listed(as_user(mallory), AT, "name", parent=whole.uuid.hex) == ["Sweden"]
    assert listed(as_user(mallory), AT, "name", name="we") == ["Sweden"]
    assert listed(as_user(mallory), AT, "name", name_exact="swe") == []
    assert listed(as_user(mallory), AT, "name", o="-name") == ["Sweden", "EU"]


def test_a_group_is_never_a_part_of_itself(as_user, dave):
    whole = OrganizationGroupFactory()
    part = OrganizationGroupFactory(parent=whole)
    smallest = OrganizationGroupFactory(parent=part)

    for parent in (whole, part, smallest):
        answer = as_user(dave).patch(url(whole), {"parent": url(parent)}, format="json")
        refused(answer, 400, {"parent": ["A group cannot be a part of itself."]})
    moved = as_user(dave).patch(url(smallest), {"parent": url(whole)}, format="json")
    assert (moved.status_code, moved.json()["parent_uuid"]) == (200, whole.uuid.hex)
    alone = as_user(dave).patch(url(smallest), {"parent": None}, format="json")
    assert (alone.status_code, alone.json()["parent"]) == (200, None)


def test_a_group_that_something_is_for_stays(as_user, dave, offering, allocator):
    plan = PlanFactory(offering=offering)
    group = OrganizationGroupFactory(name="Nordic")
    OrganizationGroupFactory(parent=group)
    allocator.organization_groups.add(group)
    policy = PolicyFactory(offering=offering, apply_to_all=False)
    for row, what in ((offering, "offerings"), (plan, "plans"), (policy, "policies")):
        row.organization_groups.add(group)
        answer = as_user(dave).delete(url(group))
        assert answer.status_code == 409
        assert what in answer.json()["detail"], answer.json()
        row.organization_groups.clear()

    answer = as_user(dave).delete(url(group))
    refused(answer, 409, {"detail": "There are organization groups of Nordic."})
    OrganizationGroup.objects.filter(parent=group).delete()
    assert as_user(dave).delete(url(group)).status_code == 204
    assert not allocator.organization_groups.exists()


def test_staff_put_an_organization_in_groups(as_user, dave, alice, mallory, allocator):
    first, second = OrganizationGroupFactory(name="A"), OrganizationGroupFactory(name="B")
    here = f"/api/customers/{allocator.uuid.hex}/"
    there = f"{here}update_organization_groups/"
    body = {"organization_groups": [url(first), second.uuid.hex]}

    answer = as_user(dave).post(there, body, format="json")
    assert (answer.status_code, answer.content) == (200, b"")
    shown = as_user(alice).get(here).json()["organization_groups"]
    assert [group["name"] for group in shown] == ["A", "B"]
    event = Event.objects.get(kind="customer.updated")
    assert event.payload == {"fields": ["organization_groups"]}

    assert as_user(dave).post(there, body, format="json").status_code == 200
    assert as_user(dave).post(there, {}, format="json").status_code == 200
    assert Event.objects.filter(kind="customer.updated").count() == 1, "nothing changed"
    assert allocator.organization_groups.count() == 2
    wrong = as_user(dave).post(there, {"organization_groups": ["0" * 32]}, format="json")
    refused(
        wrong,
        400,
        {"organization_groups": {"0": ["Invalid hyperlink - Object does not exist."]}},
    )
    assert as_user(alice).post(there, body, format="json").status_code == 403
    assert as_user(mallory).post(there, body, format="json").status_code == 403
    assert as_user(dave).post(there, {"organization_groups": []}, format="json").status_code == 200
    assert not allocator.organization_groups.exists()


def test_a_provider_opens_an_offering_to_groups_and_to_all_again(
    as_user, carol, alice, mallory, dave, anonymous, offering, allocator
):
    group = OrganizationGroupFactory()
    below = f"/api/marketplace-provider-offerings/{offering.uuid.hex}/"
    public = f"/api/marketplace-public-offerings/{offering.uuid.hex}/"
    body = {"organization_groups": [url(group)]}

    def seen():
        clients = (anonymous, as_user(mallory), as_user(alice), as_user(carol))
        return [client.get(public).status_code for client in clients]

    assert seen() == [200, 200, 200, 200]
    opened = as_user(carol).post(f"{below}update_organization_groups/", body, format="json")
    assert (opened.status_code, opened.content) == (200, b"")
    assert seen() == [404, 404, 404, 200]
    as_user(dave).post(
        f"/api/customers/{allocator.uuid.hex}/update_organization_groups/", body, format="json"
    )
    assert seen() == [404, 404, 200, 200], "those of the group see it at once"
    event = Event.objects.get(kind="offering.updated")
    assert event.payload["changed"] == ["organization_groups"]

    for _ in range(2):
        closed = as_user(carol).post(f"{below}delete_organization_groups/")
        assert closed.status_code == 204
    assert seen() == [200, 200, 200, 200]
    assert Event.objects.filter(kind="offering.updated").count() == 2


def test_a_plan_for_a_group_is_for_its_organizations(
    as_user, carol, alice, offering, allocator, project
):
    group = OrganizationGroupFactory()
    plan = PlanFactory(offering=offering, name="Special")
    below = f"/api/marketplace-plans/{plan.uuid.hex}/"
    plans = f"/api/marketplace-public-offerings/{offering.uuid.hex}/plans/"
    body = {"organization_groups": [group.uuid.hex]}

    as_user(carol).post(f"{below}update_organization_groups/", body, format="json")

    assert "Special" not in listed(as_user(alice), plans, "name")
    group.customers.add(allocator)
    assert "Special" in listed(as_user(alice), plans, "name")
    group.customers.clear()
    assert as_user(carol).post(f"{below}delete_organization_groups/").status_code == 204
    assert "Special" in listed(as_user(alice), plans, "name")
    payloads = Event.objects.filter(kind="plan.updated").values_list("payload", flat=True)
    assert [payload["changed"] for payload in payloads] == [["organization_groups"]] * 2
