from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common import slugs
from identity.models import Event, Token, User
from identity.services import users
from tests.factories.identity import PASSWORD, TokenFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


def test_a_new_user_has_a_short_slug_and_no_password(dave: User, now: datetime) -> None:
    user = users.create(
        username="erika@myaccessid.org",
        email="erika@example.org",
        first_name="Erika",
        actor=dave,
        now=now,
    )

    user.refresh_from_db()
    assert (user.slug, user.first_name, user.date_joined) == ("erikamyacc", "Erika", now)
    assert not user.has_usable_password()
    event = Event.objects.get()
    assert (event.kind, event.subject_uuid, event.actor) == ("user.created", user.uuid, dave)


def test_a_new_user_may_be_given_a_password(dave: User, now: datetime) -> None:
    user = users.create(
        username="erika", email="e@example.org", password="long enough 4 all", actor=dave, now=now
    )
    assert User.objects.get(pk=user.pk).check_password("long enough 4 all")

    with pytest.raises(users.WeakPassword) as refusal:
        users.create(
            username="emil", email="emil@example.org", password="emil", actor=dave, now=now
        )
    assert list(refusal.value.detail) == ["password"]
    assert not User.objects.filter(username="emil").exists()


def test_a_taken_user_name_is_refused(dave: User, bob: User, now: datetime) -> None:
    with pytest.raises(users.LoginNameTaken) as refusal:
        users.create(username="bob", email="b@example.org", actor=dave, now=now)

    assert refusal.value.detail == {"username": ["user with this username already exists."]}


def test_a_taken_slug_is_refused(dave: User, bob: User, now: datetime) -> None:
    with pytest.raises(slugs.Taken) as refusal:
        users.create(username="x", email="b@example.org", slug=bob.slug, actor=dave, now=now)

    assert refusal.value.detail == {"slug": ["user with this slug already exists."]}


def test_who_changes_their_profile_first_agrees_with_the_policy(bob: User, now: datetime) -> None:
    with pytest.raises(users.PolicyNotAgreed) as refusal:
        users.update(bob, actor=bob, now=now, wanted={"job_title": "PI"})
    assert refusal.value.detail == {"agree_with_policy": ["User must agree with the policy."]}

    users.update(bob, actor=bob, now=now, wanted={"job_title": "PI"}, agree_with_policy=True)
    users.update(bob, actor=bob, now=now, wanted={"job_title": "Professor"})

    bob.refresh_from_db()
    assert (bob.job_title, bob.agreement_date) == ("Professor", now)


def test_staff_change_the_profile_of_others_without_agreeing_for_them(
    dave: User, bob: User, now: datetime
) -> None:
    users.update(bob, actor=dave, now=now, wanted={"is_support": True})

    bob.refresh_from_db()
    assert (bob.is_support, bob.agreement_date) == (True, None)
    assert Event.objects.get().payload == {"fields": ["is_support"]}


@pytest.mark.parametrize("field", sorted(users.STAFF_ONLY))
def test_nobody_but_staff_changes_what_only_staff_may(bob: User, now: datetime, field: str) -> None:
    before = getattr(bob, field)
    bob.agreement_date = now
    bob.save()

    users.update(bob, actor=bob, now=now, wanted={field: "changed"})

    bob.refresh_from_db()
    assert getattr(bob, field) == before
    assert not Event.objects.exists()


def test_a_change_of_the_lifetime_reaches_the_tokens_there_are(
    dave: User, bob: User, now: datetime
) -> None:
    TokenFactory(user=bob, lifetime=3600)

    users.update(bob, actor=dave, now=now, wanted={"token_lifetime": None})

    assert Token.objects.get().lifetime is None


def test_deactivating_takes_the_tokens_away_by_either_way(
    dave: User, bob: User, pi: User, now: datetime
) -> None:
    TokenFactory(user=bob)
    TokenFactory(user=pi)

    users.deactivate(bob, reason="left", actor=dave, now=now)
    users.update(pi, actor=dave, now=now, wanted={"is_active": False})

    assert not Token.objects.exists()
    bob.refresh_from_db()
    assert (bob.is_active, bob.deactivation_reason) == (False, "left")


def test_who_was_deactivated_can_come_back(dave: User, bob: User, now: datetime) -> None:
    users.deactivate(bob, reason="left", actor=dave, now=now)
    users.activate(bob, actor=dave, now=now)

    bob.refresh_from_db()
    assert (bob.is_active, bob.deactivation_reason) == (True, "")


def test_a_password_can_be_set_and_is_then_the_only_one(dave: User, now: datetime) -> None:
    user = UserFactory()

    users.change_password(user, new_password="snow over Kajaani", actor=dave, now=now)

    user.refresh_from_db()
    assert user.check_password("snow over Kajaani")
    event = Event.objects.get()
    assert event.kind == "user.password_changed"
    assert "snow" not in str(event.__dict__)


@pytest.mark.parametrize("weak", ["123", "password", "73947294", ""])
def test_a_weak_password_is_refused_whoever_sets_it(
    dave: User, bob: User, now: datetime, weak: str
) -> None:
    for actor in (dave, bob):
        with pytest.raises(users.WeakPassword) as refusal:
            users.change_password(
                bob, new_password=weak, old_password=PASSWORD, actor=actor, now=now
            )
        assert list(refusal.value.detail) == ["new_password"]
