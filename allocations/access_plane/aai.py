"""The AAI's SCIM service: what it has of a person, and changes to it.

`scim2-client` speaks the protocol; below it `requests` carries it, with time-outs and bounds of
this module. What goes wrong has one of five names, which say who has to wait.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import requests
from scim2_client import BaseSyncSCIMClient, SCIMClientException
from scim2_models import (
    URN,
    ComplexAttribute,
    Entitlement,
    Name,
    Resource,
    ResourceType,
    SCIMException,
    ScimPolicy,
    ScimProvider,
)

from allocations.access_plane.errors import (
    AaiAway,
    AaiConflict,
    AaiRefuses,
    AaiUnknown,
    AaiUnreadable,
    NotUnderstood,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Operation = dict[str, Any]

CONNECT, READ = 3.05, 10.0
"""Seconds to connect, and between two pieces of an answer."""

DEADLINE = 20.0
"""Seconds for a whole answer; a person's change takes four requests at most."""

MOST_BYTES = 1024 * 1024
LONGEST_WAIT = timedelta(hours=1)

OK, LAST_SUCCESS = 200, 299
UNKNOWN, CONFLICTS = 404, frozenset({409, 412})
NO_ENTRY = frozenset({401, 403})
TOO_MANY, SERVER_ERROR = 429, 500
SYNTAX = 400
OF_THE_PATH = frozenset({"", "invalidFilter", "invalidPath", "invalidSyntax"})
"""What a service says that takes no filter in a path."""


class AaiEmail(ComplexAttribute):
    """An address as the AAI has it; whether it is one is not its question."""

    value: str | None = None
    primary: bool | None = None


class AaiUser(Resource[Any]):
    """As much of a SCIM user as matters here: what else the AAI sends is passed over."""

    __schema__ = URN(USER)

    user_name: str | None = None
    name: Name | None = None
    emails: list[AaiEmail] | None = None
    entitlements: list[Entitlement] | None = None


PROVIDER = ScimProvider(
    models=[AaiUser],
    resource_types=[
        ResourceType.model_validate(
            {"id": "User", "name": "User", "endpoint": "/Users", "schema": USER}
        )
    ],
    policy=ScimPolicy(unknown=ScimPolicy.Unknown.ignore),
)


@dataclass(frozen=True)
class AaiPerson:
    """What the AAI has of a person at one moment, `version` if it says which."""

    values: frozenset[str]
    version: str
    attributes: dict[str, str]


@dataclass(frozen=True)
class AaiAnswer:
    """An answer that was read as a whole, as `scim2-client` wants it."""

    status_code: int
    headers: Any
    text: str


class ScimEngine(BaseSyncSCIMClient):
    """`scim2-client` over `requests`: bounded in time and size, and with the AAI's API key."""

    def __init__(self, url: str, key: str, *, clock: Callable[[], datetime], **more: Any) -> None:
        """Take where the service is, its key, and how one knows the time for `Retry-After`."""
        super().__init__(**{"provider": PROVIDER, **more})
        self._base, self._clock = f"{url.rstrip('/')}/scim/v2", clock
        self._session = requests.Session()
        self._session.headers.update(
            {"X-API-Key": key, "Accept": "application/scim+json, application/json;q=0.9"}
        )

    def request(self, method: str, url: str, **kwargs: Any) -> AaiAnswer:
        """Send a request and read the answer.

        :raises AaiAway: there is none in time, or none that is whole.
        :raises AaiUnreadable: it is larger than any answer may be.
        """
        headers = dict(kwargs.pop("headers", None) or {})
        data = kwargs.pop("json", None)
        if data is not None:
            kwargs["data"] = json.dumps(data)
            headers["Content-Type"] = "application/scim+json"
        until = monotonic() + DEADLINE
        try:
            with self._session.request(
                method,
                f"{self._base}{url}",
                headers=headers,
                timeout=(CONNECT, READ),
                allow_redirects=False,
                stream=True,
                **kwargs,
            ) as response:
                body = _read(response, until)
        except (requests.RequestException, OSError) as error:
            raise AaiAway(f"The AAI does not answer: {_plain(error)}") from error
        return AaiAnswer(response.status_code, response.headers, body.decode(errors="replace"))

    def retry_after(self, answer: AaiAnswer) -> timedelta | None:
        """Return how long the AAI wants to be left alone, if it says so."""
        said = str(answer.headers.get("Retry-After", "")).strip()
        if said.isascii() and said.isdigit():
            wait = timedelta(seconds=min(int(said[:9]), LONGEST_WAIT.total_seconds()))
        elif said:
            try:
                wait = parsedate_to_datetime(said) - self._clock()
            except (ValueError, TypeError):
                return None
        else:
            return None
        return min(max(wait, timedelta(0)), LONGEST_WAIT)


class Aai(ScimEngine):
    """What this service asks of the AAI."""

    def request(self, method: str, url: str, **kwargs: Any) -> AaiAnswer:
        """Send a request; return the answer of one that succeeded.

        :raises AaiAway: it is overloaded, broken or not there.
        :raises AaiRefuses: the key is not accepted.
        :raises AaiConflict: the person was changed meanwhile.
        :raises AaiUnknown: there is no such person.
        :raises AaiUnreadable: anything else.
        """
        answer = super().request(method, url, **kwargs)
        status = answer.status_code
        if OK <= status <= LAST_SUCCESS:
            return answer
        if status == TOO_MANY or status >= SERVER_ERROR:
            wait = self.retry_after(answer)
            raise AaiAway(f"The AAI answered {status}{_said(answer)}", retry_after=wait)
        if status in NO_ENTRY:
            raise AaiRefuses(f"The AAI answered {status}: the API key may not do that.")
        if status in CONFLICTS:
            wait = self.retry_after(answer)
            raise AaiConflict(f"The AAI answered {status}{_said(answer)}", retry_after=wait)
        if status == UNKNOWN:
            raise AaiUnknown("The AAI does not know this person.")
        if status == SYNTAX and _said_of(answer, "scimType") in OF_THE_PATH:
            raise NotUnderstood(f"The AAI answered {status}{_said(answer)}")
        raise AaiUnreadable(f"The AAI answered {status}{_said(answer)}")

    def person(self, cuid: str) -> AaiPerson:
        """Return what the AAI has of a person.

        :raises AaiError: it cannot be read.
        """
        try:
            found = cast("AaiUser", self.query("User", cuid))
        except (SCIMClientException, SCIMException) as error:
            raise AaiUnreadable(f"The AAI's answer is no SCIM user: {_plain(error)}") from error
        if not isinstance(found, AaiUser):
            raise AaiUnreadable("The AAI answered nothing where a SCIM user was asked for.")
        return _person(found)

    def change(
        self, cuid: str, *, put: Collection[str], take: Collection[str], version: str
    ) -> None:
        """Put and take values of a person's, all or none, if nobody changed them since a version.

        The standard names what is taken by a filter in the path; services are documented that want
        the values themselves. Whoever does not understand the one is asked in the other way.

        :raises AaiError: it was not done, as far as is known.
        """
        by_filter = [
            {"op": "remove", "path": f"entitlements[value eq {json.dumps(value)}]"}
            for value in take
        ]
        add = _operation("add", put)
        try:
            self._patch(cuid, [*by_filter, *add], version)
        except NotUnderstood:
            if not take:
                raise
            self._patch(cuid, [*_operation("remove", take), *add], version)

    def _patch(self, cuid: str, operations: list[Operation], version: str) -> None:
        more: Any = {"headers": {"If-Match": version}} if version else {}
        patch = {"schemas": [PATCH], "Operations": operations}
        try:
            self.modify("User", cuid, patch, check_response_payload=False, **more)
        except (SCIMClientException, SCIMException) as error:
            raise AaiUnreadable(f"The AAI's answer cannot be read: {_plain(error)}") from error


def _operation(what: str, values: Collection[str]) -> list[Operation]:
    """Return the operation on some values; none where there is no value."""
    listed = [{"value": value} for value in values]
    return [{"op": what, "path": "entitlements", "value": listed}] if listed else []


def _person(found: AaiUser) -> AaiPerson:
    emails = [one for one in found.emails or () if one.value]
    first = next((one for one in emails if one.primary), emails[0] if emails else None)
    said = {
        "first_name": found.name.given_name if found.name else None,
        "last_name": found.name.family_name if found.name else None,
        "email": first.value if first else None,
    }
    return AaiPerson(
        values=frozenset(one.value for one in found.entitlements or () if one.value),
        version=(found.meta.version if found.meta else None) or "",
        attributes={name: value for name, value in said.items() if value},
    )


def _read(response: requests.Response, until: float) -> bytes:
    """Return the body of an answer, which comes within the time and the size that are allowed."""
    read = bytearray()
    for piece in response.iter_content(65_536):
        read += piece
        if len(read) > MOST_BYTES:
            raise AaiUnreadable(f"The AAI's answer is larger than {MOST_BYTES} bytes.")
        if monotonic() > until:
            raise AaiAway(f"The AAI's answer took longer than {DEADLINE:.0f} seconds.")
    expected = response.headers.get("Content-Length", "")
    if expected.isdigit() and response.raw.tell() < int(expected):
        raise AaiAway("The AAI's answer broke off.")
    return bytes(read)


def _said(answer: AaiAnswer) -> str:
    """Return how an error goes on that says something of itself."""
    said = _said_of(answer, "detail")
    return f": {said}" if said else "."


def _said_of(answer: AaiAnswer, key: str) -> str:
    try:
        said = json.loads(answer.text).get(key)
    except (ValueError, AttributeError, RecursionError):
        return ""
    return str(said)[:300] if said else ""


def _plain(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
