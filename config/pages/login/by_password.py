"""From a right password to a session: at once, or by way of a second factor.

Between the two the browser's session, a new one, holds who gave the password, for some minutes and
as long as the password stays the same. It is nobody's session until the second factor is shown.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.contrib import auth
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from identity.models import User
from identity.oidc import attempts
from identity.services import second_factors

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

BY_PASSWORD = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 - a backend's name
WAITING = "second_factor_of"
WAITS_SECONDS = 600


def let_in(request: HttpRequest, user: User, next_url: str) -> HttpResponse:
    """Log in somebody whose password is right, or send them to what is asked beside it."""
    if second_factors.is_asked(user):
        page = "login-code"
    elif second_factors.must_set_up(user):
        page = "second-factor-set-up"
    else:
        return log_in(request, user, next_url)
    request.session.flush()  # whoever had it before does not get in beside them
    request.session[WAITING] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "until": time.time() + WAITS_SECONDS,
        "next": attempts.own_address(request, next_url),
    }
    return HttpResponseRedirect(reverse(page))


def waiting(request: HttpRequest) -> tuple[User, str] | None:
    """Return who gave their password in this browser and is not in yet, and where they want to."""
    noted = request.session.get(WAITING)
    if request.user.is_authenticated or not noted or noted["until"] <= time.time():
        return None
    user = User.objects.filter(pk=noted["user"], is_active=True).first()
    if user is None or not constant_time_compare(noted["password"], user.get_session_auth_hash()):
        return None
    return user, noted["next"]


def log_in(request: HttpRequest, user: User, next_url: str) -> HttpResponse:
    """Begin the session, under a new key, and go to where they want."""
    request.session.pop(WAITING, None)
    auth.login(request, user, backend=BY_PASSWORD)
    return HttpResponseRedirect(after_login(request, next_url))


def typed(request: HttpRequest, name: str) -> str:
    """Return what somebody typed in; nobody has a name with a NUL, which no database takes."""
    return request.POST.get(name, "")[:1000].replace("\x00", "\N{REPLACEMENT CHARACTER}")


def after_login(request: HttpRequest, next_url: str) -> str:
    """Return where to go: where it was wanted, if that is here; the staff to their pages."""
    if own := attempts.own_address(request, next_url):
        return own
    user: Any = request.user
    return reverse("admin:index") if user.is_staff else reverse("login")
