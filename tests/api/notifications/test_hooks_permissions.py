"""Hooks, role by endpoint: one's own, those of one's organisation, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from notifications.api.hooks.views import EmailHookViewSet, HookViewSet, WebHookViewSet
from tests.api.tables import asker, body_by_end, check_all, read, untested
from tests.factories.identity import EventFactory, GrantFactory, UserFactory
from tests.factories.notifications import EmailHookFactory, WebHookFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from tests.cases import Case

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "mallory", "carol", "reader", "pi", "bob", "alice", "olga", "sam", "dave")
"""bob, a member of the project, has hooks of their own; alice made the organisation's, which olga
owns as well and `reader` reads; sam is support, dave is staff."""

TABLE = """
GET    hooks/                                200 -+++++++++
GET    hooks-web/                            200 -+++++++++
POST   hooks-web/                            201 -+++++++++
POST   hooks-web/?for=organisation           201 -!!xxx++x+
GET    hooks-web/{own}/                      200 -????+???+
PUT    hooks-web/{own}/                      200 -????+???+
PATCH  hooks-web/{own}/                      200 -????+???+
DELETE hooks-web/{own}/                      204 -????+???+
GET    hooks-web/{own}/events/               200 -????+???+
GET    hooks-web/{own}/deliveries/           200 -????+???+
POST   hooks-web/{own}/ping/                 202 -????+???+
POST   hooks-web/{own}/rotate_secret/        200 -????+???+
POST   hooks-web/{own}/replay/               200 -????+???+
GET    hooks-web/{theirs}/                   200 -?????++?+
PUT    hooks-web/{theirs}/                   200 -?????++?+
PATCH  hooks-web/{theirs}/                   200 -?????++?+
DELETE hooks-web/{theirs}/                   204 -?????++?+
GET    hooks-web/{theirs}/events/            200 -?????++?+
GET    hooks-web/{theirs}/deliveries/        200 -?????++?+
POST   hooks-web/{theirs}/ping/              202 -?????++?+
POST   hooks-web/{theirs}/rotate_secret/     200 -?????++?+
POST   hooks-web/{theirs}/replay/            200 -?????++?+
GET    hooks-email/                          200 -+++++++++
POST   hooks-email/                          201 -!!!!+!!!+
POST   hooks-email/?for=organisation         201 -!!xxx++x+
GET    hooks-email/{own_mail}/               200 -????+???+
PUT    hooks-email/{own_mail}/               200 -????+???+
PATCH  hooks-email/{own_mail}/               200 -????+???+
DELETE hooks-email/{own_mail}/               204 -????+???+
GET    hooks-email/{own_mail}/events/        200 -????+???+
GET    hooks-email/{their_mail}/             200 -?????++?+
PUT    hooks-email/{their_mail}/             200 -?????++?+
PATCH  hooks-email/{their_mail}/             200 -?????++?+
DELETE hooks-email/{their_mail}/             204 -?????++?+
GET    hooks-email/{their_mail}/events/      200 -?????++?+
"""

LINES = read(TABLE)


@pytest.fixture
def people(
    mallory: User,
    carol: User,
    pi: User,
    bob: User,
    alice: User,
    sam: User,
    dave: User,
    allocator: Customer,
) -> dict[str, User]:
    reader, olga = (UserFactory(username=name) for name in ("reader", "olga"))
    GrantFactory(user=reader, scope=allocator, role=RoleName.CUSTOMER_READER)
    GrantFactory(user=olga, scope=allocator, role=RoleName.CUSTOMER_OWNER)
    everybody = (mallory, carol, reader, pi, bob, alice, olga, sam, dave)
    return {user.username: user for user in everybody}


@pytest.fixture
def named(people: dict[str, User], allocator: Customer, project: Project) -> dict[str, str]:
    alice, bob = people["alice"], people["bob"]
    allocator.email = bob.email
    allocator.save()
    rows: dict[str, Any] = {
        "own": WebHookFactory(author=bob),
        "theirs": WebHookFactory(author=alice, customer=allocator),
        "own_mail": EmailHookFactory(author=bob),
        "their_mail": EmailHookFactory(author=alice, customer=allocator),
        "customer": allocator,
        "event": EventFactory(project=project, customer=allocator, actor=bob, sequence=1),
    }
    return {"email": bob.email, **{name: row.uuid.hex for name, row in rows.items()}}


def body_for(path: str, named: dict[str, str]) -> Any:
    """Return a body that is right, so that nothing but the caller decides."""
    url, kinds = "https://hooks.example.org/", {"event_kinds": ["*"]}
    whose = {"customer": named["customer"]} if path.endswith("organisation") else {}
    by_end = {
        "ping/": None,
        "rotate_secret/": {},
        "replay/": {"event_uuid": named["event"]},
        "hooks-web/": {"destination_url": url, **kinds},
        "hooks-web/?for=organisation": {"destination_url": url, **kinds, **whose},
        "hooks-email/": {"email": named["email"], **kinds},
        "hooks-email/?for=organisation": {"email": named["email"], **kinds, **whose},
        "own}/": {"destination_url": url},
        "theirs}/": {"destination_url": url},
        "mail}/": {"email": named["email"]},
    }
    return body_by_end(by_end, path)


def test_the_table(
    case: Case,
    people: dict[str, User],
    named: dict[str, str],
    clients_of: Callable[..., dict[str, APIClient]],
) -> None:
    send = asker(clients_of(people), named, lambda path: body_for(path, named))

    check_all(LINES, PEOPLE, send, case)


def test_every_action_of_every_endpoint_is_in_the_table() -> None:
    assert untested(LINES, HookViewSet, WebHookViewSet, EmailHookViewSet) == set()


@pytest.mark.parametrize("noun", ["hooks", "hooks-web", "hooks-email"])
def test_a_list_shows_what_may_be_read_and_nothing_else(
    noun: str, people: dict[str, User], named: dict[str, str], as_user: Callable[[User], APIClient]
) -> None:
    own, theirs = {named["own"], named["own_mail"]}, {named["theirs"], named["their_mail"]}
    web, mail = {named["own"], named["theirs"]}, {named["own_mail"], named["their_mail"]}
    served = {"hooks": web | mail, "hooks-web": web, "hooks-email": mail}[noun]
    sees = {"bob": own, "alice": theirs, "olga": theirs, "dave": own | theirs}

    for person, user in people.items():
        listed = {row["uuid"] for row in as_user(user).get(f"/api/{noun}/").json()}
        assert listed == sees.get(person, set()) & served, person


def test_who_is_no_owner_any_more_loses_the_organisations_hooks_also_those_they_made(
    people: dict[str, User], named: dict[str, str], as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(people["alice"])
    people["alice"].grants.update(is_active=False)

    assert client.get(f"/api/hooks-web/{named['theirs']}/").status_code == 404
    assert client.delete(f"/api/hooks-web/{named['theirs']}/").status_code == 404
