"""What a request did to the database, statement by statement."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

if TYPE_CHECKING:
    from collections.abc import Iterator

BRACKETS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|LOCK|WITH.*(INSERT|UPDATE|DELETE))")
NOTES = re.compile(
    r'^\s*(UPDATE "identity_token" SET "last_used" = '
    r"|INSERT INTO identity_datareading |SET LOCAL synchronous_commit TO OFF$)"
)
"""What is noted of a request that only reads: a token's last use, and whose data was shown."""


class Statements(list[str]):
    """The statements of a request, without those that begin and end transactions."""

    @property
    def writes(self) -> list[str]:
        """Those that change something, or lock rows."""
        return [sql for sql in self if WRITES.match(sql) or "FOR UPDATE" in sql or "FOR NO" in sql]

    @property
    def number(self) -> int:
        """How many there are, besides what is noted of every request."""
        return sum(not NOTES.match(sql) for sql in self)

    @property
    def besides_the_notes(self) -> list[str]:
        """The writes that are not what is noted of every request."""
        return [sql for sql in self.writes if not NOTES.match(sql)]


@contextmanager
def statements() -> Iterator[Statements]:
    """Collect what is run meanwhile."""
    collected = Statements()
    with CaptureQueriesContext(connection) as queries:
        yield collected
    collected += [q["sql"] for q in queries if not q["sql"].startswith(BRACKETS)]
