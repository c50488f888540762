"""Lines that agents send of their logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from waldur_api_client.models import SiteAgentLog as ClientLog

from allocations import tasks
from allocations.api.agent_logs.inputs import LONGEST_LINE, MOST_LINES
from allocations.models import AgentLog
from allocations.services import agent_logs
from identity.roles import RoleName
from tests.factories.agents import AgentIdentityFactory, AgentLogFactory
from tests.factories.identity import GrantFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGS = "/api/marketplace-site-agent-logs/"
SENT_AT = 1764300000.25


def line(identity, **more):
    """Return a line as the agent 1.0.7 sends it."""
    return {
        "agent_identity_uuid": identity.uuid.hex,
        "timestamp": SENT_AT,
        "level": "ERROR",
        "message": "slurmdbd does not answer",
        "module": "backend",
        **more,
    }


def test_an_agent_s_lines_are_kept_and_read_back(agent, identity, offering, now):
    response = agent.post(LOGS, [line(identity), line(identity, level="DEBUG")], format="json")

    assert response.status_code == 201
    first, second = response.json()
    row = AgentLog.objects.get(level="ERROR")
    assert row.timestamp == datetime.fromtimestamp(SENT_AT, UTC)
    assert first == {
        "uuid": row.uuid.hex,
        "offering": (f"http://testserver/api/marketplace-provider-offerings/{offering.uuid.hex}/"),
        "offering_uuid": offering.uuid.hex,
        "agent_identity_uuid": identity.uuid.hex,
        "timestamp": SENT_AT,
        "level": "ERROR",
        "message": "slurmdbd does not answer",
        "module": "backend",
        "created": first["created"],
    }
    assert second["level"] == "DEBUG"
    assert ClientLog.from_dict(first).timestamp == SENT_AT
    identity.refresh_from_db()
    assert identity.last_seen >= now


def test_a_message_is_kept_as_it_was_written(agent, identity):
    message = "  Traceback:\n\tline 1\n"
    response = agent.post(LOGS, [line(identity, message=message, module="")], format="json")
    assert response.json()[0]["message"] == message


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": "FATAL"}, "level"),
        ({"level": None}, "level"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": "NaN"}, "timestamp"),
        ({"timestamp": -1}, "timestamp"),
        ({"timestamp": 4_102_444_801}, "timestamp"),
        ({"timestamp": 1e300}, "timestamp"),
        ({"message": "x" * (LONGEST_LINE + 1)}, "message"),
        ({"message": "\x00"}, "message"),
        ({"module": "x" * 256}, "module"),
        ({"agent_identity_uuid": "x"}, "agent_identity_uuid"),
        ({"agent_identity_uuid": "0" * 32}, "agent_identity_uuid"),
    ],
)
def test_one_wrong_line_refuses_all_and_says_which_it_is(agent, identity, change, field):
    lines = [line(identity), line(identity, **change), line(identity)]

    response = agent.post(LOGS, lines, format="json")

    assert response.status_code == 400
    first, wrong, last = response.json()
    assert (first, list(wrong), last) == ({}, [field], {})
    assert not AgentLog.objects.exists()


@pytest.mark.parametrize("body", [[], {}, "x", None, [None], [[]], {"a": 1}])
def test_a_body_must_be_a_list_of_lines(agent, body):
    assert agent.post(LOGS, body, format="json").status_code == 400


def test_a_body_may_not_be_endless(agent, identity):
    response = agent.post(LOGS, [line(identity)] * (MOST_LINES + 1), format="json")
    assert response.status_code == 400
    assert not AgentLog.objects.exists()


def test_lines_of_a_foreign_agent_are_refused_with_those_of_one_s_own(
    mallory, elsewhere, as_user, identity
):
    mine = AgentIdentityFactory(offering__customer=elsewhere)

    response = as_user(mallory).post(LOGS, [line(mine), line(identity)], format="json")

    assert (response.status_code, response.json()) == (
        400, [{}, {"agent_identity_uuid": ["Object does not exist."]}],
    )  # fmt: skip
    assert not AgentLog.objects.exists()


def test_who_may_deliver_at_one_of_two_offerings_may_not_log_for_both(as_user, identity, provider):
    """They see the other one's agents through a role that only lets them look."""
    other = AgentIdentityFactory(offering__customer=provider)
    olga = UserFactory(username="olga", is_support=True)
    GrantFactory(user=olga, scope=identity.offering, role=RoleName.OFFERING_MANAGER)
    client = as_user(olga)

    both = client.post(LOGS, [line(identity), line(other)], format="json")
    own = client.post(LOGS, [line(identity)], format="json")

    assert (both.status_code, own.status_code) == (403, 201)
    assert AgentLog.objects.count() == 1


def test_many_lines_cost_no_more_queries_than_few(agent, identity, provider):
    other = AgentIdentityFactory(offering__customer=provider)

    def queries(lines):
        with CaptureQueriesContext(connection) as captured:
            assert agent.post(LOGS, lines, format="json").status_code == 201
        return len(captured)

    few = queries([line(identity)])
    assert few <= 14  # two of them are a savepoint
    assert queries([line(identity), line(other)] * 50) == few


def test_the_latest_lines_come_first_and_are_filtered(agent, identity, offering, now):
    second = timedelta(seconds=1)
    old = AgentLogFactory(identity=identity, timestamp=now - 60 * second, level="INFO")
    new = AgentLogFactory(identity=identity, timestamp=now, level="ERROR")
    AgentLogFactory()  # of somebody else's agent
    between = (now - 30 * second).timestamp()

    for query, expected in (
        ({}, [new, old]),
        ({"level": "error"}, [new]),
        ({"level": "nonsense"}, []),
        ({"agent_identity_uuid": str(identity.uuid)}, [new, old]),
        ({"offering_uuid": offering.uuid.hex}, [new, old]),
        ({"offering_uuid": "0" * 32}, []),
        ({"timestamp_from": between}, [new]),
        ({"timestamp_to": between}, [old]),
        ({"timestamp_from": now.timestamp(), "timestamp_to": now.timestamp()}, [new]),
        ({"timestamp_to": -5}, []),
        ({"timestamp_from": "1e20"}, []),
    ):
        rows = agent.get(LOGS, query).json()
        assert [row["uuid"] for row in rows] == [row.uuid.hex for row in expected], query
    wrong = agent.get(LOGS, {"timestamp_from": "1e300"})
    assert (wrong.status_code, list(wrong.json())) == (400, ["timestamp_from"])


def test_lines_are_kept_as_long_as_is_set_and_pruned_in_batches(
    identity, now, settings, monkeypatch
):
    monkeypatch.setattr(agent_logs, "BATCH", 2)
    settings.AGENT_LOG_RETENTION_DAYS = 7
    for days in (8, 8, 9, 10, 11, 6):
        AgentLogFactory(identity=identity, created=now - timedelta(days=days))

    for _ in range(2):
        tasks.prune_agent_logs(reason="new")

    assert [row.created for row in AgentLog.objects.all()] == [now - timedelta(days=6)]
