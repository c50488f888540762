"""People who log in by their institution: found or registered, and what comes of their logins.

Somebody is found by the subject that their provider names them by, or by their CUID, never by an
e-mail address. Nothing here asks the provider anything: what it answered is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q

from common.errors import DomainError
from identity import event_kinds as kinds
from identity import events
from identity.cuids import digest, made_name
from identity.models import InstitutionLogin, LinkedIdentity, User
from identity.oidc import exchange
from identity.services import credentials, cuids, emails, logouts, told, users

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.oidc.claims import Described
    from identity.oidc.providers import Provider

NAMES = 0x6F696463  # any number that no other lock of the service has
LONGEST_USERNAME = 255


class LoginRefused(DomainError):
    """The person may not log in; why is not told, as it could be somebody else who asks."""

    code = "login_refused"


class Ambiguous(LoginRefused):
    """The name that the person would have is somebody else's, or several people's."""

    code = "ambiguous"


@transaction.atomic
def log_in(provider: Provider, person: Described, *, now: datetime) -> LinkedIdentity:
    """Return the identity of somebody who proved who they are, with what is claimed written down.

    Who was never here is registered, under their CUID, or a name made of issuer and subject. Of
    somebody who may not log in nothing is changed.

    :raises LoginRefused: the person was deactivated or removed.
    :raises Ambiguous: it cannot be told whose name it is.
    """
    username = person.cuid or name_of(person)
    one_at_a_time(username)
    identity = _linked(person)
    user = identity.user if identity else _named(person)
    is_new = user is None
    if user is not None:
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if not user.is_active or user.is_removed:
            raise LoginRefused("This person may not log in.")
    else:
        user = _register(provider, person, username, now=now)
    _take_over(provider, person, user, is_new=is_new, now=now)
    if identity is None:
        identity = LinkedIdentity(
            user=user, issuer=person.issuer, subject=person.subject, created=now
        )
    is_linked, acr_changed = identity.pk is None, identity.acr != person.acr
    cuid_changed = not is_linked and identity.cuid != person.cuid
    _store(identity, provider, person, now=now)
    User.objects.filter(pk=user.pk).update(last_login=now)
    identity.user = user
    if is_linked:
        _record(kinds.LINKED_IDENTITY_ADDED, identity, now=now)
    _record(
        kinds.LINKED_IDENTITY_LOGGED_IN,
        identity,
        now=now,
        acr_changed=acr_changed,
        cuid_changed=cuid_changed,
    )
    return identity


@transaction.atomic
def give_token(identity: LinkedIdentity, *, sid: str, now: datetime) -> str:
    """Issue a token for a login, which ends with it; return its plaintext.

    :raises credentials.ShutOut: the person is deactivated by now.
    """
    token, plaintext = credentials.issue(user=identity.user, name="institution login", now=now)
    InstitutionLogin.objects.create(
        identity=identity, token=token, sid=sid, acr=identity.acr, created=now
    )
    return plaintext


def bearer_of(provider: Provider, claims: Mapping[str, Any]) -> User:
    """Return who acts by a provider's access token: somebody who has logged in by it here.

    :raises credentials.UnknownToken: nobody has.
    :raises credentials.InactiveUser: they were deactivated.
    :raises exchange.LowAssurance: too little is assured of them.
    """
    identity = (
        LinkedIdentity.objects.select_related("user")
        .filter(issuer=provider.issuer, subject=claims["sub"])
        .first()
    )
    if identity is None:
        raise credentials.UnknownToken("Invalid token.")
    if not identity.user.is_active:
        raise credentials.InactiveUser("User inactive or deleted.")
    exchange.check_assurance(provider, {**identity.claims, **claims})
    return identity.user


@transaction.atomic
def unlink(identity: LinkedIdentity, *, actor: User, now: datetime) -> None:
    """Let a provider's subject be nobody here; what came of their logins ends.

    At their next login they are linked again by their CUID, or registered as somebody new.
    """
    for login in identity.logins.select_related("token"):
        logouts.end(login, actor=actor, now=now)
    _record(kinds.LINKED_IDENTITY_REMOVED, identity, now=now, actor=actor)
    identity.delete()


def forget(user: User) -> None:
    """Keep of a removed person's identities what tells that they are refused, and nothing else."""
    for identity in LinkedIdentity.objects.filter(user=user):
        identity.subject = forgotten(identity.issuer, identity.subject)
        identity.cuid = forgotten("", identity.cuid.upper()) if identity.cuid else ""
        identity.acr, identity.amr, identity.claims = "", [], {}
        identity.save()


def forgotten(issuer: str, name: str) -> str:
    """Return what is kept of the name of a removed person."""
    return f"removed:{digest(issuer, name)}"


def note_session(identity: LinkedIdentity, session_key: str, *, sid: str, now: datetime) -> None:
    """Note a session that came of a login, so that it ends with it."""
    InstitutionLogin.objects.create(
        identity=identity, session_key=session_key, sid=sid, acr=identity.acr, created=now
    )


def name_of(person: Described) -> str:
    """Return the user name of somebody without a CUID: of the issuer's name, and of no other."""
    return made_name(person.issuer, person.subject)


def one_at_a_time(username: str) -> None:
    """Let whoever logs in under the same name wait: of two first logins one registers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(upper(%s)))", [NAMES, username])


def _linked(person: Described) -> LinkedIdentity | None:
    return (
        LinkedIdentity.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .filter(
            Q(subject=person.subject) | Q(subject=forgotten(person.issuer, person.subject)),
            issuer=person.issuer,
        )
        .first()
    )


def _named(person: Described) -> User | None:
    """Return the person who has the CUID, in whatever case.

    :raises LoginRefused: the person who had it was removed.
    :raises Ambiguous: several have it, or it is none, and somebody else has the name.
    """
    if not person.cuid:
        if User.objects.filter(username=name_of(person)).exists():
            raise Ambiguous("Somebody has this person's name.")
        return None
    if LinkedIdentity.objects.filter(cuid=forgotten("", person.cuid.upper())).exists():
        raise LoginRefused("This person may not log in.")
    found = cuids.people_with(person.cuid)
    if len(found) > 1:
        raise Ambiguous("Several people have this person's name.")
    return next(iter(found), None)


def _register(provider: Provider, person: Described, username: str, *, now: datetime) -> User:
    try:
        return users.create(
            username=username,
            email="",
            registration_method=provider.source[:50],
            actor=None,
            now=now,
        )
    except users.LoginNameTaken as error:  # by staff, meanwhile
        raise Ambiguous("Somebody has this person's name.") from error


def _take_over(
    provider: Provider, person: Described, user: User, *, is_new: bool, now: datetime
) -> None:
    """Write down what is claimed; of an address only what its reader, or nobody else, has."""
    attributes = dict(person.attributes)
    if person.email_is_verified and emails.is_free(person.email, but=user):
        attributes["email"] = person.email
    told.take(user, attributes, source=provider.source, actor=user, now=now)
    if is_new and person.email and not user.email:
        try:
            emails.request_confirmation(user, person.email, actor=user, now=now)
        except (emails.AddressUnusable, emails.TooManyMails):
            return  # they can give another one in their profile


def _store(
    identity: LinkedIdentity, provider: Provider, person: Described, *, now: datetime
) -> None:
    identity.provider, identity.last_login, identity.cuid = provider.name, now, person.cuid
    identity.acr, identity.amr = person.acr, list(person.amr)
    identity.claims = dict(person.kept)
    identity.save()


def _record(
    kind: Kind,
    identity: LinkedIdentity,
    *,
    now: datetime,
    actor: User | None = None,
    **more: object,
) -> None:
    user = identity.user
    events.record(
        kind,
        identity,
        actor=actor or user,
        now=now,
        message=f"{user.username} by {identity.provider}.",
        payload={
            "provider": identity.provider,
            "acr": identity.acr,
            "user_uuid": user.uuid.hex,
            **more,
        },
    )
