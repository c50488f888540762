"""What the published document says of an operation: from the action's docstring, and its rule.

The first line of an action's docstring is the operation's summary, the rest its description. An
action that several viewsets share speaks of `{one}`, `{the}` or `{many}`: each viewset's `noun`.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

STANDARD = {
    "list": "Answers a page of the {many} that you may see, as the parameters select and order"
    " them.",
    "retrieve": "Answers {the} with the UUID, or 404 where there is none that you may see.",
    "create": "Answers 201 with {the}; the `Location` header has its URL.",
    "destroy": "Answers 204 once {the} is gone.",
}
"""The description of actions that have none of their own."""

READS = ("list", "retrieve")
"""The actions whose description says as well what the viewset's noun is."""

PUT = "Required fields have to be sent. A field that is not sent keeps its value."
PATCH = "Only the fields that are sent are changed."


@dataclass(frozen=True)
class Noun:
    """What the rows of a viewset are called: one of them (with its article), and many."""

    one: str
    many: str

    @property
    def the(self) -> str:
        """One that is known already."""
        return "the " + self.one.partition(" ")[2]

    def put_into(self, text: str) -> str:
        """Return a text with the noun in the place of its marks."""
        for mark, words in (("{one}", self.one), ("{the}", self.the), ("{many}", self.many)):
            text = text.replace(mark, words)
        return text


@dataclass(frozen=True)
class Text:
    """What is said of one operation."""

    summary: str
    description: str


def text_of(view: Any, method: str) -> Text:
    """Return the text of the operation by which a view's action is called with an HTTP method."""
    lines = _published(getattr(view, view.action)).partition("\n")
    parts = [_one_line_each(lines[2]) or STANDARD.get(view.action, "")]
    if view.action in READS:
        parts.append(" ".join(_published(type(view)).split()))
    if view.action in {"update", "partial_update"}:
        parts.append(PATCH if method == "PATCH" else PUT)
    parts.append(f"Allowed for: {view.rule()}.")
    noun: Noun = view.noun
    summary = noun.put_into(lines[0].rstrip("."))
    description = "\n\n".join(part for part in parts if part)
    return Text(summary + _how(view, method), noun.put_into(description))


def view_description(view: Any, html: bool = False) -> str:  # noqa: FBT001, FBT002 - DRF's signature
    """Return what OPTIONS says of an address: the published text of the action or of the noun."""
    text = inspect.cleandoc(view.description or type(view).__doc__ or "").partition(":raises")[0]
    noun: Noun = view.noun
    return noun.put_into(text.strip())


def _published(documented: Any) -> str:
    """Return a docstring, without the errors that it raises: the document lists them by status."""
    return (inspect.getdoc(documented) or "").partition(":raises")[0].strip()


def _one_line_each(text: str) -> str:
    """Return paragraphs with their lines joined."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


def _how(view: Any, method: str) -> str:
    """Return what tells the ways apart in which one action is called."""
    if view.action == "partial_update" and hasattr(view, "update"):
        return ", in part"
    ways = list(getattr(getattr(view, view.action), "mapping", None) or [method.lower()])
    return "" if ways[0] == method.lower() else f" ({method})"
