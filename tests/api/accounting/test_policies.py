"""Periodic usage policies over HTTP, with whole bodies, as the site agent's own tests use them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from waldur_api_client.models import (
    SlurmCommandHistory as ClientCommand,
)
from waldur_api_client.models import (
    SlurmPeriodicUsagePolicy as ClientPolicy,
)
from waldur_api_client.models import (
    SlurmPolicyDryRunResponse,
    SlurmPolicyEvaluateResponse,
    SlurmPolicyPreviewResponse,
)
from waldur_api_client.models import (
    SlurmPolicyEvaluationLog as ClientLog,
)

from accounting.ledger import month_of
from accounting.models import ComponentUsage, PolicyStanding, SlurmPeriodicUsagePolicy
from accounting.periods import Period, label
from identity.models import Event
from marketplace.lifecycle import ResourceState
from tests.factories.accounting import ComponentUsageFactory, PolicyFactory
from tests.factories.identity import OrganizationGroupFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db

URL = "/api/marketplace-slurm-periodic-usage-policies/"
OFFERINGS = "http://testserver/api/marketplace-provider-offerings/"
ACTIONS = (
    "notify_organization_owners,request_slurm_resource_downscaling,request_slurm_resource_pausing"
)
NEITHER = {"paused": False, "downscaled": False}


def wire(moment):
    return moment.isoformat().replace("+00:00", "Z")


@pytest.fixture
def offering(provider):
    options = {"supports_pausing": True, "supports_downscaling": True}
    return HpcOfferingFactory(customer=provider, name="LUMI-C", plugin_options=options)


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(
        project=project,
        offering=offering,
        name="alloc-1",
        limits={"cpu_k_hours": 100},
        backend_id="hpc_alloc",
    )


@pytest.fixture
def policy(offering, carol):
    return PolicyFactory(offering=offering, created_by=carol, tres_billing_enabled=False)


@pytest.fixture
def client(as_user, carol):
    return as_user(carol)


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


def use(resource, amount, month=None):
    component = resource.offering.components.get(type="cpu_k_hours")
    ComponentUsage.objects.filter(resource=resource, component=component).delete()
    more = {"billing_period": month} if month else {}
    ComponentUsageFactory(resource=resource, component=component, usage=Decimal(amount), **more)


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


class TestEvaluating:
    def answer(self, policy, resource, percentage, actions, before, after, now):
        return {
            "policy_uuid": policy.uuid.hex,
            "billing_period": label(Period.MONTH_1, month_of(now)),
            "resources": [
                {
                    "resource_uuid": resource.uuid.hex,
                    "resource_name": "alloc-1",
                    "usage_percentage": percentage,
                    "actions_taken": actions,
                    "previous_state": before,
                    "new_state": after,
                }
            ],
        }

    def test_the_agent_s_own_walk(self, client, policy, resource, now):
        """Nothing used, half, beyond the limit, beyond the grace, back in between, nothing."""
        both, slow = {"paused": True, "downscaled": True}, {"paused": False, "downscaled": True}
        steps = [
            (0, 0, [], NEITHER),
            (50, 50, [], NEITHER),
            (110, 110, ["downscale", "notify"], slow),
            (130, 130, ["pause", "downscale"], both),
            (105.5, 105.5, ["downscale"], slow),
            (0, 0, [], NEITHER),
        ]
        before = NEITHER
        for amount, percentage, actions, after in steps:
            use(resource, amount)
            body = {"resource_uuid": str(resource.uuid)}
            response = client.post(at(policy, "evaluate/"), body, format="json")
            assert response.status_code == 200
            assert response.json() == self.answer(
                policy, resource, percentage, actions, before, after, now
            )
            assert SlurmPolicyEvaluateResponse.from_dict(response.json()).policy_uuid == policy.uuid
            before = after

    def test_without_a_resource_all_are_evaluated(self, client, policy, resource, project):
        ResourceFactory(project=project, offering=policy.offering)
        ResourceFactory(project=project, offering=policy.offering, state=ResourceState.TERMINATED)

        for body in ({}, {"resource_uuid": None}):
            response = client.post(at(policy, "evaluate/"), body, format="json")
            assert len(response.json()["resources"]) == 2

    @pytest.mark.parametrize("action", ["evaluate/", "dry-run/", "force-period-reset/"])
    def test_a_resource_of_another_offering_is_refused(self, action, client, policy, project):
        other = ResourceFactory(project=project)

        response = client.post(at(policy, action), {"resource_uuid": other.uuid.hex}, format="json")

        assert response.status_code == 400
        assert response.json() == {"resource_uuid": ["The policy does not look at this resource."]}

    @pytest.mark.parametrize("action", ["evaluate/", "dry-run/", "force-period-reset/"])
    def test_one_that_has_ended_is_a_conflict(self, action, client, policy, resource):
        resource.state = ResourceState.TERMINATED
        resource.save()

        response = client.post(
            at(policy, action), {"resource_uuid": resource.uuid.hex}, format="json"
        )

        assert response.status_code == 409
        assert response.json() == {"detail": "The resource is not in use."}
        assert not PolicyStanding.objects.exists()

    def test_a_dry_run_says_what_would_be_done(self, client, policy, resource, now):
        use(resource, 130)

        response = client.post(at(policy, "dry-run/"), {}, format="json")

        assert (response.status_code, response.json()) == (
            200,
            {
                "policy_uuid": policy.uuid.hex,
                "billing_period": label(Period.MONTH_1, month_of(now)),
                "grace_limit_percentage": 120,
                "resources": [
                    {
                        "resource_uuid": resource.uuid.hex,
                        "resource_name": "alloc-1",
                        "usage_percentage": 130,
                        "paused": False,
                        "downscaled": False,
                        "would_trigger": ["pause", "downscale", "notify"],
                    }
                ],
            },
        )
        assert SlurmPolicyDryRunResponse.from_dict(response.json()).policy_uuid == policy.uuid
        assert not Event.objects.exclude(kind="token.issued").exists()

    def test_a_reset_lets_go_what_is_below_the_limit(self, client, policy, resource, now):
        use(resource, 130)
        client.post(at(policy, "evaluate/"), {}, format="json")
        use(resource, 10)

        response = client.post(at(policy, "force-period-reset/"), {}, format="json")

        both = {"paused": True, "downscaled": True}
        assert response.json() == self.answer(policy, resource, 10, [], both, NEITHER, now)
        again = client.post(at(policy, "force-period-reset/"), {}, format="json")
        assert again.json()["resources"] == []

    def test_the_log_keeps_every_evaluation(self, client, policy, resource, now):
        use(resource, 105)
        client.post(at(policy, "evaluate/"), {}, format="json")
        log = policy.evaluation_logs.get()

        rows = client.get(at(policy, "evaluation-logs/")).json()

        assert rows == [
            {
                "uuid": log.uuid.hex,
                "resource_uuid": resource.uuid.hex,
                "resource_name": "alloc-1",
                "billing_period": label(Period.MONTH_1, month_of(now)),
                "usage_percentage": 105,
                "grace_limit_percentage": 120,
                "actions_taken": ["downscale", "notify"],
                "previous_state": NEITHER,
                "new_state": {"paused": False, "downscaled": True},
                "evaluated_at": wire(log.evaluated_at),
                "stomp_message_sent": False,
                "site_agent_confirmed": None,
                "site_agent_response": None,
            }
        ]
        assert ClientLog.from_dict(rows[0]).uuid == log.uuid
        shown = client.get(at(policy)).json()
        assert (shown["has_fired"], shown["affected_resources_count"]) == (True, 1)


class TestReportingCommands:
    def report(self, client, policy, resource, **more):
        body = {"resource_uuid": str(resource.uuid), **more}
        return client.post(at(policy, "report-command-result/"), body, format="json")

    def test_what_the_agent_ran_is_kept(self, client, policy, resource):
        client.post(at(policy, "evaluate/"), {}, format="json")
        ran = [
            "sacctmgr --immediate modify account hpc_alloc set fairshare=33",
            "sacctmgr --immediate modify account hpc_alloc set GrpTRESMins=cpu=7200",
        ]

        response = self.report(
            client,
            policy,
            resource,
            success=True,
            error_message="",
            mode="production",
            commands_executed=ran,
        )

        assert (response.status_code, response.content) == (200, b"")
        rows = client.get(at(policy, "command-history/")).json()
        limits, fairshare = policy.command_history.order_by("-pk")
        assert rows == [
            {
                "uuid": command.uuid.hex,
                "command_type": kind,
                "description": description,
                "shell_command": text,
                "parameters": {},
                "execution_mode": "production",
                "success": True,
                "error_message": "",
                "executed_at": wire(command.executed_at),
            }
            for command, kind, description, text in (
                (limits, "limits", "Set a limit of the account", ran[1]),
                (fairshare, "fairshare", "Set the fairshare of the account", ran[0]),
            )
        ]
        assert ClientCommand.from_dict(rows[0]).uuid == limits.uuid
        (log,) = client.get(at(policy, "evaluation-logs/")).json()
        assert (log["site_agent_confirmed"], log["site_agent_response"]) == (
            True,
            {
                "success": True,
                "error_message": "",
                "mode": "production",
                "commands_executed": ran,
            },
        )

    def test_a_failure_is_kept_also_when_nothing_was_run(self, client, policy, resource):
        response = self.report(client, policy, resource, success=False, error_message="no sacctmgr")

        assert response.status_code == 200
        (row,) = client.get(at(policy, "command-history/")).json()
        del row["uuid"], row["executed_at"]
        assert row == {
            "command_type": "unknown",
            "description": "Nothing was run",
            "shell_command": "",
            "parameters": {},
            "execution_mode": "production",
            "success": False,
            "error_message": "no sacctmgr",
        }

    def test_a_success_without_commands_confirms_the_latest_evaluation_only(
        self, client, policy, resource
    ):
        for _ in range(2):
            client.post(at(policy, "evaluate/"), {}, format="json")

        self.report(client, policy, resource, success=True, mode="emulator")

        assert client.get(at(policy, "command-history/")).json() == []
        logs = client.get(at(policy, "evaluation-logs/")).json()
        assert [log["site_agent_confirmed"] for log in logs] == [True, None]

    def test_a_resource_of_another_offering_is_refused(self, client, policy, project):
        response = self.report(client, policy, ResourceFactory(project=project), success=True)

        assert response.status_code == 400
        assert response.json() == {"resource_uuid": ["Resource not found."]}
        assert not policy.command_history.exists()

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            (
                {},
                {
                    "resource_uuid": ["This field is required."],
                    "success": ["This field is required."],
                },
            ),
            (
                {"resource_uuid": "x", "success": True},
                {"resource_uuid": ["Must be a valid UUID."]},
            ),
            (
                {"resource_uuid": uuid4().hex, "success": True, "mode": "dreamt"},
                {"mode": ['"dreamt" is not a valid choice.']},
            ),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, body, errors, client, policy):
        response = client.post(at(policy, "report-command-result/"), body, format="json")

        assert (response.status_code, response.json()) == (400, errors)


class TestPreview:
    def test_of_amounts(self, client, now):
        body = {
            "allocation": 1000,
            "previous_usage": 700,
            "current_usage": 850,
            "daily_usage_rate": 10,
        }

        response = client.post(f"{URL}preview_impact/", body, format="json")

        assert response.status_code == 200
        today = now.date()
        assert response.json() == {
            "base_allocation": 1000,
            "effective_allocation": 1300,
            "carryover_enabled": True,
            "carryover_factor": 50,
            "carryover": {
                "previous_usage": 700,
                "carryover_factor": 50,
                "base_allocation": 1000,
                "unused": 300,
                "carryover_cap": 500,
                "carryover": 300,
                "total_allocation": 1300,
            },
            "grace_ratio": 0.2,
            "thresholds": {
                "allocation": 1300,
                "grace_ratio": 0.2,
                "notification_ratio": 0.8,
                "notification_threshold": 1040,
                "slowdown_threshold": 1300,
                "blocked_threshold": 1560,
            },
            "current_usage": 850,
            "daily_usage_rate": 10,
            "usage_percentage": 65.38,
            "current_qos_status": "normal",
            "date_projections": {
                name: {
                    "status": "projected",
                    "days": days,
                    "date": (today + timedelta(days=days)).isoformat(),
                }
                for name, days in (("notification", 19), ("slowdown", 45), ("blocked", 71))
            },
            "preview_commands": [],
            "command_history": [],
        }
        assert SlurmPolicyPreviewResponse.from_dict(response.json()).carryover

    def test_of_a_resource(self, client, policy, resource, now):
        use(resource, 60)
        resource_body = {
            "resource_uuid": resource.uuid.hex,
            "carryover_enabled": False,
            "grace_ratio": 0,
        }

        found = client.post(f"{URL}preview_impact/", resource_body, format="json").json()

        month = month_of(now)
        assert {
            name: found[name] for name in ("base_allocation", "current_usage", "carryover")
        } == {
            "base_allocation": 100,
            "current_usage": 60,
            "carryover": None,
        }
        assert found["billing_period_start"] == month.isoformat()
        assert date.fromisoformat(found["billing_period_end"]).month == month.month
        assert [command["command"] for command in found["preview_commands"]] == [
            "sacctmgr --immediate modify account hpc_alloc set fairshare=33",
            "sacctmgr --immediate modify account hpc_alloc set GrpTRESMins=cpu_k_hours=6000",
        ]
        assert SlurmPolicyPreviewResponse.from_dict(found).preview_commands
        assert not PolicyStanding.objects.exists()

    def test_nothing_allowed_is_never_reached(self, client):
        body = {"allocation": 0, "current_usage": 0}

        found = client.post(f"{URL}preview_impact/", body, format="json").json()

        assert (found["current_qos_status"], found["usage_percentage"]) == ("normal", 0)

    def test_a_resource_that_the_caller_does_not_provide_is_not_there(self, as_user, bob, resource):
        response = as_user(bob).post(
            f"{URL}preview_impact/", {"resource_uuid": resource.uuid.hex}, format="json"
        )

        assert response.status_code == 400
        assert response.json() == {"resource_uuid": ["Object does not exist."]}
