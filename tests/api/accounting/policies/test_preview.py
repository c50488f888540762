"""What settings of a policy would mean is told before they are saved."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from waldur_api_client.models import (
    SlurmPolicyPreviewResponse,
)

from accounting.ledger import month_of
from accounting.models import PolicyState
from tests.api.accounting.policies.scene import URL, use

pytestmark = pytest.mark.django_db


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
        assert not PolicyState.objects.exists()

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
