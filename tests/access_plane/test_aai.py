"""What is asked of the AAI, against a real SCIM server, and what becomes of its bad days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from scim2_models import ScimProvider
from scim2_tester import Status, check_server

from allocations.access_plane import aai as module
from allocations.access_plane.aai import Aai, ScimEngine
from allocations.access_plane.errors import (
    AaiAway,
    AaiConflict,
    AaiRefuses,
    AaiUnknown,
    AaiUnreadable,
)
from tests.access_plane.aai import (
    GARBAGE,
    HALF,
    HUGE,
    KEY,
    LOST,
    REFUSED,
    FakeAai,
    Fault,
    proxied,
    scim_server,
    status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocations.access_plane.errors import AaiError

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def fake(server: str) -> Iterator[FakeAai]:
    with proxied(server) as found:
        yield found


def client(fake: FakeAai, key: str = KEY) -> Aai:
    return Aai(fake.url, key, clock=lambda: NOW)


def known(fake: FakeAai, *values: str, **attributes: Any) -> str:
    cuid = f"{uuid4().hex}@myaccessid.org"
    fake.register(cuid, *values, **attributes)
    return cuid


def test_a_person_is_read_and_changed_in_one_request(fake: FakeAai) -> None:
    cuid = known(
        fake,
        "elsewhere",
        "old",
        name={"givenName": "Ada", "familyName": "Lovelace"},
        emails=[{"value": "b@example.org"}, {"value": "a@example.org", "primary": True}],
        phoneNumbers=[{"value": "unheeded"}],
    )
    found = client(fake).person(cuid)
    assert found.values == {"elsewhere", "old"}
    assert found.attributes == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "a@example.org",
    }

    client(fake).change(cuid, put=["new", "other"], take=["old"], version=found.version)

    assert fake.values(cuid) == ["elsewhere", "new", "other"]
    assert fake.passed == [
        ("GET", f"/scim/v2/Users/{cuid}"),
        ("PATCH", f"/scim/v2/Users/{cuid}"),
    ]


@pytest.mark.parametrize("option", ["--filters-only", "--values-only"])
def test_it_is_removed_in_whichever_way_the_service_takes(option: str) -> None:
    with scim_server(option, "--no-etags") as address, proxied(address) as fake:
        cuid = known(fake, "elsewhere", "old", "older")
        found = client(fake).person(cuid)

        client(fake).change(cuid, put=["new"], take=["old", "older"], version=found.version)

        assert fake.values(cuid) == ["elsewhere", "new"]


def test_what_changed_meanwhile_is_a_conflict(fake: FakeAai) -> None:
    cuid = known(fake)
    version = client(fake).person(cuid).version
    fake.put(cuid, "elsewhere")

    with pytest.raises(AaiConflict):
        client(fake).change(cuid, put=["new"], take=[], version=version)
    assert fake.values(cuid) == ["elsewhere"]


def test_a_stranger_is_unknown_and_a_wrong_key_is_refused(fake: FakeAai) -> None:
    with pytest.raises(AaiUnknown):
        client(fake).person("nobody@myaccessid.org")
    with pytest.raises(AaiRefuses):
        client(fake, key="another one").person("nobody@myaccessid.org")


def test_nobody_there_is_away() -> None:
    with pytest.raises(AaiAway):
        Aai("http://127.0.0.1:1", KEY, clock=lambda: NOW).person("a@b")


SECONDS = timedelta(seconds=30)
FAULTS: list[tuple[str, Fault, type[AaiError], timedelta | None]] = [
    ("409", status(409), AaiConflict, None),
    ("412", status(412), AaiConflict, None),
    ("429", status(429, Retry_After="30"), AaiAway, SECONDS),
    ("429 until", status(429, Retry_After=format_datetime(NOW + SECONDS)), AaiAway, SECONDS),
    ("429 long", status(429, Retry_After="99999999999"), AaiAway, timedelta(hours=1)),
    ("429 ago", status(429, Retry_After=format_datetime(NOW - SECONDS)), AaiAway, timedelta(0)),
    ("429 nonsense", status(429, Retry_After="soon"), AaiAway, None),
    ("500", status(500), AaiAway, None),
    ("503", status(503, Retry_After="30"), AaiAway, SECONDS),
    ("401", status(401), AaiRefuses, None),
    ("403", status(403), AaiRefuses, None),
    ("404", status(404), AaiUnknown, None),
    ("302", status(302, Location="http://127.0.0.1:1/"), AaiUnreadable, None),
    ("418", status(418), AaiUnreadable, None),
    ("lost", LOST, AaiAway, None),
    ("half", HALF, AaiAway, None),
    ("refused", REFUSED, AaiAway, None),
    ("garbage", GARBAGE, AaiUnreadable, None),
    ("huge", HUGE, AaiUnreadable, None),
]


@pytest.mark.parametrize(
    ("fault", "error", "wait"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_fault_says_who_has_to_wait_and_how_long(
    fake: FakeAai, fault: Fault, error: type[AaiError], wait: timedelta | None
) -> None:
    cuid = known(fake)
    fake.faults.append(fault)

    with pytest.raises(error) as raised:
        client(fake).person(cuid)

    assert raised.value.retry_after == wait
    assert raised.value.rests == (error in {AaiAway, AaiRefuses})
    assert client(fake).person(cuid).values == frozenset()


def test_a_slow_answer_is_not_waited_for(fake: FakeAai, monkeypatch: pytest.MonkeyPatch) -> None:
    cuid = known(fake)
    monkeypatch.setattr(module, "READ", 0.2)
    fake.faults.append(Fault("slow", seconds=2))

    with pytest.raises(AaiAway):
        client(fake).person(cuid)


def test_the_server_of_these_tests_and_our_way_to_it_are_judged(server: str) -> None:
    """By scim2-tester, over the same bounded requests: every check of a real server passes."""
    engine = ScimEngine(server, KEY, clock=lambda: NOW, provider=ScimProvider())

    results = check_server(engine)

    bad = [r for r in results if r.status in {Status.ERROR, Status.CRITICAL}]
    assert [(r.title, r.reason) for r in bad] == []
    assert sum(r.status == Status.SUCCESS for r in results) > 20
