"""Second factors of people who log in by a password: set up, asked for, and taken off again.

The codes themselves are judged in `identity.second_factor`, which is pure. Wrong ones are counted
together with those of everywhere else, under the lock of the factor's row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from common.errors import Conflict
from common.sealing import Unreadable, seal, unseal
from identity import event_kinds as kinds
from identity import events
from identity import second_factor as codes
from identity.models import SecondFactor, User
from identity.services import lock_out

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind

COUNTED_AS = "second factor"
"""What stands in the place of the address where wrong codes are counted."""

OFF, STAFF, ALL = "off", "staff", "all"


class CodeNeeded(lock_out.NotAuthenticated):
    """The password is right, and is not enough."""

    code = "second_factor_needed"


class SetUpNeeded(lock_out.NotAuthenticated):
    """The password is right, and the person has to have a second factor that they do not have."""

    code = "second_factor_not_set_up"


class WrongCode(lock_out.NotAuthenticated):
    """The code is not right, too old, or was used before; which of it is not told."""

    code = "wrong_code"


class NoSecondFactor(Conflict):
    """The person has none."""

    code = "no_second_factor"


class AlreadySetUp(Conflict):
    """The person has one, which would have to be taken off before."""

    code = "already_set_up"


class NotForThem(Conflict):
    """The person does not log in by a password, or is no person."""

    code = "not_by_password"


class OwnSecondFactor(Conflict):
    """Nobody resets their own: a session that somebody else got hold of would be enough."""

    code = "oneself"


def is_asked(user: User) -> bool:
    """Tell whether a password alone does not let this person in."""
    return not user.is_machine and SecondFactor.objects.filter(user=user).exists()


def may_have(user: User) -> bool:
    """Tell whether a second factor would be of use to this person."""
    return user.is_active and not user.is_machine and user.has_usable_password()


def must_set_up(user: User) -> bool:
    """Tell whether this person has to set one up before a password lets them in."""
    wanted = settings.SECOND_FACTOR_REQUIRED
    concerned = wanted == ALL or (wanted == STAFF and (user.is_staff or user.is_support))
    return concerned and may_have(user) and not is_asked(user)


def is_required_of(user: User) -> bool:
    """Tell whether the person would have to set up another one if this one were gone."""
    wanted = settings.SECOND_FACTOR_REQUIRED
    return wanted == ALL or (wanted == STAFF and (user.is_staff or user.is_support))


def check_open_to(user: User) -> None:
    """Refuse who cannot set one up.

    :raises NotForThem: they log in otherwise.
    :raises AlreadySetUp: they have one.
    """
    if not may_have(user):
        raise NotForThem("Only people who log in by a password have a second factor here.")
    if SecondFactor.objects.filter(user=user).exists():
        raise AlreadySetUp("You have a second factor already.")


@transaction.atomic
def set_up(user: User, *, secret: str, code: str, now: datetime) -> list[str]:
    """Give a person a second factor, once they show that their phone knows the secret.

    Returns the recovery codes, of which only hashes are kept.

    :raises NotForThem: they log in otherwise.
    :raises AlreadySetUp: they have one.
    :raises WrongCode: the code is not of this secret and time.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    check_open_to(locked)
    step = codes.step_of(secret, code, now=now)
    if step is None:
        raise WrongCode("This is not the code. Look at the clock of your phone, and try again.")
    given = codes.new_recovery_codes()
    SecondFactor.objects.create(
        user=locked,
        sealed_secret=seal(secret),
        last_step=step,
        last_used=now,
        recovery_digests=[codes.digest_of(one) for one in given],
        created=now,
    )
    _record(kinds.USER_SECOND_FACTOR_SET_UP, locked, actor=locked, now=now)
    return given


def check(user: User, code: str, *, now: datetime) -> None:
    """Take a code of a person's authenticator, or a recovery code; each works once.

    :raises NoSecondFactor: there is none.
    :raises WrongCode: it is not right, or was used.
    :raises LockedOut: after four wrong ones, wherever they came from, for ten minutes.
    """
    if not _takes(user, code, now=now):
        raise WrongCode("This code is not right, or was used before.")


def renew_recovery_codes(user: User, *, code: str, now: datetime) -> list[str]:
    """Give a person other recovery codes; the ones before do not work any more.

    :raises NoSecondFactor: there is none.
    :raises WrongCode: the code that has to be given with it is not right.
    :raises LockedOut: there were too many wrong ones.
    """
    check(user, code, now=now)
    return _renew(user, now=now)


def remove(user: User, *, code: str, now: datetime) -> None:
    """Take off one's own, to set up another one, say.

    :raises NoSecondFactor: there is none.
    :raises WrongCode: the code that has to be given with it is not right.
    :raises LockedOut: there were too many wrong ones.
    """
    check(user, code, now=now)
    _take_off(user, kinds.USER_SECOND_FACTOR_REMOVED, actor=user, now=now)


def reset(user: User, *, actor: User | None, now: datetime) -> None:
    """Take off somebody else's, who lost their phone and their recovery codes.

    Without an actor it is the operator who does.

    :raises OwnSecondFactor: the actor is the person.
    :raises NoSecondFactor: there is none.
    """
    if actor == user:
        raise OwnSecondFactor("Another member of staff does that for you.")
    _take_off(user, kinds.USER_SECOND_FACTOR_RESET, actor=actor, now=now)


def give_up(factor: SecondFactor, *, now: datetime) -> None:
    """Take off one whose secret no key opens any more."""
    _take_off(factor.user, kinds.USER_SECOND_FACTOR_RESET, actor=None, now=now)


def forget(user: User) -> None:
    """Keep nothing of the second factor of a removed person."""
    SecondFactor.objects.filter(user=user).delete()


@transaction.atomic
def _takes(user: User, code: str, *, now: datetime) -> bool:
    factor = _locked(user)
    lock_out.check(user.username, COUNTED_AS, now=now)
    step = codes.step_of(_secret_of(factor), code, now=now, after=factor.last_step)
    left = codes.without(factor.recovery_digests, code) if step is None else None
    if step is not None:
        factor.last_step = step
    elif left is not None:
        factor.recovery_digests = left
        _record(kinds.USER_RECOVERY_CODE_USED, user, actor=user, now=now, left=len(left))
    else:
        lock_out.count(user.username, COUNTED_AS, now=now, what="code")
        return False
    factor.last_used = now
    factor.save()
    lock_out.forget(user.username, COUNTED_AS)
    return True


@transaction.atomic
def _renew(user: User, *, now: datetime) -> list[str]:
    factor, given = _locked(user), codes.new_recovery_codes()
    factor.recovery_digests = [codes.digest_of(one) for one in given]
    factor.save()
    _record(kinds.USER_RECOVERY_CODES_RENEWED, user, actor=user, now=now)
    return given


@transaction.atomic
def _take_off(user: User, kind: Kind, *, actor: User | None, now: datetime) -> None:
    _locked(user).delete()
    lock_out.forget(user.username, COUNTED_AS)
    _record(kind, user, actor=actor, now=now)


def _locked(user: User) -> SecondFactor:
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None:
        raise NoSecondFactor("There is no second factor.")
    return factor


def _secret_of(factor: SecondFactor) -> str:
    """Return the secret; one that no key opens lets in nobody but by a recovery code."""
    try:
        return unseal(factor.sealed_secret)
    except Unreadable:
        return codes.new_secret()


def _record(
    kind: Kind, user: User, *, actor: User | None, now: datetime, **payload: object
) -> None:
    events.record(kind, user, actor=actor, now=now, message=user.username, payload=payload)
