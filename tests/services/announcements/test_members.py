"""What sites are told of people: their roles, their accounts, and what is seen of them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from allocations.services import accounts, restrictions, shared_accounts
from identity.roles import RoleName
from identity.services import members, projects, roles, users
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import (
    CustomRoleFactory,
    ProjectFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.marketplace import ResourceFactory
from tests.services.announcements.messages import told

pytestmark = pytest.mark.django_db


def a_role(user, project, *, granted, name="PROJECT.MEMBER"):
    return {
        "object_type": "user_role",
        "user_uuid": user.uuid.hex,
        "user_username": user.username,
        "project_uuid": project.uuid.hex,
        "project_name": project.name,
        "role_name": name,
        "granted": granted,
    }


def test_a_role_is_told_of_after_the_account_is_there(queue, resource, project, pi, now):
    cleo, role = UserFactory(username="cleo"), RoleFactory(name=RoleName.PROJECT_MEMBER)
    members.grant(scope=project, user=cleo, role=role, actor=pi, now=now)

    first, *others = told()
    assert first == a_role(cleo, project, granted=True)
    assert [(body["action"], body["user_uuid"]) for body in others] == [("create", cleo.uuid.hex)]
    assert accounts.live(cleo, resource.offering) is not None

    members.revoke(scope=project, user=cleo, role=role, actor=pi, now=timezone.now())
    assert a_role(cleo, project, granted=False) in told()


def test_an_account_that_is_opened_with_its_name_lets_its_person_in(
    queue, resource, project, offering, pi, now
):
    offering.plugin_options |= {"username_generation_policy": "waldur_username"}
    offering.save()
    cleo, role = UserFactory(username="cleo"), RoleFactory(name=RoleName.PROJECT_MEMBER)
    members.grant(scope=project, user=cleo, role=role, actor=pi, now=now)

    _, *others = told()
    assert [
        (body["action"], body["username"], body["resource_backend_ids"]) for body in others
    ] == [
        ("create", "cleo", ["hpc_climate"]),
        ("username_set", "cleo", ["hpc_climate"]),
    ]


def test_a_role_where_the_site_has_nothing_is_not_told_of(queue, project, offering, pi, now):
    ResourceFactory(project=project, offering=offering, state="Terminated")
    role = RoleFactory(name=RoleName.PROJECT_MEMBER)
    members.grant(scope=project, user=UserFactory(), role=role, actor=pi, now=now)
    assert told() == []


def test_who_is_shut_out_loses_their_roles_at_the_sites_and_gets_them_back(
    queue, resource, project, bob, dave, now
):
    users.deactivate(bob, reason="left", actor=dave, now=now)
    assert a_role(bob, project, granted=False) in told()
    users.activate(bob, actor=dave, now=timezone.now())
    assert a_role(bob, project, granted=True) in told()


def test_who_holds_a_role_that_is_disabled_loses_it_at_the_sites_and_gets_it_back(
    queue, resource, project, dave, now
):
    cleo, role = UserFactory(username="cleo"), CustomRoleFactory(permissions=["PROJECT.VIEW"])
    members.grant(scope=project, user=cleo, role=role, actor=dave, now=now)
    told()
    account = OfferingUser.objects.get(user=cleo)
    accounts.set_username(account, username="cleo1", actor=dave, now=now)
    told()

    roles.disable(role, actor=dave, now=now)
    assert a_role(cleo, project, granted=False, name=role.name) in told()
    account.refresh_from_db()
    assert account.state == AccountState.DELETION_REQUESTED

    roles.enable(role, actor=dave, now=now)
    assert a_role(cleo, project, granted=True, name=role.name) in told()
    account.refresh_from_db()
    assert account.state == AccountState.OK


def test_a_site_is_told_again_who_is_in_a_project(queue, resource, project, bob, pi, dave, now):
    projects.ask_to_sync(project, actor=dave, now=now)

    assert [body for body in told() if body["object_type"] == "user_role"] == [
        a_role(bob, project, granted=True),
        a_role(pi, project, granted=True, name="PROJECT.MANAGER"),
    ]


def test_a_new_username_names_the_resources_that_it_is_for(queue, resource, bob, carol, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="")
    ResourceFactory(project=resource.project, offering=resource.offering, backend_id="")
    ResourceFactory(project=ProjectFactory(), offering=resource.offering, backend_id="hpc_other")
    told()

    accounts.set_username(account, username="bob1", actor=carol, now=now)

    (body,) = [body for body in told() if body["action"] == "username_set"]
    assert body == {
        "object_type": "offering_user",
        "offering_user_uuid": account.uuid.hex,
        "user_uuid": bob.uuid.hex,
        "username": "bob1",
        "offering_uuid": resource.offering.uuid.hex,
        "action": "username_set",
        "attributes": {
            "username": "bob", "full_name": bob.full_name, "email": bob.email,
        },
        "changed_attributes": [],
        "resource_backend_ids": ["hpc_climate"],
    }  # fmt: skip


def test_who_comes_back_is_let_in_by_their_old_name(queue, resource, bob, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")
    accounts.advance(account, "leave", AccountState.DELETION_REQUESTED, actor=None, now=now)
    told()
    accounts.advance(account, "come_back", AccountState.OK, actor=None, now=now)
    assert [
        (body["action"], body["username"], body["resource_backend_ids"]) for body in told()
    ] == [("update", "bob1", ["hpc_climate"]), ("username_set", "bob1", ["hpc_climate"])]


def test_who_is_shut_out_is_named_for_no_resource_and_their_teams_are_looked_at(
    queue, resource, bob, carol, now
):
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")
    ResourceFactory(project=resource.project, offering=resource.offering, backend_id="hpc_2")
    told()

    restrictions.set_restricted(account, is_restricted=True, actor=carol, now=now)
    update, team = told()
    assert (update["action"], update["resource_backend_ids"]) == ("update", [])
    assert team == {
        "object_type": "user_role",
        "user_uuid": None,
        "user_username": None,
        "project_uuid": resource.project.uuid.hex,
        "project_name": resource.project.name,
        "role_name": "",
        "granted": None,
    }
    accounts.set_username(account, username="bob2", actor=carol, now=now)
    assert [body["resource_backend_ids"] for body in told()] == [[]]


def test_what_the_site_sees_of_a_person_is_told_when_it_changes(queue, resource, bob, dave, now):
    OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")
    told()
    change = {"email": "bob@new.example.org"}  # staff vouch for it: it counts at once
    users.update(bob, actor=dave, now=now, wanted=change, agree_with_policy=True)

    (body,) = [body for body in told() if body["object_type"] == "offering_user"]
    assert (body["action"], body["changed_attributes"]) == ("attribute_update", ["email"])
    assert body["attributes"]["email"] == "bob@new.example.org"


def test_accounts_of_programs_are_told_to_each_site_of_the_project(
    queue, resource, project, pi, dave, now
):
    account, _ = shared_accounts.open_for_project(
        project=project, username="robot", email="r@example.org", actor=pi, now=now
    )
    there = {
        "object_type": "service_account",
        "account_uuid": account.uuid.hex,
        "account_username": account.username,
        "scope_type": "project",
        "project_uuid": project.uuid.hex,
        "project_name": project.name,
        "action": "create",
    }
    assert told() == [there]
    shared_accounts.close(account, actor=pi, now=timezone.now())
    assert told() == [{**there, "action": "delete"}]
