"""What a stream asks of the database each time: who is calling, and what has happened since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from identity.api.feed.filters import StreamFilter
from identity.api.feed.views import EventFeedViewSet, words
from identity.services import feed

if TYPE_CHECKING:
    from identity.models import User
    from identity.services.feed import FeedPage

SESSIONS = SessionMiddleware(lambda _: HttpResponse())
PEOPLE = AuthenticationMiddleware(lambda _: HttpResponse())

AT_ONCE = 500
"""How many events are read at once; a stream that is behind reads again and again."""


def read(environ: Any, query: Any, cursor: str) -> FeedPage:
    """Return what comes after a cursor, for who is calling: who that is, is asked anew each time.

    Without a cursor the query's `after` counts, if it has one.

    :raises APIException: the caller is not logged in any more, or asks for what cannot be read.
    :raises DomainError: the cursor or a type of events is none.
    """
    return begin(environ, query, cursor)[1]


def begin(environ: Any, query: Any, cursor: str) -> tuple[int, FeedPage]:
    """Return who is calling, by key, and what comes after a cursor for them.

    :raises APIException: they are not logged in, or ask for what cannot be read.
    :raises DomainError: the cursor or a type of events is none, or they may not read yet.
    """
    user = caller(environ)
    user.check_standing(only_reads=True, for_newcomers=False)
    asked = words(StreamFilter, query)
    part = feed.read(
        cursor or asked["after"],
        kinds=feed.kinds_of(asked["types"]),
        limit=AT_ONCE,
        user=user,
        now=timezone.now(),
    )
    return user.pk, part


def caller(environ: Any) -> User:
    """Return the active user whom a request's token or session stands for, as the API does.

    :raises NotAuthenticated: it has neither.
    :raises AuthenticationFailed: what it has is not good any more.
    """
    request = WSGIRequest(environ)
    SESSIONS.process_request(request)
    PEOPLE.process_request(request)
    asked = Request(request, authenticators=EventFeedViewSet().get_authenticators())
    if not asked.user.is_authenticated:
        raise NotAuthenticated
    user: User = asked.user
    return user
