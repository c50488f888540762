"""The tables of role by endpoint say so when they are wrong or have gaps."""

from __future__ import annotations

import pytest

from accounting.api.usage_policies.views import SlurmPeriodicUsagePolicyViewSet
from identity.api.keys.views import SshKeyViewSet
from tests.api.tables import Line, asker, check, read, untested

TABLE = """
GET    keys/       200 -+
POST   keys/       201 -+
GET    keys/{key}/ 401 404 200
"""


def test_a_table_is_read_by_marks_or_by_statuses():
    assert read(TABLE) == [
        Line("GET", "/api/keys/", [401, 200]),
        Line("POST", "/api/keys/", [401, 201]),
        Line("GET", "/api/keys/{key}/", [401, 404, 200]),
    ]


def test_a_path_may_be_empty():
    assert read("\nGET     200 x\n", below="/api/keys/") == [Line("GET", "/api/keys/", [403])]


def test_what_is_no_line_is_refused():
    with pytest.raises(AssertionError, match="GET keys/"):
        read("GET keys/ -+")


def test_a_route_without_a_line_is_told():
    assert untested(read(TABLE), SshKeyViewSet) == {
        ("DELETE", "/api/keys/{}/"),
        ("GET", "/api/keys/{}/history/"),
        ("GET", "/api/keys/{}/history/at/"),
    }


def test_a_class_without_a_route_is_told():
    with pytest.raises(AssertionError, match="a viewset has no route"):
        untested(read(TABLE), SshKeyViewSet, type("Lost", (SlurmPeriodicUsagePolicyViewSet,), {}))


@pytest.mark.django_db
def test_an_answer_that_is_not_in_the_line_fails(anonymous, as_user, bob):
    ask = asker({"anonymous": anonymous, "bob": as_user(bob)}, {}, lambda _: None)

    check(Line("GET", "/api/keys/", [401, 200]), ("anonymous", "bob"), ask)
    with pytest.raises(AssertionError):
        check(Line("GET", "/api/keys/", [401, 403]), ("anonymous", "bob"), ask)
