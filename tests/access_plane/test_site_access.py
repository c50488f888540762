"""Who may log in at a site, as its sshd asks: what is answered, to whom, and what it costs."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from allocations import tasks
from allocations.access_plane import signing
from allocations.access_plane.lists import text_of
from allocations.models import OfferingUser, SiteAccess
from allocations.services import restrictions, site_access
from identity.models import Event
from identity.roles import RoleName
from identity.services import user_removal
from marketplace.services import offerings
from tests.access_plane.world import Researcher, follow_events, make_researcher
from tests.cases import Case, undone
from tests.factories.identity import GrantFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(db: None) -> Researcher:
    return make_researcher(username="hpc1")


@pytest.fixture
def owner(one: Researcher) -> User:
    made: User = UserFactory()
    GrantFactory(user=made, role=RoleName.CUSTOMER_OWNER, scope=one.offering.customer)
    return made


def address(one: Researcher, what: str = "authorized-principals") -> str:
    return f"/api/marketplace-provider-offerings/{one.offering.uuid.hex}/{what}/"


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_the_answer_is_text_that_says_all_and_is_signed(
    one: Researcher, owner: User, as_user: Callable[[User], APIClient]
) -> None:
    answer = as_user(owner).get(address(one), {"username": "hpc1"})

    text = answer.content.decode()
    head = [f"# offering {one.offering.uuid.hex}", "# username hpc1"]
    assert text.splitlines()[:3] == ["# efp-allocations principals 1", *head]
    assert lines(text) == [one.cuid]
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "private, max-age=30, stale-if-error=86400"
    assert answer["X-Signature"] == signing.sign(text.encode())
    again = as_user(owner).get(
        address(one), {"username": "hpc1"}, headers={"if-none-match": answer["ETag"]}
    )
    if again.status_code == 200:  # a quarter of an hour began in between
        again = as_user(owner).get(
            address(one), {"username": "hpc1"}, headers={"if-none-match": again["ETag"]}
        )
    assert (again.status_code, again.content) == (304, b"")


def test_the_keys_are_for_everybody(client: Any) -> None:
    answer = client.get("/api/marketplace-provider-offerings/site-access-keys/")

    assert (answer.status_code, answer.content.decode()) == (200, signing.allowed_signers())
    assert answer.content.startswith(
        b'efp-allocations namespaces="efp-site-access" ssh-ed25519 AAAA'
    )


def test_each_key_is_published_and_the_first_one_signs(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["new", "old"]
    new, old = signing.allowed_signers().splitlines()
    key = base64.b64decode(new.split()[-1])
    assert key in base64.b64decode(signing.sign(b"x"))

    settings.ENCRYPTION_KEYS = ["old"]
    assert signing.allowed_signers().splitlines() == [old]


def test_a_list_that_says_the_same_is_the_same_for_a_quarter_of_an_hour(now: datetime) -> None:
    begun = now.replace(minute=15, second=0)
    texts = {
        text_of("principals", {}, ["a"], now=begun + timedelta(minutes=minutes))
        for minutes in (0, 7, 14)
    }
    assert len(texts) == 1
    assert text_of("principals", {}, ["a"], now=begun + timedelta(minutes=15)) not in texts


def test_who_may_not_log_in_is_not_named(
    one: Researcher, owner: User, as_user: Callable[[User], APIClient], now: datetime, case: Case
) -> None:
    client = as_user(owner)

    def named(username: str = "hpc1") -> list[str]:
        return lines(client.get(address(one), {"username": username}).content.decode())

    staff = UserFactory(is_staff=True)
    losses: dict[str, Callable[[], object]] = {
        "restricted": lambda: restrictions.set_restricted(
            one.account, is_restricted=True, actor=staff, now=now
        ),
        "inactive": lambda: user_removal.remove(one.user, actor=staff, now=now),
        "archived": lambda: offerings.archive(one.offering, actor=staff, now=now),
        "state": lambda: OfferingUser.objects.filter(pk=one.account.pk).update(state="Deleting"),
        "role": one.grant.delete,
    }
    assert named() == [one.cuid]
    assert (named("HPC1"), named("another")) == ([], [])
    for what, lose in losses.items():
        with case(what=what):
            lose()
            assert named() == []


def test_what_can_be_no_name_is_refused(
    one: Researcher, owner: User, as_user: Callable[[User], APIClient], case: Case
) -> None:
    required = {"username": ["This field is required."]}
    no_name = {"username": ["This can be no name of an account."]}
    client = as_user(owner)
    assert client.get(address(one)).json() == required
    for username in ("a\n# expires 9999", "a b", "-rf", "1000", "x" * 33, "ü"):
        with case(username=username):
            answer = client.get(address(one), {"username": username})
            assert (answer.status_code, answer.json()) == (400, no_name)


@pytest.mark.parametrize("what", ["authorized-principals", "revoked-principals"])
def test_the_offering_s_people_read_it_and_nobody_else(
    one: Researcher, owner: User, as_user: Callable[[User], APIClient], client: Any, what: str
) -> None:
    manager, agent, outsider = UserFactory(), UserFactory(is_staff=True), UserFactory()
    GrantFactory(user=manager, role=RoleName.OFFERING_MANAGER, scope=one.offering)
    elsewhere = UserFactory()
    other = make_researcher()
    GrantFactory(user=elsewhere, role=RoleName.OFFERING_MANAGER, scope=other.offering)
    asked = {"username": "hpc1"} if what == "authorized-principals" else {}

    for who, status in (
        (owner, 200),
        (manager, 200),
        (agent, 200),
        (outsider, 404),
        (elsewhere, 404),
        (one.user, 404),
    ):
        assert as_user(who).get(address(one, what), asked).status_code == status
    assert client.get(address(one, what), asked).status_code == 401


def test_it_costs_two_queries_beside_who_asks(
    one: Researcher,
    owner: User,
    as_user: Callable[[User], APIClient],
    django_assert_max_num_queries: Any,
) -> None:
    client = as_user(owner)
    client.get(address(one), {"username": "hpc1"})

    with django_assert_max_num_queries(4):  # the token, its grants, the offering, the account
        client.get(address(one), {"username": "hpc1"})


def test_who_lost_access_is_told_of_until_they_have_it_again(
    one: Researcher, owner: User, as_user: Callable[[User], APIClient], now: datetime
) -> None:
    def revoked() -> list[str]:
        answer = as_user(owner).get(address(one, "revoked-principals"))
        text = answer.content.decode()
        assert text.startswith("# efp-allocations revoked 1\n# offering ")
        assert answer["X-Signature"] == signing.sign(text.encode())
        return lines(text)

    staff = UserFactory(is_staff=True)
    tasks.sweep_access()
    assert revoked() == []
    restrictions.set_restricted(one.account, is_restricted=True, actor=staff, now=now)
    follow_events()
    assert revoked() == [one.cuid]
    restrictions.set_restricted(one.account, is_restricted=False, actor=staff, now=now)
    follow_events()
    assert revoked() == []
    assert list(
        Event.objects.filter(kind__startswith="site_access.")
        .order_by("pk")
        .values_list("kind", flat=True)
    ) == ["site_access.given", "site_access.ended", "site_access.given"]


def test_a_removed_person_is_told_of_by_the_cuid_that_they_had(
    one: Researcher, now: datetime
) -> None:
    tasks.sweep_access()

    user_removal.remove(one.user, actor=UserFactory(is_staff=True), now=now)
    follow_events()

    assert site_access.revoked(one.offering, now=timezone.now()) == [one.cuid]
    assert site_access.revoked(one.offering, now=timezone.now() + timedelta(days=91)) == []
    assert SiteAccess.objects.count() == 1


def test_the_sweep_finds_what_no_event_told_of_and_the_second_one_nothing(
    one: Researcher, now: datetime
) -> None:
    assert site_access.follow([one.user.pk], now=now) == 1
    assert site_access.follow([one.user.pk], now=now) == 0
    with undone():
        one.grant.delete()
        assert site_access.follow([one.user.pk], now=now) == 1
        assert site_access.revoked(one.offering, now=timezone.now()) == [one.cuid]
