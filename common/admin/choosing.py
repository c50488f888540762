"""Choosing rows by their keys and by searching: a browser may send anything for either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import IntegerField

from common.json_values import unkeepable_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Field
    from django.http import HttpRequest


def that_can_be(column: Field[Any, Any], values: Iterable[object]) -> list[str]:
    """Return those of the values that a row may have in a column; a query fails for others."""
    return [text for text in map(str, values) if _can_be(column, text)]


def _can_be(column: Field[Any, Any], text: str) -> bool:
    if unkeepable_text(text) is not None:
        return False
    if isinstance(column, IntegerField) and not text.isascii():  # digits of any script are a number
        return False
    try:
        column.clean(text, None)
    except ValidationError:
        return False
    return True


class RowSelect(AutocompleteSelect):
    """A choice of a row by searching, in which nothing is chosen by what is no key.

    Django looks for whatever the address or the former form has, before any field has judged it.
    """

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen row as the only option."""
        keys = that_can_be(self.field.target_field, value)
        return super().optgroups(name, keys, attr)


class RowSearch(AutocompleteJsonView):
    """What such a choice offers for what was typed."""

    def process_request(self, request: HttpRequest) -> Any:
        """Return what is searched for, and where.

        :raises PermissionDenied: no form asks for that: it is seen from the other side, such as the
            orders of a resource.
        """
        found = super().process_request(request)
        if not found[2].concrete:
            raise PermissionDenied
        return found
