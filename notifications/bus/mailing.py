"""Mail to people, in plain text."""

from __future__ import annotations

import time
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage

from common.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence


class NotSent(DomainError):
    """The mail server did not take a mail."""

    code = "mail_not_sent"


def send(to: Sequence[str], subject: str, text: str) -> int:
    """Hand one mail for all recipients to the mail server; return the milliseconds that it took.

    :raises NotSent: the server could not be reached, or refused it.
    """
    started = time.monotonic()
    # Programs that answer mail, such as those of people on holiday, leave such a one alone.
    headers = {"Auto-Submitted": "auto-generated"}
    mail = EmailMessage(one_line(subject), text, to=list(to), headers=headers)
    try:
        mail.send()
    except (OSError, SMTPException, ValueError) as error:
        raise NotSent(f"{type(error).__name__}: {error}") from error
    return round((time.monotonic() - started) * 1000)


def one_line(text: str) -> str:
    """Return a text as one line: names are what people typed, and a subject is one line."""
    return " ".join(text.split())
