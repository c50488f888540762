"""Periodic usage policies over HTTP, with whole bodies, as the site agent's own tests use them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from waldur_api_client.models import (
    SlurmPeriodicUsagePolicy as ClientPolicy,
)

from accounting.models import SlurmPeriodicUsagePolicy
from identity.models import Event
from tests.api.accounting.policies.scene import URL, wire
from tests.factories.accounting import PolicyFactory
from tests.factories.identity import OrganizationGroupFactory
from tests.factories.marketplace import HpcOfferingFactory

pytestmark = pytest.mark.django_db

OFFERINGS = "http://testserver/api/marketplace-provider-offerings/"
ACTIONS = (
    "notify_organization_owners,request_slurm_resource_downscaling,request_slurm_resource_pausing"
)


@pytest.fixture
def body(offering):
    """What the agent's tests send."""
    return {
        "scope": f"{OFFERINGS}{offering.uuid.hex}/",
        "actions": ACTIONS,
        "component_limits_set": [],
        "apply_to_all": True,
        "period": 2,
        "grace_ratio": 0.15,
        "carryover_enabled": True,
        "carryover_factor": 15,
        "raw_usage_reset": True,
        "tres_billing_enabled": False,
        "qos_strategy": "threshold",
    }


def at(policy, action=""):
    return f"{URL}{policy.uuid.hex}/{action}"


class TestMaking:
    def test_a_policy_is_made_and_read_back(self, client, body, offering, carol):
        response = client.post(URL, body, format="json")

        assert response.status_code == 201, response.json()
        policy = SlurmPeriodicUsagePolicy.objects.get()
        assert response.json() == {
            "url": f"http://testserver{at(policy)}",
            "uuid": policy.uuid.hex,
            "scope": body["scope"],
            "scope_name": "LUMI-C",
            "scope_uuid": offering.uuid.hex,
            "actions": ACTIONS,
            "affected_resources_count": 0,
            "apply_to_all": True,
            "carryover_enabled": True,
            "carryover_factor": 15,
            "component_limits_set": [],
            "created": wire(policy.created),
            "created_by_full_name": f"{carol.first_name} {carol.last_name}".strip(),
            "created_by_username": "carol",
            "fired_datetime": wire(policy.created),
            "grace_ratio": 0.15,
            "has_fired": False,
            "limit_type": "GrpTRESMins",
            "options": {},
            "organization_groups": [],
            "period": 2,
            "period_name": "1 month",
            "qos_strategy": "threshold",
            "raw_usage_reset": True,
            "tres_billing_enabled": False,
            "tres_billing_weights": {},
            "warnings": ["The policy measures by 1 month, limits of the offering by annual."],
        }
        assert client.get(at(policy)).json() == response.json()
        assert client.get(URL).json() == [response.json()]
        assert ClientPolicy.from_dict(response.json()).uuid == policy.uuid
        assert [e.kind for e in Event.objects.exclude(kind="token.issued")] == ["policy.created"]

    def test_what_is_not_said_is_as_in_waldur(self, client, body):
        needed = {name: body[name] for name in ("scope", "actions", "component_limits_set")}

        shown = client.post(URL, needed, format="json").json()

        assert {name: shown[name] for name in body if name not in needed} == {
            "apply_to_all": False,
            "period": 3,
            "grace_ratio": 0.2,
            "carryover_enabled": True,
            "carryover_factor": 50,
            "raw_usage_reset": True,
            "tres_billing_enabled": True,
            "qos_strategy": "threshold",
        }
        assert shown["warnings"][0] == (
            "The policy applies to nobody: neither to all nor to any organization group."
        )

    def test_with_limits_groups_and_weights(self, client, body):
        group = OrganizationGroupFactory()
        body |= {
            "apply_to_all": False,
            "component_limits_set": [{"type": "gpu_k_hours", "limit": 7}],
            "tres_billing_weights": {"CPU": 0.5, "GRES/gpu": 2},
            "options": {"notify_organization_owners": "x"},
        }

        groups = {"organization_groups": [str(group.uuid)]}

        shown = client.post(URL, body | groups, format="json").json()

        assert {name: shown[name] for name in body} == body
        assert shown["organization_groups"] == [group.uuid.hex]

    @pytest.mark.parametrize(
        ("wrong", "errors"),
        [
            (
                {"actions": "terminate_all"},
                {"actions": ["terminate_all is not an available action."]},
            ),
            ({"actions": ","}, {"actions": ["This field may not be blank."]}),
            ({"period": 5}, {"period": ['"5" is not a valid choice.']}),
            (
                {"carryover_factor": 101},
                {"carryover_factor": ["Ensure this value is less than or equal to 100."]},
            ),
            (
                {"grace_ratio": -0.1},
                {"grace_ratio": ["Ensure this value is greater than or equal to 0."]},
            ),
            ({"grace_ratio": "NaN"}, {"grace_ratio": ["A valid number is required."]}),
            (
                {"component_limits_set": [{"type": "xyz", "limit": 1}]},
                {"component_limits_set": ["These components are invalid: xyz."]},
            ),
            (
                {"component_limits_set": [{"type": "gpu_k_hours", "limit": n} for n in (1, 2)]},
                {"component_limits_set": ["These components are repeated: gpu_k_hours."]},
            ),
            (
                {"tres_billing_weights": {"CPU": -1}},
                {"tres_billing_weights": {"CPU": ["A number from 0 to 1000000 is required."]}},
            ),
            (
                {"organization_groups": [uuid4().hex]},
                {"organization_groups": {"0": ["Invalid hyperlink - Object does not exist."]}},
            ),
            (
                {"scope": f"{OFFERINGS}{uuid4().hex}/"},
                {"scope": ["Invalid hyperlink - Object does not exist."]},
            ),
        ],
    )
    def test_what_cannot_be_is_refused(self, wrong, errors, client, body):
        response = client.post(URL, body | wrong, format="json")

        assert (response.status_code, response.json()) == (400, errors)
        assert not SlurmPeriodicUsagePolicy.objects.exists()

    def test_a_policy_for_all_names_no_groups(self, client, body):
        body["organization_groups"] = [OrganizationGroupFactory().uuid.hex]

        response = client.post(URL, body, format="json")

        assert response.status_code == 400
        assert response.json() == {
            "organization_groups": ["A policy for all organisations names no organization groups."]
        }

    def test_the_second_one_is_refused(self, client, body):
        client.post(URL, body, format="json")

        response = client.post(URL, body, format="json")

        assert response.status_code == 400
        assert response.json() == {"scope": ["The offering has a periodic usage policy already."]}

    def test_an_offering_of_another_provider_is_not_there(self, client, body):
        body["scope"] = f"{OFFERINGS}{HpcOfferingFactory().uuid.hex}/"

        response = client.post(URL, body, format="json")

        assert response.json() == {"scope": ["Invalid hyperlink - Object does not exist."]}


def test_a_policy_that_does_what_it_says_has_no_warnings(client, policy, offering):
    offering.components.filter(limit_period="annual").update(limit_period="month")

    assert client.get(at(policy)).json()["warnings"] == []


def test_what_an_offering_does_not_support_is_a_warning(client, policy, offering):
    offering.plugin_options = {"supports_pausing": True}
    offering.save()

    assert client.get(at(policy)).json()["warnings"][0] == (
        "request_slurm_resource_downscaling is never taken: plugin_options of the offering lack"
        " supports_downscaling."
    )


class TestChanging:
    def test_a_part_is_changed(self, client, policy):
        response = client.patch(at(policy), {"grace_ratio": 0.3, "period": 4}, format="json")

        assert response.status_code == 200
        shown = response.json()
        assert (shown["grace_ratio"], shown["period"], shown["period_name"]) == (
            0.3,
            4,
            "12 months",
        )
        assert shown["actions"] == ACTIONS

    def test_all_of_it_is_put(self, client, policy, body):
        response = client.put(at(policy), body, format="json")

        assert response.status_code == 200
        assert {name: response.json()[name] for name in body} == body

    def test_what_is_required_is_required_when_all_is_put(self, client, policy):
        response = client.put(at(policy), {}, format="json")

        assert response.status_code == 400
        required = ("scope", "actions", "component_limits_set")
        assert response.json() == {name: ["This field is required."] for name in required}

    def test_it_stays_with_its_offering(self, client, policy, provider):
        other = HpcOfferingFactory(customer=provider)

        response = client.patch(
            at(policy), {"scope": f"{OFFERINGS}{other.uuid.hex}/"}, format="json"
        )

        assert response.status_code == 400
        assert response.json() == {"scope": ["The offering of a policy cannot be changed."]}

    def test_it_is_removed_once(self, client, policy):
        response = client.delete(at(policy))
        again = client.delete(at(policy))

        assert (response.status_code, response.content) == (204, b"")
        assert again.status_code == 404


def test_lists_are_filtered_by_offering(client, policy, provider):
    PolicyFactory(offering=HpcOfferingFactory(customer=provider))
    scope = policy.offering.uuid

    for query in (
        {"scope_uuid": scope.hex},
        {"scope_uuid": str(scope)},
        {"scope": f"{OFFERINGS}{scope.hex}/"},
    ):
        assert [row["uuid"] for row in client.get(URL, query).json()] == [policy.uuid.hex]
    assert client.head(URL)["X-Result-Count"] == "2"


def test_the_actions_are_listed(client):
    assert client.get(f"{URL}actions/").json() == ACTIONS.split(",")
