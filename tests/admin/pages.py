"""Where the admin's pages are, what they say, and how staff actions are done through them."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from django.contrib.messages import get_messages
from django.db.models import Model
from django.urls import reverse

if TYPE_CHECKING:
    from django.test import Client


def address(model: type[Model] | Model, page: str, *args: Any) -> str:
    """Return where a page of a model is."""
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)


def page_of(row: Model) -> str:
    """Return where a row's page is."""
    return address(row, "change", row.pk)


def action_address(name: str, *rows: Model) -> str:
    """Return where a staff action is confirmed for rows."""
    keys = ",".join(str(row.pk) for row in rows)
    return f"{address(rows[0], 'do', name)}?rows={keys}"


def do(client: Client, action: str, /, *rows: Model, **asked: Any) -> Any:
    """Do a staff action to rows: what the browser sends when its form is confirmed."""
    return client.post(action_address(action, *rows), asked)


def change(client: Client, row: Model, **changes: str) -> Any:
    """Send the form of a row's page as it came, but for the changes."""
    form = client.get(page_of(row)).context["adminform"].form
    return client.post(page_of(row), sent(form) | changes)


def sent(form: Any) -> dict[str, Any]:
    """Return what a browser sends of a form as it came; of a list without a choice, nothing."""
    values = {name: _sent(form[name].value()) for name in form.fields}
    return {name: value for name, value in values.items() if value != []}


def _sent(value: Any) -> Any:
    if isinstance(value, list):
        return [choice.pk if isinstance(choice, Model) else choice for choice in value]
    return "" if value is None else value


def said(response: Any) -> list[str]:
    """Return the messages that the next page will show."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def text(response: Any) -> str:
    """Return what a page says, without its markup."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def buttons(client: Client, row: Model) -> list[str]:
    """Return the actions that a row's page offers."""
    return [action["label"] for action in client.get(page_of(row)).context["staff_actions"]]
