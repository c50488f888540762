"""Sites report usage; nobody else does."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from accounting.models import ComponentUsage, ComponentUserUsage
from identity.models import Event
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import ResourceFactory

URL = "/api/marketplace-component-usages/set_usage/"


def report(client, resource, *usages, **more):
    return client.post(
        URL, {"resource": resource.uuid.hex, "usages": list(usages), **more}, format="json"
    )


def cpu(amount, **more):
    return {"type": "cpu_k_hours", "amount": amount, **more}


def test_the_provider_reports_and_the_consumer_reads_it_back(as_user, alice, carol, resource):
    carol_s = as_user(carol)
    response = report(
        carol_s, resource, cpu("3.25", description="first"), {"type": "gpu_k_hours", "amount": 1}
    )

    assert (response.status_code, response.content) == (201, b"")
    shown = as_user(alice).get(
        "/api/marketplace-component-usages/",
        {"resource_uuid": resource.uuid.hex, "field": ["type", "usage", "description"]},
    )
    assert sorted(shown.json(), key=lambda row: row["type"]) == [
        {"type": "cpu_k_hours", "usage": "3.25", "description": "first"},
        {"type": "gpu_k_hours", "usage": "1.00", "description": ""},
    ]


def test_the_second_time_replaces(as_user, carol, resource):
    client = as_user(carol)
    report(client, resource, cpu(3))
    report(client, resource, cpu(2.5))

    assert ComponentUsage.objects.get().usage == Decimal("2.5")


def test_a_plan_period_names_its_resource(as_user, carol, plan_period):
    response = as_user(carol).post(
        URL, {"plan_period": str(plan_period.uuid), "usages": [cpu(3)]}, format="json"
    )

    assert response.status_code == 201
    usage = ComponentUsage.objects.get()
    assert usage.resource == plan_period.resource
    assert list(usage.plan_parts.values_list("plan_period", "usage")) == [(plan_period.pk, 3)]


def test_agents_send_the_first_of_the_month_in_their_own_time(as_user, carol, resource, now):
    date = f"{now:%Y-%m}-01T00:00:00+02:00"

    response = report(
        as_user(carol),
        resource,
        cpu("1.25", recurring=False),
        {"type": "gpu_k_hours", "amount": "0"},
        date=date,
    )

    assert response.status_code == 201, response.json()
    assert {usage.billing_period for usage in ComponentUsage.objects.all()} == {
        now.date().replace(day=1)
    }


@pytest.mark.parametrize("date", ["2020-01-01", "2020-01-01T00:00:00"])
def test_a_date_without_an_offset_is_in_utc(as_user, carol, resource, date):
    assert report(as_user(carol), resource, cpu(1), date=date).status_code == 201
    assert ComponentUsage.objects.get().date.isoformat() == "2020-01-01T00:00:00+00:00"


def test_an_empty_report_is_none(as_user, carol, resource):
    assert report(as_user(carol), resource).status_code == 201
    assert not ComponentUsage.objects.exists()


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, {"usages": ["This field is required."]}),
        (
            {"usages": [cpu(1)]},
            {"non_field_errors": ["Either plan_period or resource should be provided."]},
        ),
        ({"usages": 5, "resource": "zzz"}, None),
    ],
)
def test_what_is_missing_is_said(as_user, carol, resource, body, answer):
    response = as_user(carol).post(URL, body, format="json")

    assert response.status_code == 400
    if answer:
        assert response.json() == answer


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        (1.234, "Ensure that there are no more than 2 decimal places."),
        ("abc", "A valid number is required."),
        ("NaN", "A valid number is required."),
        ("Infinity", "A valid number is required."),
        ("1234567890123456789012", "Ensure that there are no more than 20 digits in total."),
        (-2, "Ensure this value is greater than or equal to 0."),
        (None, "This field may not be null."),
    ],
)
def test_a_bad_amount_is_named_in_its_place(as_user, carol, resource, amount, message):
    response = report(as_user(carol), resource, cpu(1), {"type": "gpu_k_hours", "amount": amount})

    assert response.status_code == 400
    assert response.json() == {"usages": [{}, {"amount": [message]}]}
    assert not ComponentUsage.objects.exists()


def test_unknown_components_are_named_sorted(as_user, carol, resource):
    response = report(
        as_user(carol), resource, {"type": "zz", "amount": 1}, {"type": "aa", "amount": 1}
    )

    assert response.status_code == 400
    assert response.json() == {"non_field_errors": ["These components are invalid: aa, zz."]}


def test_a_repeated_component_is_refused(as_user, carol, resource):
    response = report(as_user(carol), resource, cpu(1), cpu(2))

    assert response.status_code == 400
    assert response.json() == {"non_field_errors": ["These components are repeated: cpu_k_hours."]}


@pytest.mark.parametrize("name", ["resource", "plan_period"])
@pytest.mark.parametrize("value", ["0" * 32, "zzz"])
def test_what_does_not_exist_is_said_in_waldur_s_words(as_user, carol, provider, name, value):
    response = as_user(carol).post(URL, {name: value, "usages": []}, format="json")

    assert response.status_code == 400
    assert response.json() == {name: [f"Object with uuid={value} does not exist."]}


def test_a_plan_period_of_another_resource_is_refused(as_user, carol, provider, plan_period):
    other = ResourceFactory(offering=plan_period.resource.offering)

    response = report(as_user(carol), other, cpu(1), plan_period=plan_period.uuid.hex)

    assert response.status_code == 400
    assert response.json() == {"plan_period": ["The plan period belongs to another resource."]}


@pytest.mark.parametrize("state", ["Creating", "Terminated"])
def test_the_wrong_state_is_400_as_agents_expect(as_user, carol, resource, state):
    type(resource).objects.update(state=state)

    response = report(as_user(carol), resource, cpu(1))

    assert response.status_code == 400
    assert response.json() == {"resource": ["Resource is not in valid state."]}


def test_a_closed_month_is_said_in_words_that_agents_look_for(as_user, carol, dave, resource):
    body = {"type": "gpu_k_hours", "amount": 1}
    refused = report(as_user(carol), resource, body, date="2020-01-01T00:00:00Z")
    taken = report(as_user(dave), resource, body, date="2020-01-01T00:00:00Z")

    assert refused.status_code == 400
    assert list(refused.json()) == ["date"]
    assert "backfilling past billing periods" in refused.json()["date"][0]
    assert taken.status_code == 201


@pytest.mark.parametrize(
    ("role", "status"),
    [("carol", 201), ("dave", 201), ("alice", 403), ("pi", 403), ("bob", 403), ("sam", 403)],
)
def test_only_those_who_deliver_report(as_user, request, resource, role, status):
    response = report(as_user(request.getfixturevalue(role)), resource, cpu(1))

    assert response.status_code == status
    if status == 403:
        assert response.json() == {"detail": "You do not have permission to perform this action."}
        assert not ComponentUsage.objects.exists()


def test_for_the_outsider_the_resource_does_not_exist(as_user, mallory, resource):
    response = report(as_user(mallory), resource, cpu(1))

    assert response.status_code == 400
    assert response.json() == {
        "resource": [f"Object with uuid={resource.uuid.hex} does not exist."]
    }


# --- by person ------------------------------------------------------------------------------------


@pytest.fixture
def usage(resource):
    return ComponentUsageFactory(resource=resource)


def part(client, usage, body, action="set_user_usage"):
    return client.post(
        f"/api/marketplace-component-usages/{usage.uuid}/{action}/", body, format="json"
    )


def test_a_person_s_part_is_kept_and_replaced(as_user, carol, usage):
    client = as_user(carol)

    assert part(client, usage, {"username": "ada", "usage": 1.5}).status_code == 201
    response = part(client, usage, {"username": "ada", "usage": "2.5"})

    assert (response.status_code, response.content) == (201, b"")
    assert ComponentUserUsage.objects.get().usage == Decimal("2.5")


def test_a_part_without_an_amount_is_nothing(as_user, carol, usage):
    assert part(as_user(carol), usage, {"username": "ada"}).status_code == 201
    assert ComponentUserUsage.objects.get().usage == 0


def test_several_parts_at_once_name_the_accounts(as_user, carol, usage, bob, now):
    account = OfferingUserFactory(offering=usage.resource.offering, user=bob, username="bob1")
    url = f"http://testserver/api/marketplace-offering-users/{account.uuid.hex}/"
    body = {
        "usages": [
            {"username": "bob1", "usage": "0.64", "user": url, "date": now.isoformat()},
            {"username": "ghost", "usage": "1"},
        ]
    }

    response = part(as_user(carol), usage, body, "set_user_usages")

    assert response.status_code == 201, response.json()
    assert list(
        ComponentUserUsage.objects.order_by("username").values_list("username", "usage", "user")
    ) == [("bob1", Decimal("0.64"), account.pk), ("ghost", Decimal(1), None)]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"usages": [{"usage": 1}]}, {"usages": [{"username": ["This field is required."]}]}),
        (
            {"usages": [{"username": "a", "usage": -1}]},
            {"usages": [{"usage": ["Ensure this value is greater than or equal to 0."]}]},
        ),
        (
            {"usages": [{"username": "a", "usage": 1}, {"username": "a", "usage": 2}]},
            {"non_field_errors": ["These usernames are repeated: a."]},
        ),
        (
            {"usages": [{"username": "a", "user": "http://testserver/api/users/zz/"}]},
            {"usages": [{"user": ["Invalid hyperlink - No URL match."]}]},
        ),
        ({}, {"usages": ["This field is required."]}),
    ],
)
def test_bad_parts_are_refused_whole(as_user, carol, usage, body, answer):
    response = part(as_user(carol), usage, body, "set_user_usages")

    assert (response.status_code, response.json()) == (400, answer)
    assert not ComponentUserUsage.objects.exists()


def test_who_is_not_named_among_the_parts_has_none(as_user, carol, usage):
    client, first = as_user(carol), {"usages": [{"username": n, "usage": "1"} for n in "abc"]}
    assert part(client, usage, first, "set_user_usages").status_code == 201
    second = {"usages": [{"username": "b", "usage": "2"}]}
    assert part(client, usage, second, "set_user_usages").status_code == 201
    kept = ComponentUserUsage.objects.values_list("username", "usage")
    assert list(kept) == [("b", Decimal(2))]
    told = Event.objects.filter(kind="user_usage.recorded").order_by("pk").last()
    assert told.payload["usages"] == {"a": "0", "b": "2.00", "c": "0"}
    assert part(client, usage, {"username": "d", "usage": "3"}).status_code == 201
    assert [name for name, _ in kept.order_by("username").all()] == ["b", "d"]
    assert part(client, usage, {"usages": []}, "set_user_usages").status_code == 201
    assert not ComponentUserUsage.objects.exists()


def test_an_account_of_another_offering_is_refused(as_user, carol, usage, provider, bob):
    other = OfferingUserFactory(offering__customer=provider, user=bob)
    url = f"http://testserver/api/marketplace-offering-users/{other.uuid.hex}/"

    response = part(as_user(carol), usage, {"username": "bob1", "user": url})

    assert response.status_code == 400
    assert response.json() == {"user": ["The user belongs to another offering."]}


@pytest.mark.parametrize(
    ("action", "body"),
    [("set_user_usage", {"username": "a"}), ("set_user_usages", {"usages": []})],
)
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("carol", 201),
        ("dave", 201),
        ("alice", 403),
        ("pi", 403),
        ("bob", 403),
        ("sam", 403),
        ("mallory", 404),
    ],
)
def test_only_those_who_deliver_report_parts(as_user, request, usage, role, status, action, body):
    client = as_user(request.getfixturevalue(role))

    assert part(client, usage, body, action).status_code == status


def test_a_usage_that_does_not_exist_has_no_parts(as_user, dave):
    response = as_user(dave).post(
        f"/api/marketplace-component-usages/{uuid4()}/set_user_usage/", {"username": "a"}
    )

    assert response.status_code == 404
    assert response.json() == {"detail": "No ComponentUsage matches the given query."}
