"""What staff do to people, organisations, projects and roles in the admin."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from identity.models import (
    Customer,
    Event,
    Grant,
    Project,
    SshKey,
    Token,
    User,
)
from identity.roles import RoleName
from identity.services import credentials, lock_out
from tests.admin.pages import address, buttons, change, do, page_of, said, sent, text
from tests.factories.identity import (
    PASSWORD,
    CustomerFactory,
    ProjectFactory,
    RoleFactory,
    ScienceSubDomainFactory,
    SshKeyFactory,
    TokenFactory,
    UserFactory,
)
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

pytestmark = pytest.mark.django_db

WHY = "Asked for by mail."


def test_a_person_is_registered_with_a_password(staff: Client, dave: User) -> None:
    asked = {
        "username": "erika",
        "email": "erika@example.org",
        "first_name": "Erika",
        "token_lifetime": "3600",
        "password": "long enough 4 all",
    }
    response = staff.post(address(User, "add"), asked)
    erika = User.objects.get(username="erika")
    assert response.status_code == 302
    assert (erika.first_name, erika.slug) == ("Erika", "erika")
    assert erika.check_password("long enough 4 all")
    assert Event.objects.get(kind="user.created").actor == dave


def test_a_person_without_a_password_comes_in_another_way(staff: Client) -> None:
    staff.post(address(User, "add"), {"username": "erika", "email": "", "password": ""})
    assert not User.objects.get(username="erika").has_usable_password()


def test_a_weak_password_is_refused_at_its_field(staff: Client) -> None:
    asked = {"username": "erika", "email": "", "password": "erika"}
    response = staff.post(address(User, "add"), asked)
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["password"]
    assert not User.objects.filter(username="erika").exists()


def test_a_taken_user_name_is_refused_at_its_field(staff: Client, bob: User) -> None:
    response = staff.post(address(User, "add"), {"username": "bob", "email": ""})
    assert list(response.context["adminform"].form.errors) == ["username"]


def test_a_profile_is_changed_by_the_service(staff: Client, dave: User, bob: User) -> None:
    form = staff.get(page_of(bob)).context["adminform"].form
    asked = {name: form[name].value() or "" for name in form.fields}
    staff.post(page_of(bob), asked | {"is_support": "on"})
    bob.refresh_from_db()
    assert bob.is_support
    event = Event.objects.get(kind="user.updated")
    assert (event.actor, event.payload) == (dave, {"fields": ["is_support"]})


def test_a_person_is_shut_out_and_let_in_again(staff: Client, dave: User, bob: User) -> None:
    TokenFactory(user=bob)
    do(staff, "deactivate", bob, reason=WHY)
    bob.refresh_from_db()
    assert (bob.is_active, bob.deactivation_reason) == (False, WHY)
    assert not Token.objects.filter(user=bob).exists()
    assert buttons(staff, bob) == ["Activate", "Revoke all tokens", "Remove"]

    do(staff, "activate", bob, reason="They are back.")
    bob.refresh_from_db()
    event = Event.objects.get(kind="user.activated")
    assert (bob.is_active, event.actor, event.payload) == (True, dave, {"reason": "They are back."})


def test_a_new_token_is_shown_once_and_works(
    staff: Client, dave: User, bob: User, now: datetime
) -> None:
    response = do(staff, "issue_token", bob, name="agent at LUMI")
    shown = re.search(r'class="revealed">([0-9a-f]{40})<', response.content.decode())
    assert shown is not None
    assert "no-store" in response["Cache-Control"]
    token = credentials.find(shown[1], now=now)
    assert (token.user, token.name) == (bob, "agent at LUMI")
    assert Event.objects.get(kind="token.issued").actor == dave

    for page in (page_of(bob), page_of(token), address(Token, "changelist")):
        body = staff.get(page).content.decode()
        assert shown[1] not in body
        assert token.digest not in body


def test_tokens_are_revoked_one_by_one_or_all_at_once(staff: Client, dave: User, bob: User) -> None:
    first = TokenFactory(user=bob)
    TokenFactory.create_batch(2, user=bob)
    response = do(staff, "revoke", first, reason=WHY)
    assert response["Location"] == address(Token, "changelist")
    assert Token.objects.filter(user=bob).count() == 2

    do(staff, "revoke_tokens", bob, reason=WHY)
    assert not Token.objects.filter(user=bob).exists()
    revoked = Event.objects.filter(kind="token.revoked")
    assert [(e.actor, e.payload["reason"]) for e in revoked] == [(dave, WHY)] * 3


def test_a_password_is_set_by_the_rules(staff: Client, dave: User, bob: User) -> None:
    response = do(staff, "set_password", bob, new_password="bob")
    assert "This password is too short" in text(response)
    response = do(staff, "set_password", bob, new_password="long enough 4 all")
    bob.refresh_from_db()
    assert bob.check_password("long enough 4 all")
    assert Event.objects.get(kind="user.password_changed").actor == dave
    assert "long enough" not in " ".join(said(response))


def test_the_hash_of_a_password_is_never_shown(staff: Client, bob: User) -> None:
    assert bob.password not in staff.get(page_of(bob)).content.decode()


def test_an_organisation_is_registered_and_kept(staff: Client, dave: User) -> None:
    asked = {"name": "LUMI Sweden", "slug": "", "is_allocator": "on"}
    staff.post(address(Customer, "add"), asked)
    row = Customer.objects.get()
    assert (row.slug, row.is_allocator) == ("lumi-swede", True)

    form = staff.get(page_of(row)).context["adminform"].form
    values = sent(form)
    values |= {"accounting_start_date_0": "2026-01-01", "accounting_start_date_1": "00:00"}
    response = staff.post(page_of(row), values | {"abbreviation": "SWE"})
    assert response.status_code == 302, text(response)
    row.refresh_from_db()
    assert row.abbreviation == "SWE"
    assert set(Event.objects.values_list("kind", "actor")) == {
        ("customer.created", dave.pk),
        ("customer.updated", dave.pk),
    }


def test_an_organisation_with_projects_is_not_removed(staff: Client, project: Project) -> None:
    row = project.customer
    response = do(staff, "remove", row, reason=WHY)
    assert "Organization has projects." in text(response)
    empty = CustomerFactory()
    do(staff, "remove", empty, reason=WHY)
    assert list(Customer.objects.all()) == [row]
    assert Event.objects.get(kind="customer.removed").payload["reason"] == WHY


def test_a_project_is_started(staff: Client, dave: User, allocator: Customer) -> None:
    asked = {"customer": allocator.pk, "name": "Climate", "kind": "default"}
    response = staff.post(address(Project, "add"), asked)
    assert response.status_code == 302, text(response)
    assert Project.objects.get().name == "Climate"
    assert Event.objects.get(kind="project.created").actor == dave


def test_a_project_is_changed_by_the_service(staff: Client, dave: User, project: Project) -> None:
    response = change(staff, project, backend_id="snic-2026-1")
    assert response.status_code == 302, text(response)
    project.refresh_from_db()
    assert project.backend_id == "snic-2026-1"
    event = Event.objects.get(kind="project.updated")
    assert (event.actor, event.payload) == (dave, {"fields": ["backend_id"]})


def test_a_project_that_would_have_ended_is_refused(staff: Client, allocator: Customer) -> None:
    asked = {"customer": allocator.pk, "name": "Late", "kind": "default", "end_date": "2020-01-01"}
    response = staff.post(address(Project, "add"), asked)
    assert list(response.context["adminform"].form.errors) == ["end_date"]
    assert not Project.objects.exists()


def test_a_project_is_removed_when_nothing_is_left_in_it(
    staff: Client, project: Project, bob: User
) -> None:
    project.resources_count = 1
    project.save()
    assert "Project contains active resources." in text(do(staff, "remove", project, reason=WHY))
    Project.objects.update(resources_count=0)

    do(staff, "remove", project, reason=WHY)
    project.refresh_from_db()
    assert project.is_removed
    assert not Grant.objects.in_force().filter(user=bob).exists()
    assert buttons(staff, project) == ["Bring back"]
    assert staff.post(page_of(project), {"name": "Back again"}).status_code == 403


@pytest.mark.parametrize("named", ["bob", "BOB@example.org", "uuid"])
def test_a_role_is_given_to_somebody_by_any_of_their_names(
    staff: Client, dave: User, bob: User, now: datetime, named: str
) -> None:
    row = ProjectFactory()
    role = RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    until = (now + timedelta(days=30)).replace(second=0)
    response = do(
        staff,
        "give_role",
        row,
        user=bob.uuid.hex if named == "uuid" else named,
        role=role.pk,
        expiration_time=until.strftime("%Y-%m-%dT%H:%M"),
        reason=WHY,
    )
    assert said(response) == [f"Role given: {row}."]
    grant = Grant.objects.get(project=row)
    assert (grant.user, grant.role, grant.expiration_time, grant.created_by) == (
        bob,
        role,
        until,
        dave,
    )
    assert Event.objects.get(kind="grant.given").payload["reason"] == WHY


def test_only_roles_of_the_scope_are_offered(staff: Client, project: Project) -> None:
    RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    customer_role = RoleFactory(name=RoleName.CUSTOMER_OWNER.value)
    response = do(staff, "give_role", project, user="dave", role=customer_role.pk)
    assert "Select a valid choice." in text(response)


def test_nobody_and_two_people_of_one_address_are_told_apart(
    staff: Client, project: Project
) -> None:
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    UserFactory(email="shared@example.org")
    UserFactory(email="shared@example.org")
    response = do(staff, "give_role", project, user="nobody", role=role.pk)
    assert "Nobody has this user name, e-mail or UUID." in text(response)
    response = do(staff, "give_role", project, user="shared@example.org", role=role.pk)
    assert "Several people have this e-mail" in text(response)


def test_a_role_that_is_held_is_not_given_again(staff: Client, project: Project, bob: User) -> None:
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    response = do(staff, "give_role", project, user="bob", role=role.pk)
    assert "User has already the same role in this scope." in text(response)


def test_roles_are_changed_and_revoked(staff: Client, dave: User, bob: User, now: datetime) -> None:
    grant = Grant.objects.get(user=bob)
    until = (now + timedelta(days=30)).replace(second=0)
    do(staff, "change_end", grant, expiration_time=until.isoformat(), reason=WHY)
    grant.refresh_from_db()
    assert grant.expiration_time == until

    do(staff, "revoke", grant, reason=WHY)
    grant.refresh_from_db()
    assert (grant.is_active, grant.revoked_by, grant.revoke_reason) == (False, dave, WHY)
    assert buttons(staff, grant) == []


def test_a_key_is_removed(staff: Client, dave: User) -> None:
    key = SshKeyFactory()
    do(staff, "remove", key, reason=WHY)
    assert not SshKey.objects.exists()
    assert Event.objects.get(kind="key.removed").actor == dave


def test_pages_show_what_belongs_to_organisations_projects_and_people(
    staff: Client, project: Project, bob: User, alice: User
) -> None:
    resource = ResourceFactory(project=project)
    TokenFactory(user=bob, name="laptop")
    assert "Climate model" in text(staff.get(page_of(project.customer)))
    assert "Alice Tester" in text(staff.get(page_of(project.customer)))
    shown = text(staff.get(page_of(project)))
    assert resource.name in shown
    assert "Bob Tester" in shown
    shown = text(staff.get(page_of(bob)))
    assert "laptop" in shown
    assert "PROJECT.MEMBER" in shown


def test_everything_of_a_long_table_is_one_link_away(staff: Client, allocator: Customer) -> None:
    ProjectFactory.create_batch(11, customer=allocator)
    response = staff.get(page_of(allocator))
    link = re.search(r'href="([^"]+)">Show all', response.content.decode())
    assert link is not None
    found = staff.get(link[1].replace("&amp;", "&")).context["cl"]
    assert found.result_count == 11


def test_staff_log_in_and_change_their_own_password(
    client: Client, dave: User, browser: Callable[[User], Client]
) -> None:
    asked = {"username": "dave", "password": PASSWORD}
    assert client.post("/admin/login/?next=/admin/", asked)["Location"] == "/admin/"
    new = {"old_password": PASSWORD, "new_password1": "quite new 2 me", "new_password2": ""}
    assert "This field is required" in text(client.post("/admin/password_change/", new))
    new["new_password2"] = "quite new 2 me"
    assert client.post("/admin/password_change/", new).status_code == 302
    dave.refresh_from_db()
    assert dave.check_password("quite new 2 me")
    assert Event.objects.get(kind="user.password_changed").actor == dave


def test_the_admin_s_login_is_locked_after_wrong_passwords(client: Client, dave: User) -> None:
    wrong, right = ({"username": "dave", "password": p} for p in ("wrong", PASSWORD))
    for _ in range(lock_out.FAILURES_ALLOWED):
        assert "Please enter the correct username" in text(client.post("/admin/login/", wrong))
    assert "Username is locked out" in text(client.post("/admin/login/", right))


def test_others_do_not_log_in_here_even_with_their_password(client: Client, bob: User) -> None:
    response = client.post("/admin/login/", {"username": "bob", "password": PASSWORD})
    assert "Please enter the correct username" in text(response)


def test_staff_say_what_somebody_is_called_at_sites_and_for_whom_they_speak(
    staff: Client, bob: User
) -> None:
    change(
        staff,
        bob,
        details='{"site_username": "bobby"}',
        managed_isds='["isd:efp"]',
        is_identity_manager="on",
    )
    bob.refresh_from_db()
    assert (bob.details, bob.managed_isds) == ({"site_username": "bobby"}, ["isd:efp"])

    for field, value, answer in (
        ("details", "[1]", "This must be an object."),
        ("managed_isds", '{"a": 1}', "Expected a list of items"),
    ):
        assert answer in text(change(staff, bob, **{field: value}))
    before = {
        "initial-details": '{"site_username": "bobby"}',
        "initial-managed_isds": '["isd:efp"]',
    }
    change(staff, bob, details="", managed_isds="", **before)
    bob.refresh_from_db()
    assert (bob.details, bob.managed_isds) == ({}, [])


def test_staff_say_of_which_field_a_project_is(staff: Client, project: Project) -> None:
    part = ScienceSubDomainFactory()
    change(staff, project, science_sub_domain=str(part.pk))
    project.refresh_from_db()
    assert project.science_sub_domain == part


def test_a_project_is_moved_and_brought_back(
    staff: Client, project: Project, elsewhere: Customer
) -> None:
    refused = do(staff, "move", project, customer="Nowhere", reason=WHY)
    assert "No organization has this slug, name or UUID." in text(refused)
    do(staff, "move", project, customer=elsewhere.slug, preserve_permissions="on", reason=WHY)
    assert Project.objects.get().customer == elsewhere
    assert Event.objects.get(kind="project.moved").payload["reason"] == WHY
    assert "Bring back" not in buttons(staff, project)
    do(staff, "remove", project, reason=WHY)
    do(staff, "recover", project, end_date="", team="restore_team_members", reason=WHY)
    assert not Project.objects.get().is_removed
