"""E-mail addresses count once whoever reads them has confirmed them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from identity.models import EmailConfirmation, Event, User
from identity.services import bridge, emails, users
from notifications.models import Hook
from notifications.services import confirmation_mails, hooks
from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

pytestmark = pytest.mark.django_db

AT = "/api/users/"
NEW = "Bob.New@example.org"


def at(user: User, action: str = "") -> str:
    return f"{AT}{user.uuid.hex}/{action}"


def mails(mailoutbox: Any) -> list[Any]:
    """Send what was asked for last, as the worker does, and return it."""
    mailoutbox.clear()
    confirmation_mails.send(Event.objects.filter(kind="email_confirmation.requested").latest("pk"))
    return list(mailoutbox)


def code_in(mail: Any) -> str:
    found = re.search(r"code=(\S+)", mail.body)
    assert found
    return found[1]


def test_another_address_counts_once_its_reader_has_confirmed_it(
    as_user: Callable[[User], APIClient], anonymous: APIClient, bob: User, mailoutbox: Any
) -> None:
    client = as_user(bob)

    assert client.post(at(bob, "change_email/"), {"email": NEW}).status_code == 200

    shown = client.get(at(bob)).json()
    assert (shown["email"], shown["requested_email"]) == ("bob@example.org", NEW)
    link, notice = mails(mailoutbox)
    assert (link.to, notice.to) == ([NEW], ["bob@example.org"])
    code = code_in(link)
    assert code not in notice.body
    assert anonymous.get(f"/confirm-email/?code={code}").status_code == 200  # confirms nothing
    assert client.get(at(bob)).json()["email"] == "bob@example.org"

    confirmed = [anonymous.post(f"{AT}confirm_email/", {"code": code}) for _ in range(2)]

    assert [answer.status_code for answer in confirmed] == [200, 400]  # once
    shown = client.get(at(bob)).json()
    assert (shown["email"], shown["requested_email"]) == (NEW, None)


def test_the_page_behind_the_link_confirms_by_a_click(
    as_user: Callable[[User], APIClient], bob: User, mailoutbox: Any
) -> None:
    as_user(bob).patch(at(bob), {"email": NEW, "agree_with_policy": True}, format="json")
    code = code_in(mails(mailoutbox)[0])
    page = APIClient()

    assert page.post("/confirm-email/", {"code": code}).status_code == 200
    assert page.post("/confirm-email/", {"code": code}).status_code == 400
    bob.refresh_from_db()
    assert bob.email == NEW


def test_a_profile_that_is_written_with_another_address_asks_for_it(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    body = {"email": NEW, "job_title": "PI", "agree_with_policy": True}

    shown = as_user(bob).patch(at(bob), body, format="json").json()

    assert (shown["email"], shown["requested_email"]) == ("bob@example.org", NEW)
    assert shown["job_title"] == "PI"


def test_a_code_that_is_forged_old_withdrawn_or_replaced_confirms_nothing(
    as_user: Callable[[User], APIClient], bob: User, now: datetime
) -> None:
    replaced = emails.request_confirmation(bob, "first@example.org", actor=bob, now=now)
    withdrawn = emails.request_confirmation(bob, NEW, actor=bob, now=now)
    as_user(bob).post(at(bob, "cancel_change_email/"))
    expired = emails.request_confirmation(bob, NEW, actor=bob, now=now)
    good = emails.code_of(expired)

    for code in ("", "x", expired.uuid.hex, f"{good}x", emails.code_of(replaced)):
        with pytest.raises(emails.BadCode):
            emails.confirm(code, now=now)
    with pytest.raises(emails.BadCode):
        emails.confirm(emails.code_of(withdrawn), now=now)
    with pytest.raises(emails.BadCode):
        emails.confirm(good, now=now + timedelta(days=2, seconds=1))
    users.deactivate(bob, reason="x", actor=bob, now=now)
    with pytest.raises(emails.BadCode):
        emails.confirm(good, now=now)
    bob.refresh_from_db()
    assert bob.email == "bob@example.org"


def test_nobody_takes_an_address_of_somebody_else_in_whatever_case(
    as_user: Callable[[User], APIClient], bob: User, alice: User, dave: User, now: datetime
) -> None:
    taken = "ALICE@Example.ORG"
    refused = {"email": ["This e-mail address cannot be used."]}
    asked: list[Any] = [
        as_user(bob).post(at(bob, "change_email/"), {"email": taken}),
        as_user(bob).patch(at(bob), {"email": taken, "agree_with_policy": True}, format="json"),
        as_user(dave).patch(at(bob), {"email": taken}, format="json"),
        as_user(dave).post(AT, {"username": "new", "email": taken}, format="json"),
    ]
    assert [(answer.status_code, answer.json()) for answer in asked] == [(400, refused)] * 4

    late = emails.request_confirmation(bob, NEW, actor=bob, now=now)
    User.objects.filter(pk=alice.pk).update(email=NEW.lower())
    with pytest.raises(emails.AddressUnusable):
        emails.confirm(emails.code_of(late), now=now)

    manager = UserFactory(is_identity_manager=True, managed_isds=["isd:efp"])
    told = bridge.push(
        username="asa", source="isd:efp", attributes={"email": NEW}, actor=manager, now=now
    )
    assert (told.created, told.user.email) == (True, "")


def test_staff_give_addresses_that_count_at_once(
    as_user: Callable[[User], APIClient], bob: User, dave: User, now: datetime
) -> None:
    emails.request_confirmation(bob, "other@example.org", actor=bob, now=now)

    shown = as_user(dave).patch(at(bob), {"email": NEW}, format="json").json()

    assert (shown["email"], shown["requested_email"]) == (NEW, None)
    assert not EmailConfirmation.objects.filter(ended_at=None).exists()


def test_nobody_is_flooded_with_confirmations(
    as_user: Callable[[User], APIClient], bob: User, pi: User, now: datetime
) -> None:
    for _ in range(emails.MOST_TO_AN_ADDRESS):
        emails.request_confirmation(bob, NEW, actor=bob, now=now)

    assert as_user(pi).post(at(pi, "change_email/"), {"email": NEW}).status_code == 409


def test_a_mail_hook_tells_nobody_who_has_not_confirmed(
    alice: User, allocator: Any, now: datetime, mailoutbox: Any
) -> None:
    own = hooks.create_email(email=alice.email, event_kinds=["*"], actor=alice, now=now)
    allocator.notification_emails = "ops@example.org"
    allocator.save()
    other = hooks.create_email(
        email="ops@example.org", event_kinds=["*"], customer=allocator, actor=alice, now=now
    )
    assert list(Hook.objects.live()) == [own]
    (link,) = mails(mailoutbox)
    assert link.to == ["ops@example.org"]

    emails.confirm(code_in(link), now=now)

    assert set(Hook.objects.live().values_list("pk", flat=True)) == {own.pk, other.pk}
    other.refresh_from_db()
    allocator.notification_emails = "next@example.org"
    allocator.save()
    hooks.change(other, wanted={"email": "next@example.org"}, actor=alice, now=now)
    assert list(Hook.objects.live()) == [own]


def test_what_expired_is_forgotten(bob: User, now: datetime) -> None:
    emails.request_confirmation(bob, NEW, actor=bob, now=now)

    assert emails.prune(now=now + timedelta(days=3)) == 1
    bob.refresh_from_db()
    assert bob.requested_email == ""


SPELT, KEPT = "a@exämple.org", "a@xn--exmple-cua.org"


def test_one_mailbox_is_one_person_s_however_it_is_spelt(
    as_user: Callable[[User], APIClient], bob: User, alice: User, dave: User, now: datetime
) -> None:
    users.update(alice, wanted={"email": SPELT}, actor=dave, now=now)
    alice.refresh_from_db()
    assert alice.email == KEPT
    for spelling in (SPELT, KEPT, "A@EXÄMPLE.org", '"a"@exämple.org', "a@xn--Exmple-Cua.org"):
        for client, path, method in (
            (as_user(bob), at(bob, "change_email/"), "post"),
            (as_user(dave), at(bob), "patch"),
        ):
            answer = getattr(client, method)(path, {"email": spelling}, format="json")
            assert (answer.status_code, answer.json()) == (400, emails.UNUSABLE), spelling
        assert not emails.is_free(spelling, but=bob)
        assert User.objects.filter(email__iexact=spelling).get() == alice


def test_letters_beyond_ascii_stand_in_the_domain_alone(
    as_user: Callable[[User], APIClient], bob: User, alice: User, dave: User
) -> None:
    invalid = {"email": ["Enter a valid email address."]}
    for address in ("\u017ftaff@example.org", "\u212aai@example.org", "ü@example.org"):
        for client, method, path, more in (
            (as_user(bob), "post", at(bob, "change_email/"), {}),
            (as_user(dave), "patch", at(bob), {}),
            (as_user(dave), "post", AT, {"username": "x"}),
            (
                as_user(dave),
                "post",
                "/api/hooks-email/",
                {"event_types": ["user_creation_succeeded"]},
            ),
        ):
            answer = getattr(client, method)(path, {"email": address, **more}, format="json")
            assert (answer.status_code, answer.json()) == (400, invalid), (path, address)
        with pytest.raises(ValidationError):
            User(username="x", email=address).clean_fields(exclude=["slug", "password"])


def test_a_hook_to_an_organisation_s_address_finds_it_in_either_spelling(
    alice: User, allocator: Any, now: datetime
) -> None:
    allocator.notification_emails = f"ops@example.org; {SPELT}"
    allocator.save()
    for spelling in (SPELT, KEPT):
        hook = hooks.create_email(
            email=spelling, event_kinds=["*"], customer=allocator, actor=alice, now=now
        )
        hook.refresh_from_db()
        assert hook.email == KEPT
