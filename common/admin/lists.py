"""Lists of rows: in the order of people, and with a word for what nobody can look for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import DataError, NotSupportedError, ProgrammingError, transaction

from common.sorting import as_people_sort

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest

UNASKABLE = (
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    DataError,
    NotSupportedError,
    ProgrammingError,
)
"""What Django, the calendar or the database raise for a lookup that cannot be; that the database is
away is another matter."""


class RecordList(ChangeList):
    """A list that is ordered by texts as the lists of the API are.

    What is looked for comes from the address: any lookup of any column. Django judges half of it;
    the rest fails when the calendar or the database gets it (a NUL, a year beyond all years, half a
    pattern).
    """

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Order by the keys of texts."""
        return as_people_sort(self.model, super().get_ordering(request, queryset))

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return what was looked for.

        :raises IncorrectLookupParameters: it cannot be.
        """
        return self._judged(lambda: super(RecordList, self).get_queryset(request, *args, **kwargs))

    def get_results(self, request: HttpRequest) -> None:
        """Count and page what was looked for: the first time that the database hears of it.

        :raises IncorrectLookupParameters: it cannot be.
        """

        def counted() -> None:
            with transaction.atomic():  # a query that fails shall end nobody else's transaction
                super(RecordList, self).get_results(request)

        self._judged(counted)

    def _judged(self, look: Callable[[], Any]) -> Any:
        try:
            return look()
        except UNASKABLE as error:
            if not self.params:  # then it is a fault of ours
                raise
            raise IncorrectLookupParameters(error) from error
