"""Personal access tokens: what is shown of them, how they are renewed, and where they end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from identity.api.personal_tokens.views import PersonalAccessTokenViewSet
from identity.models import Event, Token, User
from identity.roles import RoleName
from identity.services import credentials, organisations
from tests.api.tables import asker, check_all, read, untested
from tests.api.times import iso
from tests.factories.identity import (
    GrantFactory,
    PersonalTokenFactory,
    PlatformTermsFactory,
    ProjectFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Customer, Project
    from tests.cases import Case

pytestmark = pytest.mark.django_db

AT = "/api/personal-access-tokens/"
SECRET = "efp_" + "5" * 40
NO_NETWORK = f"“fe80::%{'z' * 50}” is neither a network nor an address."


def bearing(secret: str, **more: Any) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}", **more)


@pytest.fixture
def alices(alice: User, as_user: Callable[[User], APIClient]) -> APIClient:
    return as_user(alice)


def body(now: datetime, **more: Any) -> dict[str, Any]:
    expires_at = (now + timedelta(days=30)).isoformat()
    return {"name": "ci", "scopes": ["PROJECT.VIEW"], "expires_at": expires_at, **more}


TABLE = """
GET    /api/personal-access-tokens/                       401 200 200 200 200
POST   /api/personal-access-tokens/                       401 201 201 201 201
GET    /api/personal-access-tokens/available_scopes/      401 200 200 200 200
GET    /api/personal-access-tokens/available_binding_targets/ 401 200 200 200 200
GET    /api/personal-access-tokens/{token}/               401 404 200 404 200
DELETE /api/personal-access-tokens/{token}/               401 404 204 404 204
POST   /api/personal-access-tokens/{token}/rotate/        401 404 201 404 403
POST   /api/personal-access-tokens/{token}/set_network_acl/ 401 404 200 404 200
"""


def test_the_table(
    mallory: User,
    alice: User,
    sam: User,
    dave: User,
    clients_of: Callable[..., dict[str, APIClient]],
    now: datetime,
    case: Case,
) -> None:
    """The anonymous, the outsider, the holder, support and staff."""
    people = {"mallory": mallory, "alice": alice, "sam": sam, "dave": dave}
    named = {"token": PersonalTokenFactory(user=alice).uuid.hex}
    ask = asker(clients_of(people), named, lambda _: {**body(now), "allowed_networks": []})
    lines = read(TABLE, below="")
    check_all(lines, ("anonymous", *people), ask, case, in_own_words="rotate")
    assert untested(lines, PersonalAccessTokenViewSet) == set()


def test_a_secret_is_shown_once_and_works(
    alices: APIClient, alice: User, project: Project, now: datetime
) -> None:
    bound = [{"type": "project", "uuid": project.uuid.hex}]
    asked = body(now, allowed_scopes=bound, allowed_networks=["127.0.0.1", "2001:db8::1/32"])

    made = alices.post(AT, asked, format="json")

    token = Token.objects.get(scopes__isnull=False)
    shared = {
        "allowed_networks": ["127.0.0.1/32", "2001:db8::/32"],
        "allowed_scopes": [{**bound[0], "name": "Climate model"}],
        "created": iso(token.created),
        "expires_at": iso(now + timedelta(days=30)),
        "name": "ci",
        "scopes": ["PROJECT.VIEW"],
        "uuid": token.uuid.hex,
    }
    secret = made.json()["token"]
    assert (made.status_code, made.json()) == (201, {**shared, "token": secret})
    assert secret.startswith("efp_")
    assert credentials.digest(secret) == token.digest
    assert [row["name"] for row in bearing(secret).get("/api/projects/").json()] == [project.name]
    assert alices.get(f"{AT}{token.uuid.hex}/").json() == {
        **shared,
        "is_active": True,
        "last_used_at": iso(token.created),
        "last_used_ip": "",
        "token_prefix": secret[:12],
        "use_count": 0,
        "user_username": "alice",
        "user_uuid": alice.uuid.hex,
    }
    issued = Event.objects.get(kind="token.issued", subject_uuid=token.uuid)
    assert (issued.actor, issued.payload["prefix"]) == (alice, secret[:12])


def test_what_is_wrong_is_told(
    alices: APIClient, project: Project, elsewhere: Customer, now: datetime, case: Case
) -> None:
    foreign = [{"type": "customer", "uuid": elsewhere.uuid.hex}]
    nobodys = [{"type": "project", "uuid": "0" * 32}]
    missing = {"allowed_scopes": [{"uuid": ["Object does not exist."]}]}
    far = (now + timedelta(days=settings.PERSONAL_TOKEN_DAYS + 1)).isoformat()
    beyond = f"A token lives for {settings.PERSONAL_TOKEN_DAYS} days at most."
    for wrong, refusal in (
        ({"scopes": []}, {"scopes": ["This list may not be empty."]}),
        ({"scopes": ["X"]}, {"scopes": {"0": ['"X" is not a valid choice.']}}),
        (
            {"scopes": ["SERVICE_PROVIDER.REGISTER", "PROJECT.VIEW"]},
            {"scopes": ["You may not do this anywhere: SERVICE_PROVIDER.REGISTER."]},
        ),
        ({"allowed_scopes": foreign}, missing),
        ({"allowed_scopes": nobodys}, missing),
        ({"expires_at": now.isoformat()}, {"expires_at": ["The end must be in the future."]}),
        ({"expires_at": far}, {"expires_at": [beyond]}),
        (
            {"allowed_networks": ["office"]},
            {"allowed_networks": {"0": ["“office” is neither a network nor an address."]}},
        ),
        (
            {"allowed_networks": [f"fe80::%{'z' * 50}"]},
            {"allowed_networks": {"0": [NO_NETWORK]}},
        ),
    ):
        with case(wrong=wrong):
            answer = alices.post(AT, body(now, **wrong), format="json")
            assert (answer.status_code, answer.json()) == (400, refusal)
    assert not Token.objects.filter(scopes__isnull=False).exists()


def test_a_rotated_token_ends_at_once_and_its_successor_has_its_limits(
    alices: APIClient, alice: User, project: Project, now: datetime
) -> None:
    former = PersonalTokenFactory(
        user=alice, plaintext=SECRET, scope=project, scopes=["PROJECT.VIEW"], networks=["::/0"]
    )
    path = f"{AT}{former.uuid.hex}/rotate/"

    answer = alices.post(path)

    token = Token.objects.get(scopes__isnull=False)
    assert (answer.status_code, answer.json()["uuid"]) == (201, token.uuid.hex)
    assert (token.scopes, token.networks) == (["PROJECT.VIEW"], ["::/0"])
    assert [binding.scope_uuid for binding in token.bindings.all()] == [project.uuid]
    assert token.expires_at == token.created + timedelta(days=30)
    assert bearing(SECRET).get("/api/projects/").status_code == 401
    assert alices.post(path).status_code == 404


def test_a_token_makes_shows_and_changes_no_token(
    alice: User, project: Project, now: datetime, alices: APIClient
) -> None:
    token = PersonalTokenFactory(user=alice, plaintext=SECRET)
    client, one = bearing(SECRET), f"{AT}{token.uuid.hex}/"

    assert client.get(AT).json() == []
    assert client.post(AT, body(now), format="json").json() == {
        "detail": "A personal access token does not allow this: log in yourself."
    }
    for answer in (
        *(client.get(one), client.delete(one), client.post(f"{one}rotate/")),
        client.post(f"{one}set_network_acl/", {"allowed_networks": []}, format="json"),
    ):
        assert answer.status_code == 404
    me = f"/api/users/{alice.uuid.hex}/"
    assert client.post(f"{me}refresh_token/").status_code == 403
    assert client.post(f"{me}change_password/", {"new_password": "x"}).status_code == 403
    assert client.patch(me, {"first_name": "X"}).status_code == 403
    assert "permissions" not in client.get("/api/users/me/").json()
    assert "permissions" not in client.get(me).json()
    assert client.post("/api-auth/logout/").status_code == 204, "it ends itself"
    assert client.get("/api/projects/").status_code == 401
    assert alices.get("/api/projects/").status_code == 200


def test_a_token_is_refused_when_it_or_its_holder_is_done_with(
    alice: User, dave: User, project: Project, now: datetime, as_user: Callable[[User], APIClient]
) -> None:
    client = bearing(SECRET)
    token = PersonalTokenFactory(user=alice, plaintext=SECRET, expires_at=now)
    assert client.get("/api/projects/").json() == {"detail": "Token has expired."}
    Token.objects.filter(pk=token.pk).update(expires_at=now + timedelta(days=1))
    assert client.get("/api/projects/").status_code == 200

    staff, may = as_user(dave), {"can_use_personal_access_tokens": False}
    assert staff.patch(f"/api/users/{alice.uuid.hex}/", may, format="json").status_code == 200
    refused = {"detail": "You may not use personal access tokens."}
    assert client.get("/api/projects/").json() == refused
    assert as_user(alice).post(AT, body(now), format="json").status_code == 403

    assert staff.delete(f"{AT}{token.uuid.hex}/").status_code == 204
    assert client.get("/api/projects/").json() == {"detail": "Invalid token."}
    assert Event.objects.get(kind="token.revoked", subject_uuid=token.uuid).actor == dave


def test_a_token_works_from_its_networks_only(alices: APIClient, alice: User) -> None:
    token = PersonalTokenFactory(user=alice, plaintext=SECRET, networks=["192.0.2.0/24", "broken"])
    Token.objects.filter(pk=token.pk).update(last_used=token.created - timedelta(days=2))
    within = bearing(SECRET, REMOTE_ADDR="::ffff:192.0.2.9")
    outside = bearing(SECRET, REMOTE_ADDR="198.51.100.1")

    assert outside.get("/api/projects/").json() == {
        "detail": "This token may not be used from 198.51.100.1: its holder has named other"
        " networks."
    }
    assert (
        outside.get("/api/projects/").status_code,
        Token.objects.get(pk=token.pk).use_count,
    ) == (
        403,
        0,
    )
    assert within.get("/api/projects/").status_code == 200
    used = Token.objects.get(pk=token.pk)
    assert (used.last_used_from, used.use_count) == ("::ffff:192.0.2.9", 1)

    wider = {"allowed_networks": ["198.51.100.0/24"]}
    changed = alices.post(f"{AT}{token.uuid.hex}/set_network_acl/", wider, format="json")
    assert changed.json()["allowed_networks"] == ["198.51.100.0/24"]
    assert outside.get("/api/projects/").status_code == 200
    assert Event.objects.get(kind="token.networks_changed").payload["networks"] == [
        "198.51.100.0/24"
    ]


def test_a_token_loses_what_its_holder_loses(alice: User, project: Project) -> None:
    PersonalTokenFactory(user=alice, plaintext=SECRET, scopes=["PROJECT.VIEW"], scope=project)
    client, path = bearing(SECRET), f"/api/projects/{project.uuid.hex}/"
    assert client.get(path).status_code == 200
    assert client.patch(path, {"name": "X"}).status_code == 403, "no scope of it"

    alice.grants.update(is_active=False)

    assert client.get(path).status_code == 404


def test_a_token_sees_the_projects_and_the_organization_that_it_is_bound_to(
    alice: User, project: Project, case: Case
) -> None:
    other = ProjectFactory(customer=project.customer)
    GrantFactory(user=alice, scope=other, role=RoleName.PROJECT_MANAGER)
    client, own = bearing(SECRET), project.customer
    for scope, projects, customers in (
        (None, 2, 1),
        (own, 2, 1),
        (project, 1, 0),
        (other, 1, 0),
    ):
        with case(scope=scope):
            PersonalTokenFactory(user=alice, plaintext=SECRET, scope=scope)
            assert len(client.get("/api/projects/").json()) == projects
            assert len(client.get("/api/customers/").json()) == customers


def test_a_token_stays_bound_when_what_it_is_bound_to_is_deleted(
    dave: User, project: Project, elsewhere: Customer, now: datetime
) -> None:
    PersonalTokenFactory(user=dave, plaintext=SECRET, scope=elsewhere)
    organisations.remove(elsewhere, actor=dave, now=now)

    seen = bearing(SECRET).get("/api/projects/")

    assert (seen.status_code, seen.json()) == (200, [])


def test_staff_and_support_lend_a_token_what_roles_allow_and_no_flag(
    dave: User, sam: User, project: Project, provider: Customer, case: Case
) -> None:
    client = bearing(SECRET)
    for person, scopes, scope, seen in (
        (dave, ["PROJECT.VIEW"], None, 1),
        (dave, ["PROJECT.VIEW"], provider, 0),
        (dave, ["ORDER.VIEW"], None, 0),
        (sam, ["PROJECT.VIEW", "PROJECT.UPDATE"], project, 1),
    ):
        with case(person=person, scopes=scopes, scope=scope):
            PersonalTokenFactory(user=person, plaintext=SECRET, scopes=scopes, scope=scope)
            assert len(client.get("/api/projects/").json()) == seen
            path = f"/api/projects/{project.uuid.hex}/"
            assert client.patch(path, {"name": "X"}).status_code == (403 if seen else 404)
            assert client.post("/api/customers/", {"name": "X"}).status_code == 403


def test_nothing_is_asked_of_staff_who_act_by_a_token_that_is_not_asked_of_them_else(
    dave: User, alice: User
) -> None:
    PlatformTermsFactory(version="1", is_current=True)
    for person, status in ((dave, 200), (alice, 403)):
        PersonalTokenFactory(user=person, plaintext=f"{SECRET}{person.pk}", scopes=["PROJECT.VIEW"])
        assert bearing(f"{SECRET}{person.pk}").get("/api/projects/").status_code == status, person


def test_what_one_may_let_a_token_do_is_listed(pi: User, as_user: Any, sam: User) -> None:
    client = as_user(pi)
    scopes = client.get(f"{AT}available_scopes/")
    targets = client.get(f"{AT}available_binding_targets/").json()

    assert {"permission": "ORDER.CREATE", "description": "Order allocations."} in scopes.json()
    assert scopes["X-Result-Count"] == str(len(targets))
    assert {"permission": "ORDER.CREATE", "types": ["project"]} in targets
    assert {"permission": "PROJECT.VIEW", "types": ["customer", "offering", "project"]} in (
        as_user(sam).get(f"{AT}available_binding_targets/").json()
    )


def test_what_is_no_table_is_answered_whole_or_by_the_page_that_is_asked_for(
    dave: User, as_user: Any
) -> None:
    client = as_user(dave)
    for path in (
        f"{AT}available_scopes/",
        f"{AT}available_binding_targets/",
        "/api/science-domains/presets/",
    ):
        whole = client.get(path)
        rows, count = whole.json(), int(whole["X-Result-Count"])
        assert len(rows) == count > 0, path
        paged: list[Any] = []
        for page in range(1, count + 1):
            answer = client.get(path, {"page": page, "page_size": 1})
            assert answer["X-Result-Count"] == str(count)
            paged += answer.json()
        assert paged == rows
        assert client.get(path, {"page": count + 1, "page_size": 1}).status_code == 404
