"""The record of who was shown what of whom, which the person reads.

A request writes one row at most, whatever it shows, and the same answer again counts on it; a task
enters these rows in the logs of the people, one for each reader, place and hour.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from identity import access, events
from identity import event_kinds as kinds
from identity.models import DataAccessLog, DataReading
from identity.permissions import Permission

if TYPE_CHECKING:
    from datetime import datetime

    from common.api.readings import Reading
    from identity.models import User

NOTE = """
INSERT INTO identity_datareading AS known
  (digest, reader_id, place, address, people, columns, times, first, latest)
VALUES (%s, %s, %s, %s, %s, %s, 1, %s, %s)
ON CONFLICT (digest) DO UPDATE SET times = known.times + 1, latest = EXCLUDED.latest
"""

ENTER = """
WITH taken AS (DELETE FROM identity_datareading WHERE id = %s RETURNING *)
INSERT INTO identity_dataaccesslog AS known
  (uuid, user_id, accessor_id, accessor_type, place, address, columns, times, hour, first, latest)
SELECT gen_random_uuid(), person.id, reader.id,
  CASE WHEN reader.is_staff THEN 'staff' WHEN reader.is_support THEN 'support'
    WHEN EXISTS (
      SELECT FROM identity_grant theirs JOIN identity_grant own USING (customer_id)
      WHERE theirs.user_id = person.id AND own.user_id = reader.id
        AND theirs.is_active AND own.is_active
        AND theirs.scope_type <> 'offering' AND own.scope_type <> 'offering'
    ) THEN 'organization_member' ELSE 'service_provider' END,
  taken.place, taken.address, taken.columns, taken.times,
  date_trunc('hour', taken.first AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', taken.first, taken.latest
FROM taken
  JOIN identity_user reader ON reader.id = taken.reader_id
  JOIN identity_user person ON person.id = ANY(taken.people) AND NOT person.is_removed
ON CONFLICT (user_id, accessor_id, accessor_type, place, address, hour) DO UPDATE SET
  times = known.times + EXCLUDED.times,
  latest = GREATEST(known.latest, EXCLUDED.latest),
  columns = CASE WHEN known.columns @> EXCLUDED.columns THEN known.columns
    ELSE ARRAY(SELECT DISTINCT unnest(known.columns || EXCLUDED.columns) ORDER BY 1) END
"""


def note(reading: Reading) -> None:
    """Note what an answer showed of others, if it went to staff, support or the provider's side.

    Colleagues see each other in every list, and that is told by what they share; that one of them
    asked for a person, or for people, is noted too.
    """
    reader: User = reading.reader
    people = {key for keys in reading.shown.values() for key in keys} - {reader.pk}
    if not people or not (reading.is_of_people or _is_beyond_colleagues(reader)):
        return
    fields = sorted({name for names in reading.shown for name in names})
    keys = sorted(people)
    hour = reading.now.strftime("%Y-%m-%d %H")
    told = (reader.pk, reading.place, reading.address, hour, fields, keys)
    digest = hashlib.sha256(repr(told).encode()).hexdigest()
    with transaction.atomic(), connection.cursor() as cursor:
        # What a crash of the database loses is the last half second; nobody waits for the disk.
        cursor.execute("SET LOCAL synchronous_commit TO OFF")
        row = (digest, reader.pk, reading.place, reading.address, keys, fields)
        cursor.execute(NOTE, [*row, reading.now, reading.now])


def _is_beyond_colleagues(reader: User) -> bool:
    if reader.is_staff or reader.is_support:
        return True
    provider = access.reach(reader, Permission.VIEW_PROVIDER_SIDE)
    return bool(provider.customers or provider.offerings)


def enter(reading: DataReading) -> None:
    """Enter a reading in the logs of the people whom it showed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ENTER, [reading.pk])


@transaction.atomic
def remove(entry: DataAccessLog, *, actor: User, now: datetime) -> None:
    """Take an entry out of a person's log; that somebody did is in the event log."""
    events.record(kinds.USER_ACCESS_LOG_REMOVED, entry.user, actor=actor, now=now)
    entry.delete()


def prune(*, now: datetime) -> int:
    """Throw away what is older than logs are kept for."""
    oldest = now - timedelta(days=settings.DATA_ACCESS_DAYS)
    deleted, _ = DataAccessLog.objects.filter(latest__lt=oldest).delete()
    return deleted


def forget(user: Any) -> None:
    """Forget who was shown what of a person who is removed, and from where they read themselves."""
    DataAccessLog.objects.filter(user=user).delete()
    DataReading.objects.filter(reader=user).delete()
    DataAccessLog.objects.filter(accessor=user).update(address="")
