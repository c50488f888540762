"""Role by endpoint: who may do what, the outsider and the anonymous included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.api.urls import router
from identity.models import Customer, Grant, Invitation, Project, SshKey, User
from identity.roles import RoleName
from identity.services import invitation_links, members
from tests.api.identity import history_table
from tests.api.tables import WITHOUT_ROLE, asker, body_by_end, check_all, read, untested
from tests.factories.identity import (
    CustomerFactory,
    CustomRoleFactory,
    EventFactory,
    GrantFactory,
    GroupInvitationFactory,
    InvitationFactory,
    OrganizationGroupFactory,
    PermissionRequestFactory,
    ProjectFactory,
    RoleFactory,
    ScienceSubDomainFactory,
    SshKeyFactory,
    TokenFactory,
    UserFactory,
    take_twin_roles,
)
from tests.factories.privacy import DataAccessLogFactory
from tests.services.test_keys import ED25519

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from tests.cases import Case

pytestmark = pytest.mark.django_db

PEOPLE = (
    "anonymous",
    "mallory",
    "carol",
    "bob",
    "admin",
    "pi",
    "reader",
    "alice",
    "sam",
    "dave",
)
"""From the one who may least to the one who may most: `admin` administers the project, `reader`
reads the organisation, sam is support, dave is staff."""

A_ROLE = {"name": "Reviewer", "content_type": "project", "permissions": ["PROJECT.VIEW"]}

HAVE_OWN_TABLES = {
    "customer-permissions-reviews",
    "customer-role-concealments",
    "personal-access-tokens",
    "project-permissions-reviews",
}

MODELS = (Customer, Grant, Invitation, Project, SshKey, User)

TABLE = """
GET    /api/customers/                               401 200 200 200 200 200 200 200 200 200
POST   /api/customers/                               401 403 403 403 403 403 403 403 403 201
GET    /api/customers/{customer}/                    401 404 404 200 200 200 200 200 200 200
PATCH  /api/customers/{customer}/                    401 404 404 403 403 403 403 200 403 200
PUT    /api/customers/{customer}/                    401 404 404 403 403 403 403 200 403 200
DELETE /api/customers/{customer}/                    401 403 403 403 403 403 403 403 403 409
GET    /api/customers/{customer}/list_users/         401 404 404 200 200 200 200 200 200 200
GET    /api/customers/{customer}/events/             401 404 404 200 200 200 200 200 200 200
POST   /api/customers/{customer}/add_user/           401 404 404 403 403 403 403 201 403 201
POST   /api/customers/{customer}/update_user/        401 404 404 403 403 403 403 200 403 200
POST   /api/customers/{customer}/delete_user/        401 404 404 403 403 403 403 200 403 200
POST   /api/customers/{customer}/update_organization_groups/ 401 403 403 403 403 403 403 403 403 200
GET    /api/customers/countries/                     401 200 200 200 200 200 200 200 200 200
GET    /api/customers/{customer}/users/              401 404 404 200 200 200 200 200 200 200
GET    /api/projects/                                401 200 200 200 200 200 200 200 200 200
POST   /api/projects/                                401 400 400 403 403 403 403 201 403 201
GET    /api/projects/{project}/                      401 404 404 200 200 200 200 200 200 200
PATCH  /api/projects/{project}/                      401 404 404 403 403 200 403 200 403 200
PUT    /api/projects/{project}/                      401 404 404 403 403 200 403 200 403 200
DELETE /api/projects/{project}/                      401 404 404 403 403 403 403 204 403 204
GET    /api/projects/{project}/list_users/           401 404 404 200 200 200 200 200 200 200
GET    /api/projects/{project}/events/               401 404 404 200 200 200 200 200 200 200
POST   /api/projects/{project}/add_user/             401 404 404 403 403 201 403 201 403 201
POST   /api/projects/{project}/update_user/          401 404 404 403 403 200 403 200 403 200
POST   /api/projects/{project}/delete_user/          401 404 404 403 403 200 403 200 403 200
POST   /api/projects/{project}/hand_over/            401 404 404 403 403 200 403 200 403 200
POST   /api/projects/{project}/move_project/         401 403 403 403 403 403 403 403 403 200
POST   /api/projects/{removed}/recover/              401 403 403 403 403 403 403 403 403 200
GET    /api/projects/{project}/other_users/          401 404 404 200 200 200 200 200 200 200
POST   /api/projects/{project}/sync_user_roles/      401 403 403 403 403 403 403 403 403 200
GET    /api/user-permissions/                        401 200 200 200 200 200 200 200 200 200
GET    /api/user-permissions/{grant}/                401 404 404 200 200 200 200 200 200 200
GET    /api/users/                                   401 200 200 200 200 200 200 200 200 200
POST   /api/users/                                   401 403 403 403 403 403 403 403 403 201
GET    /api/users/me/                                401 200 200 200 200 200 200 200 200 200
GET    /api/users/profile_completeness/              401 200 200 200 200 200 200 200 200 200
GET    /api/users/{member}/                          401 404 404 200 200 200 200 200 200 200
PATCH  /api/users/{member}/                          401 404 404 403 403 403 403 403 403 200
PUT    /api/users/{member}/                          401 404 404 403 403 403 403 403 403 200
DELETE /api/users/{member}/                          401 403 403 403 403 403 403 403 403 204
GET    /api/users/{member}/identity_bridge_status/   401 403 403 403 403 403 403 403 200 200
POST   /api/users/{member}/change_password/          401 404 404 403 403 403 403 403 403 200
POST   /api/users/{member}/change_email/             401 404 404 403 403 403 403 403 403 200
POST   /api/users/{member}/cancel_change_email/      401 404 404 403 403 403 403 403 403 200
POST   /api/users/confirm_email/                     400 400 400 400 400 400 400 400 400 400
GET    /api/users/{member}/token/                    401 404 404 403 403 403 403 403 403 200
POST   /api/users/{member}/refresh_token/            401 404 404 403 403 403 403 403 403 200
GET    /api/roles/                                   200 200 200 200 200 200 200 200 200 200
GET    /api/roles/{role}/                            200 200 200 200 200 200 200 200 200 200
POST   /api/roles/                                   401 403 403 403 403 403 403 403 403 201
PUT    /api/roles/{made}/                            401 403 403 403 403 403 403 403 403 200
PATCH  /api/roles/{made}/                            401 403 403 403 403 403 403 403 403 200
DELETE /api/roles/{made}/                            401 403 403 403 403 403 403 403 403 204
POST   /api/roles/{made}/enable/                     401 403 403 403 403 403 403 403 403 200
POST   /api/roles/{made}/disable/                    401 403 403 403 403 403 403 403 403 200
PUT    /api/roles/{made}/update_descriptions/        401 403 403 403 403 403 403 403 403 200
GET    /api/keys/                                    401 200 200 200 200 200 200 200 200 200
POST   /api/keys/                                    401 201 201 201 201 201 201 201 201 201
GET    /api/keys/{key}/                              401 404 404 404 404 404 404 404 200 200
DELETE /api/keys/{key}/                              401 404 404 404 404 404 404 404 403 204
GET    /api/events/                                  401 200 200 200 200 200 200 200 200 200
GET    /api/events/{event}/                          401 404 404 200 200 200 200 200 200 200
GET    /api/events/count/                            401 200 200 200 200 200 200 200 200 200
GET    /api/events/event_groups/                     401 200 200 200 200 200 200 200 200 200
GET    /api/events/scope_types/                      401 200 200 200 200 200 200 200 200 200
GET    /api/events-stats/                            401 200 200 200 200 200 200 200 200 200
GET    /api/metadata/events/                         401 200 200 200 200 200 200 200 200 200
GET    /api/event-feed/                              401 200 200 200 200 200 200 200 200 200
GET    /api/event-feed/stream/                       401 421 421 421 421 421 421 421 421 421
POST   /api/remote-eduteams/                         401 403 403 403 403 403 403 200 403 200
GET    /api/science-domains/                         401 200 200 200 200 200 200 200 200 200
POST   /api/science-domains/                         401 403 403 403 403 403 403 403 403 201
GET    /api/science-domains/presets/                 401 200 200 200 200 200 200 200 200 200
POST   /api/science-domains/load_preset/             401 403 403 403 403 403 403 403 403 200
GET    /api/science-domains/{domain}/                401 200 200 200 200 200 200 200 200 200
PUT    /api/science-domains/{domain}/                401 403 403 403 403 403 403 403 403 200
PATCH  /api/science-domains/{domain}/                401 403 403 403 403 403 403 403 403 200
DELETE /api/science-domains/{domain}/                401 403 403 403 403 403 403 403 403 204
GET    /api/science-sub-domains/                     401 200 200 200 200 200 200 200 200 200
POST   /api/science-sub-domains/                     401 403 403 403 403 403 403 403 403 201
GET    /api/science-sub-domains/{part}/              401 200 200 200 200 200 200 200 200 200
PUT    /api/science-sub-domains/{part}/              401 403 403 403 403 403 403 403 403 200
PATCH  /api/science-sub-domains/{part}/              401 403 403 403 403 403 403 403 403 200
DELETE /api/science-sub-domains/{part}/              401 403 403 403 403 403 403 403 403 204
GET    /api/organization-groups/                     401 200 200 200 200 200 200 200 200 200
POST   /api/organization-groups/                     401 403 403 403 403 403 403 403 403 201
GET    /api/organization-groups/{group}/             401 200 200 200 200 200 200 200 200 200
PUT    /api/organization-groups/{group}/             401 403 403 403 403 403 403 403 403 200
PATCH  /api/organization-groups/{group}/             401 403 403 403 403 403 403 403 403 200
DELETE /api/organization-groups/{group}/             401 403 403 403 403 403 403 403 403 204
POST   /api/identity-bridge/                         401 403 403 403 403 403 403 403 403 200
POST   /api/identity-bridge/remove/                  401 403 403 403 403 403 403 403 403 200
GET    /api/identity-bridge/allowed-fields/          401 403 403 403 403 403 403 403 403 200
GET    /api/identity-bridge/stats/                   401 403 403 403 403 403 403 403 403 200
GET    /api/user-group-invitations/                          200 200 200 200 200 200 200 200 200 200
POST   /api/user-group-invitations/                          401 400 400 403 403 201 403 201 403 201
GET    /api/user-group-invitations/{asking}/                 404 200 200 200 200 200 200 200 200 200
PATCH  /api/user-group-invitations/{asking}/                 401 403 403 403 403 200 403 200 403 200
PUT    /api/user-group-invitations/{asking}/                 401 403 403 403 403 200 403 200 403 200
DELETE /api/user-group-invitations/{asking}/                 401 403 403 403 403 403 403 403 403 204
POST   /api/user-group-invitations/{asking}/cancel/          401 403 403 403 403 200 403 200 403 200
GET    /api/user-group-invitations/{asking}/projects/        401 200 200 200 200 200 200 200 200 200
POST   /api/user-group-invitations/{anybody}/submit_request/ 401 200 200 200 200 200 200 200 200 200
GET    /api/user-permission-requests/                        401 200 200 200 200 200 200 200 200 200
GET    /api/user-permission-requests/{asked}/                401 404 404 404 404 200 404 200 200 200
DELETE /api/user-permission-requests/{asked}/                401 403 403 403 403 403 403 403 403 204
POST   /api/user-permission-requests/{asked}/approve/        401 404 404 404 404 200 404 200 403 200
POST   /api/user-permission-requests/{asked}/reject/         401 404 404 404 404 200 404 200 403 200
POST   /api/user-permission-requests/{asked}/cancel_request/ 401 404 404 404 404 403 404 403 403 200
GET    /api-auth/eduteams/init/                      404 404 404 404 404 404 404 404 404 404
GET    /api-auth/eduteams/complete/                  404 404 404 404 404 404 404 404 404 404
GET    /api-auth/keycloak/init/                      404 404 404 404 404 404 404 404 404 404
GET    /api-auth/keycloak/complete/                  404 404 404 404 404 404 404 404 404 404
GET    /api/user-invitations/                        401 200 200 200 200 200 200 200 200 200
POST   /api/user-invitations/                        401 400 400 403 403 201 403 201 403 201
POST   /api/user-invitations/check-duplicates/       401 400 400 403 403 200 403 200 403 200
POST   /api/user-invitations/approve/                401 403 403 403 403 403 403 403 403 200
POST   /api/user-invitations/reject/                 401 403 403 403 403 403 403 403 403 200
GET    /api/user-invitations/{invitation}/           401 404 404 404 404 200 404 200 200 200
PATCH  /api/user-invitations/{invitation}/           401 404 404 404 404 200 404 200 403 200
PUT    /api/user-invitations/{invitation}/           401 404 404 404 404 200 404 200 403 200
DELETE /api/user-invitations/{invitation}/           401 403 403 403 403 403 403 403 403 204
POST   /api/user-invitations/{invitation}/delete/    401 403 403 403 403 403 403 403 403 200
POST   /api/user-invitations/{invitation}/send/      401 404 404 404 404 200 404 200 403 200
POST   /api/user-invitations/{invitation}/cancel/    401 404 404 404 404 200 404 200 403 200
POST   /api/user-invitations/{link}/check/           200 200 200 200 200 200 200 200 200 200
GET    /api/user-invitations/{link}/details/         401 200 200 200 200 200 200 200 200 200
POST   /api/user-invitations/{link}/accept/          401 403 403 403 403 403 403 403 403 403
POST   /api-auth/logout/                             401 204 204 204 204 204 204 204 204 204
"""

LINES = read(TABLE.rstrip("\n") + history_table.TABLE, below="")


@pytest.fixture
def people(
    anonymous: APIClient,
    mallory: User,
    carol: User,
    bob: User,
    pi: User,
    alice: User,
    sam: User,
    dave: User,
    project: Project,
    allocator: Customer,
) -> Any:
    admin, reader = UserFactory(username="admin"), UserFactory(username="reader")
    GrantFactory(user=admin, scope=project, role=RoleName.PROJECT_ADMIN)
    GrantFactory(user=reader, scope=allocator, role=RoleName.CUSTOMER_READER)
    return {
        "mallory": mallory,
        "carol": carol,
        "bob": bob,
        "admin": admin,
        "pi": pi,
        "reader": reader,
        "alice": alice,
        "sam": sam,
        "dave": dave,
    }


@pytest.fixture
def named(people: Any, project: Project, now: datetime) -> Any:
    """The objects that the paths name; `member` is a colleague of all in the project."""
    member = UserFactory(username="member")
    GrantFactory(user=member, scope=project, role=RoleName.PROJECT_MEMBER)
    GrantFactory(user=member, scope=project.customer, role=RoleName.CUSTOMER_READER)
    TokenFactory(user=member)
    part = ScienceSubDomainFactory()
    link, token = "1" * 32, "2" * 32
    invitation = InvitationFactory(
        scope=project, created_by=people["dave"], email="newcomer@example.org", token=link
    )
    InvitationFactory(
        scope=project, state="requested", approval_digest=invitation_links.digest(token)
    )
    group = GroupInvitationFactory(scope=project, role=RoleName.PROJECT_ADMIN)
    return {
        "asking": group.uuid.hex,
        "anybody": GroupInvitationFactory(
            scope=project.customer, role=RoleName.CUSTOMER_SUPPORT
        ).uuid.hex,
        "asked": PermissionRequestFactory(invitation=group, created_by=member).uuid.hex,
        "invitation": invitation.uuid.hex,
        "link": link,
        "token": token,
        "customer": project.customer.uuid.hex,
        "project": project.uuid.hex,
        "removed": ProjectFactory(customer=project.customer, is_removed=True).uuid.hex,
        "other": CustomerFactory().uuid.hex,
        "member": member.uuid.hex,
        "role": RoleName.PROJECT_MEMBER.uuid.hex,
        "key": SshKeyFactory(user=member).uuid.hex,
        "event": EventFactory(project=project, created=now).uuid.hex,
        "domain": part.domain.uuid.hex,
        "part": part.uuid.hex,
        "looked": DataAccessLogFactory(user=member).uuid.hex,
        "grant": member.grants.earliest("pk").uuid.hex,
        "made": CustomRoleFactory().uuid.hex,
        "group": OrganizationGroupFactory().uuid.hex,
        "newcomer": UserFactory(username="newcomer").uuid.hex,
    }


def body_for(path: str, named: Any) -> Any:
    """Return a body that is right, so that nothing but the caller decides."""
    customer = f"http://testserver/api/customers/{named['customer']}/"
    domain = f"http://testserver/api/science-domains/{named['domain']}/"
    scope = f"http://testserver/api/projects/{named['project']}/"
    invited = {"email": "somebody@example.org", "role": "PROJECT.MEMBER"}
    in_customer = "/customers/" in path
    role = "CUSTOMER.READER" if in_customer else "PROJECT.MEMBER"
    by_end = {
        "add_user/": {"role": role, "user": named["newcomer"]},
        "update_user/": {"role": role, "user": named["member"]},
        "delete_user/": {"role": role, "user": named["member"]},
        "hand_over/": {"user": named["newcomer"], "former_role": "PROJECT.MEMBER"},
        "move_project/": {
            "customer": f"http://testserver/api/customers/{named['other']}/",
            "preserve_permissions": True,
        },
        "recover/": {},
        "/change_email/": {"email": "new@example.org"},
        "confirm_email/": {"code": "x"},
        "user-group-invitations/": {"scope": scope, "role": "PROJECT.ADMIN"},
        "asking}/": {"custom_text": "Welcome!"},
        "submit_request/": {},
        "asked}/approve/": {"comment": "Welcome!"},
        "asked}/reject/": {"comment": "Sorry."},
        "check-duplicates/": {"scope": scope, "invitations": [invited]},
        "user-invitations/": {"scope": scope, **invited},
        "invitation}/": invited,
        "approve/": {"token": named["token"]},
        "reject/": {"token": named["token"]},
        "change_password/": {"new_password": "snow over Kajaani"},
        "remote-eduteams/": {"cuid": "newcomer"},
        "identity-bridge/": {"username": "newcomer", "source": "isd:a"},
        "remove/": {"username": "newcomer", "source": "isd:a"},
        "load_preset/": {"preset": "oecd_fos_2007"},
        "science-domains/": {"name": "Alchemy"},
        "domain}/": {"name": "Alchemy"},
        "science-sub-domains/": {"name": "Gold", "domain": domain},
        "part}/": {"name": "Gold", "domain": domain},
        "organization-groups/": {"name": "Nordic"},
        "group}/": {"name": "Nordic"},
        "organization_groups/": {"organization_groups": [named["group"]]},
        "roles/": A_ROLE,
        "made}/": A_ROLE,
        "update_descriptions/": {"description_et": "Projekti liige"},
        "keys/": {"public_key": ED25519},
        "customers/": {"name": "New"},
        "customer}/": {"name": "New"},
        "users/": {"username": "new", "email": "new@example.org"},
        "member}/": {"username": "renamed", "email": "new@example.org"},
        "projects/": {"name": "New", "customer": customer},
        "project}/": {"name": "New", "customer": customer},
    }
    return body_by_end(by_end, path)


@pytest.fixture
def ask(people: Any, named: Any, clients_of: Callable[..., dict[str, APIClient]]) -> Any:
    """Return a function that sends a request as somebody."""
    return asker(clients_of(people), named, lambda path: body_for(path, named))


def test_the_table(ask: Any, case: Case) -> None:
    check_all(LINES, PEOPLE, ask, case, in_own_words="remote-eduteams accept")


def test_it_is_the_same_for_roles_that_staff_made(
    ask: Any, people: dict[str, User], case: Case
) -> None:
    """Whoever holds a role of the same permissions sees and may the same."""
    take_twin_roles(people.values())
    own_words = "remote-eduteams accept"
    check_all(LINES, PEOPLE, ask, case, in_own_words=own_words, without=WITHOUT_ROLE)


def viewsets() -> dict[str, Any]:
    """Return identity's viewsets by the noun of their routes, but for those with own tables."""
    found = {prefix: viewset for prefix, viewset, _ in router.registry}
    return {prefix: found[prefix] for prefix in found if prefix not in HAVE_OWN_TABLES}


def test_every_action_of_every_endpoint_is_in_the_table() -> None:
    assert untested(LINES, *viewsets().values()) == set()


@pytest.mark.parametrize(
    "noun", ["customers", "projects", "users", "keys", "events", "roles", "user-invitations"]
)
def test_nobody_sees_in_a_list_what_they_may_not_read(
    noun: str, people: Any, named: Any, as_user: Callable[[User], APIClient]
) -> None:
    for person, user in people.items():
        client = as_user(user)
        listed = {row["uuid"] for row in client.get(f"/api/{noun}/?page_size=300").json()}
        for row in viewsets()[noun].model.objects.all():
            readable = client.get(f"/api/{noun}/{row.uuid.hex}/").status_code == 200
            assert (row.uuid.hex in listed) == readable, (person, row)


def test_who_lost_their_role_lost_their_sight(
    as_user: Callable[[User], APIClient], bob: User, project: Project, alice: User, now: datetime
) -> None:
    client = as_user(bob)
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    members.revoke(scope=project, user=bob, role=role, actor=alice, now=now)

    assert client.get("/api/projects/").json() == []
    assert client.get("/api/customers/").json() == []
    assert client.get(f"/api/projects/{project.uuid.hex}/").status_code == 404


def test_nothing_was_changed_by_those_who_may_not(ask: Any) -> None:
    def everything() -> Any:
        return [list(model.objects.order_by("pk").values()) for model in MODELS]

    before = everything()
    for method, path, expected in LINES:
        for person, status in zip(PEOPLE, expected, strict=True):
            if method != "GET" and status in {401, 403, 404}:
                ask(person, method, path)
    assert everything() == before
