"""Whom a login is: found by subject or CUID, made once, refused once they are gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from identity.models import Event, InstitutionLogin, LinkedIdentity, Token, User
from identity.oidc.claims import Described
from identity.oidc.providers import Provider
from identity.services import logins, user_removal
from tests.factories.identity import LinkedIdentityFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

PROVIDER = Provider("local", "https://login.example.org", "efp", cuid_domains=("myaccessid.org",))
CUID = "ada@myaccessid.org"
ADA = Described(
    PROVIDER.issuer,
    "s-1",
    cuid=CUID,
    email="ada@kth.se",
    email_is_verified=True,
    attributes={"first_name": "Ada"},
)


@pytest.mark.django_db
def test_the_subject_counts_more_than_the_cuid(now: datetime) -> None:
    UserFactory(username=CUID)
    linked = LinkedIdentityFactory(subject="s-1")
    assert logins.log_in(PROVIDER, ADA, now=now).user == linked.user
    assert logins.log_in(PROVIDER, replace(ADA, subject="s-2"), now=now).user.username == CUID


@pytest.mark.django_db
def test_a_subject_of_another_issuer_is_somebody_else(now: datetime) -> None:
    first = logins.log_in(PROVIDER, replace(ADA, cuid=""), now=now)
    other = replace(PROVIDER, name="other", issuer="https://other.example.org")
    second = logins.log_in(other, replace(ADA, cuid="", issuer=other.issuer), now=now)
    assert first.user != second.user
    assert (first.user.username[32:], second.user.username[32:]) == (
        "@login.example.org",
        "@other.example.org",
    )
    assert second.user.email == ""  # it is the first one's


@pytest.mark.django_db
def test_a_name_that_could_be_several_peoples_is_nobodys(now: datetime) -> None:
    UserFactory(username=CUID.upper())
    UserFactory(username=CUID.title())
    with pytest.raises(logins.Ambiguous):
        logins.log_in(PROVIDER, ADA, now=now)
    UserFactory(username=CUID)
    assert logins.log_in(PROVIDER, ADA, now=now).user.username == CUID
    stranger = replace(ADA, cuid="", subject="s-3")
    UserFactory(username=logins.name_of(stranger))
    with pytest.raises(logins.Ambiguous):
        logins.log_in(PROVIDER, stranger, now=now)
    assert Event.objects.filter(kind="linked_identity.added").count() == 1


@pytest.mark.django_db
def test_who_was_removed_is_refused_and_nothing_personal_is_kept(dave: User, now: datetime) -> None:
    user = logins.log_in(PROVIDER, replace(ADA, acr="mfa", kept={"sub": "s-1"}), now=now).user
    user_removal.remove(user, actor=dave, now=now)
    identity = LinkedIdentity.objects.get()
    assert (identity.acr, identity.amr, identity.claims) == ("", [], {})
    assert "s-1" not in identity.subject
    assert CUID not in identity.cuid
    for person in (
        ADA,
        replace(ADA, subject="s-2"),
        replace(ADA, cuid=CUID.upper(), subject="s-3"),
    ):
        with pytest.raises(logins.LoginRefused):
            logins.log_in(PROVIDER, person, now=now)
    assert User.objects.filter(username__iexact=CUID).count() == 0
    logins.unlink(identity, actor=dave, now=now)
    assert logins.log_in(PROVIDER, ADA, now=now).user != user


@pytest.mark.django_db
def test_who_is_unlinked_loses_what_came_of_their_logins(dave: User, now: datetime) -> None:
    identity = logins.log_in(PROVIDER, ADA, now=now)
    logins.give_token(identity, sid="s", now=now)
    logins.note_session(identity, "k" * 32, sid="s", now=now)
    logins.unlink(identity, actor=dave, now=now)
    assert (LinkedIdentity.objects.count(), InstitutionLogin.objects.count()) == (0, 0)
    assert Token.objects.count() == 0
    event = Event.objects.get(kind="linked_identity.removed")
    assert (event.actor, event.payload["provider"]) == (dave, "local")


@pytest.mark.django_db(transaction=True)
def test_of_many_first_logins_at_once_one_makes_the_person() -> None:
    begin, spelt = Barrier(6), (CUID, CUID.upper())

    def log_in(number: int) -> Any:
        try:
            begin.wait(10)
            person = replace(ADA, cuid=spelt[number % 2], subject=f"s-{number % 3}")
            return logins.log_in(PROVIDER, person, now=timezone.now()).user.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(log_in, range(6)))
    assert len(found) == User.objects.count() == 1
    assert LinkedIdentity.objects.count() == 3
