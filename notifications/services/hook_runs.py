"""A run of the sender: several hooks at once, each sent one thing at a time, for a while.

The threads do nothing but talk to receivers; the database is asked by the one that runs.
"""

from __future__ import annotations

import json
import logging
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.db.models import Q

from common.errors import DomainError
from common.sealing import unseal
from notifications import hook_mails
from notifications.bus import mailing
from notifications.bus.posting import Answer, post
from notifications.models import HookPosition
from notifications.models.hook import ContentType, HookType
from notifications.services import hook_sending
from notifications.signatures import sign

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from notifications.services.hook_sending import Claim

log = logging.getLogger(__name__)

AT_ONCE = 8
"""How many receivers are spoken to at the same time."""

RUN = timedelta(seconds=20)
"""How long a run goes on beginning deliveries; the next one takes over."""

RUN_LEASE = RUN + timedelta(seconds=40)
TAKEN_BY_MAIL_SERVER = 250


@dataclass
class Run:
    """What is under way in a run: a receiver's answer, and what it is the answer to."""

    clock: Callable[[], datetime]
    until: datetime
    under_way: dict[Future[Answer], tuple[Claim, datetime]] = field(default_factory=dict)
    sent: int = 0

    def go(self, pool: ThreadPoolExecutor, at_once: int) -> None:
        """Begin as many deliveries as there are places, until nothing is due or time is over."""
        while self._began(pool, at_once) or self.under_way:
            done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
            for future in done:
                self._settle(future)

    def _began(self, pool: ThreadPoolExecutor, at_once: int) -> bool:
        began = False
        while len(self.under_way) < at_once and (now := self.clock()) < self.until:
            claimed = hook_sending.claim(now=now)
            if claimed is None:
                break
            self.under_way[pool.submit(send, claimed, now)] = (claimed, now)
            began = True
        return began

    def _settle(self, future: Future[Answer]) -> None:
        claimed, started = self.under_way.pop(future)
        hook_sending.settle(claimed, future.result(), started=started, now=self.clock())
        self.sent += len(claimed.parts)


def run(*, clock: Callable[[], datetime], at_once: int = AT_ONCE) -> int:
    """Send what is due, for a while; return how many deliveries were tried.

    One run at a time is enough, and a second one would keep a worker from other things: it ends at
    once.
    """
    now = clock()
    until = now + RUN_LEASE
    mine = HookPosition.objects.filter(Q(sending_until__isnull=True) | Q(sending_until__lte=now))
    if not mine.update(sending_until=until):
        return 0
    one = Run(clock, now + RUN)
    try:
        with ThreadPoolExecutor(at_once, thread_name_prefix="hooks") as pool:
            one.go(pool, at_once)
    finally:
        HookPosition.objects.filter(sending_until=until).update(sending_until=None)
    return one.sent


def send(claimed: Claim, now: datetime) -> Answer:
    """Send a receiver what was claimed; whatever goes wrong is the answer, and is tried again."""
    try:
        return _mail(claimed) if claimed.hook_type is HookType.EMAIL else _post(claimed, now)
    except DomainError as error:
        return Answer(None, error=str(error.detail))
    except Exception as error:
        log.exception("Hook %s could not be sent its events", claimed.hook_uuid)
        return Answer(None, error=f"{type(error).__name__}: {error}")


def _post(claimed: Claim, now: datetime) -> Answer:
    payload = claimed.parts[0].payload
    is_form = claimed.content_type == ContentType.FORM
    body = _form(payload) if is_form else orjson.dumps(payload)
    timestamp = int(now.timestamp())
    headers = {
        "Content-Type": "application/x-www-form-urlencoded" if is_form else "application/json",
        "User-Agent": f"EFP-Allocations/{settings.VERSION}",
        "webhook-id": payload["uuid"],
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(
            map(unseal, claimed.sealed), message_id=payload["uuid"], timestamp=timestamp, body=body
        ),
    }
    return post(claimed.address, body, headers)


def _form(payload: dict[str, Any]) -> bytes:
    """Return the keys as a form has them: texts, and JSON for what is none."""
    pairs = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in payload.items()
    }
    return urlencode(pairs).encode()


def _mail(claimed: Claim) -> Answer:
    payloads = [part.payload for part in claimed.parts]
    text = hook_mails.text(
        settings.SITE_NAME, payloads, author=claimed.author, uuid=claimed.hook_uuid
    )
    subject = hook_mails.subject(settings.SITE_NAME, payloads)
    took = mailing.send([claimed.address], subject, text)
    return Answer(TAKEN_BY_MAIL_SERVER, milliseconds=took)
