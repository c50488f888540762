"""Policies are evaluated and reported for over HTTP, as the site agent does."""

from __future__ import annotations

from uuid import uuid4

import pytest
from waldur_api_client.models import (
    SlurmCommandHistory as ClientCommand,
)
from waldur_api_client.models import (
    SlurmPolicyDryRunResponse,
    SlurmPolicyEvaluateResponse,
)
from waldur_api_client.models import (
    SlurmPolicyEvaluationLog as ClientLog,
)

from accounting.ledger import month_of
from accounting.models import PolicyState
from accounting.periods import Period, label
from identity.models import Event
from marketplace.lifecycle import ResourceState
from tests.api.accounting.policies.scene import URL, use, wire
from tests.factories.marketplace import ResourceFactory

pytestmark = pytest.mark.django_db

NEITHER = {"paused": False, "downscaled": False}


def at(policy, action=""):
    return f"{URL}{policy.uuid.hex}/{action}"


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
        assert not PolicyState.objects.exists()

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
