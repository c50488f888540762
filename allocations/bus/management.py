"""The broker's management API: virtual hosts, users, permissions, queues.

What this instance makes bears its tag, and nothing without it is ever touched: a broker may serve
others too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import requests

from allocations.bus.topology import (
    ALL,
    ARGUMENTS,
    SESSION,
    TOPICS,
    Actual,
    BrokerUser,
    Login,
    Rights,
)
from common.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = dict[str, Any]

TIMEOUT = (3.05, 10)
"""Seconds to connect, and to wait for an answer."""

GONE = 404


class BrokerUnmanageable(DomainError):
    """The broker's management API does not answer, or refuses."""

    code = "broker_unmanageable"


class Management:
    """The management API at a URL like `http://user:password@host:15672`."""

    def __init__(self, url: str, *, publisher: str, tag: str) -> None:
        """Take where it is, which user publishes, and the tag of what is ours."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._base = urlunsplit((parts.scheme, host, f"{parts.path.rstrip('/')}/api", "", ""))
        self._session = requests.Session()
        self._session.auth = (
            unquote(parts.username or "guest"),
            unquote(parts.password or "guest"),
        )
        self._session.trust_env = False
        self._publisher, self._tag = publisher, tag

    # --- bringing about ---------------------------------------------------------------------------

    def put_vhost(self, name: str) -> None:
        """Have a virtual host in which the service may publish."""
        self._put("vhosts", name, body={"description": "subscriber", "tags": self._tag})
        self._put_rights(name, self._publisher, ALL)

    def put_queue(self, vhost: str, name: str) -> None:
        """Have a durable queue."""
        self._put("queues", vhost, name, body={"durable": True, "arguments": ARGUMENTS})

    def put_login(self, login: Login) -> None:
        """Have a user with its rights; it is let in last, so that all is there when it comes."""
        body = {"password_hash": login.password_hash, "tags": self._tag}
        self._put("users", login.username, body=body)
        if login.topics is not None:
            rights = {"exchange": TOPICS, "write": login.topics.write, "read": login.topics.read}
            self._put("topic-permissions", login.vhost, login.username, body=rights)
        self._put_rights(login.vhost, login.username, login.rights)

    # --- taking away ------------------------------------------------------------------------------

    def remove_login(self, username: str) -> None:
        """Take a user away, and end what connections it has: they outlive it otherwise."""
        self._delete("users", username)
        self.disconnect(username)

    def disconnect(self, username: str) -> None:
        """End the connections of a user."""
        for connection in self._get("connections", "?columns=name,user"):
            if connection.get("user") == username:
                self._delete("connections", connection["name"])

    def remove_queue(self, vhost: str, name: str) -> None:
        """Take a queue away, with what is in it."""
        self._delete("queues", vhost, name)

    def remove_vhost(self, name: str) -> None:
        """Take a virtual host away, with all that is in it."""
        self._delete("vhosts", name)

    # --- looking ----------------------------------------------------------------------------------

    def actual(self) -> Actual:
        """Return what the broker has of ours."""
        rights = self._get("permissions")
        vhosts = frozenset(
            vhost["name"]
            for vhost in self._get("vhosts", "?columns=name,tags")
            if self._tag in _listed(vhost.get("tags"))
        )
        mine = {row["vhost"] for row in rights if row["user"] == self._publisher}
        queues = frozenset(
            (queue["vhost"], queue["name"])
            for queue in self._get("queues", "?columns=name,vhost")
            if queue["vhost"] in vhosts and not queue["name"].startswith(SESSION)
        )
        return Actual(frozenset(self._entries(rights)), vhosts, vhosts & mine, queues)

    def _entries(self, rights: Sequence[Row]) -> Iterator[BrokerUser]:
        by_user = _by_user(rights)
        topics = _by_user(self._get("topic-permissions"))
        for user in self._get("users"):
            if self._tag in _listed(user.get("tags")):
                name = user["name"]
                yield BrokerUser(
                    name,
                    user.get("password_hash", ""),
                    frozenset(by_user.get(name, ())),
                    frozenset(topics.get(name, ())),
                )

    # --- HTTP -------------------------------------------------------------------------------------

    def _put_rights(self, vhost: str, username: str, rights: Rights) -> None:
        body = {"configure": rights.configure, "write": rights.write, "read": rights.read}
        self._put("permissions", vhost, username, body=body)

    def _get(self, *path: str) -> list[Row]:
        found: list[Row] = self._call("GET", path).json()
        return found

    def _put(self, *path: str, body: dict[str, Any]) -> None:
        self._call("PUT", path, body)

    def _delete(self, *path: str) -> None:
        self._call("DELETE", path, missing_is_fine=True)

    def _call(
        self,
        method: str,
        path: tuple[str, ...],
        body: dict[str, Any] | None = None,
        *,
        missing_is_fine: bool = False,
    ) -> requests.Response:
        query = path[-1] if path[-1].startswith("?") else ""
        names = (quote(part, safe="") for part in path if not part.startswith("?"))
        url = f"{self._base}/{'/'.join(names)}{query}"
        try:
            answer = self._session.request(method, url, json=body, timeout=TIMEOUT)
            if not (missing_is_fine and answer.status_code == GONE):
                answer.raise_for_status()
        except requests.RequestException as error:
            raise BrokerUnmanageable(f"{method} {'/'.join(path)}: {error}") from error
        return answer


def _listed(tags: object) -> list[str]:
    """Return tags, which older brokers write as one text."""
    return tags.split(",") if isinstance(tags, str) else list(tags or ())  # type: ignore[call-overload]


def _by_user(rows: Sequence[Row]) -> dict[str, list[tuple[str, Rights]]]:
    """Return each user's rights with the virtual hosts in which it has them."""
    found: dict[str, list[tuple[str, Rights]]] = {}
    for row in rows:
        rights = Rights(row.get("configure", ""), row["write"], row["read"])
        found.setdefault(row["user"], []).append((row["vhost"], rights))
    return found
