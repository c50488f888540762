"""What the database refuses, said in words: which column, and why.

The database alone knows for certain whether a name is taken, and says by its name which constraint
a row breaks. A service that has an error for it names both:

    with storing.refusing(one_key_per_name=KeyTaken({"name": ["You have a key of this name."]})):
        key.save(force_insert=True)

Where no error is of its own, `storing.in_words` finds column and sentence by the model.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, Q, UniqueConstraint

from common.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import BaseConstraint, Model

    from common.errors import DomainError


class NotUnique(Invalid):
    """Another row has the value."""

    code = "not_unique"


class Contradictory(Invalid):
    """The values of a row do not go together."""

    code = "contradictory"


@contextmanager
def refusing(**errors: DomainError) -> Iterator[None]:
    """Write within the context; whoever breaks a constraint that is named here gets its error.

    A column that is unique by itself stands for its constraint, which Django names.

    :raises DomainError: the one that is given for the constraint that is broken.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = errors.get(broken_constraint(error)) or errors.get(_unique_column(error))
        if refusal is None:
            raise
        raise refusal from error


@contextmanager
def in_words(model: type[Model], called: str = "") -> Iterator[None]:
    """Write a row of a model within the context; what its constraints refuse, is said of a column.

    The sentence is the constraint's `violation_error_message`. Without one, that there is such a
    row already, by what the model is `called`, or its verbose name.

    :raises NotUnique: another row has the value; of two who write it at once, one gets this.
    :raises Contradictory: a check does not let the values pass.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = _refusal(model, error, called or str(model._meta.verbose_name))
        if refusal is None:
            raise
        raise refusal from error


def broken_constraint(error: IntegrityError) -> str:
    """Return the name of the constraint that the database says is broken, or nothing."""
    return _said_by_the_database(error, "constraint_name")


def with_article(name: str) -> str:
    """Return a noun as a sentence begins with it: A category, An offering."""
    return f"{'An' if name[0].lower() in 'aeio' else 'A'} {name}"


def _refusal(model: type[Model], error: IntegrityError, called: str) -> Invalid | None:
    broken = broken_constraint(error)
    declared = next((one for one in model._meta.constraints if one.name == broken), None)
    sentence = _sentence_of(declared)
    own = {field.column: field.name for field in model._meta.concrete_fields if field.unique}
    if isinstance(declared, CheckConstraint):
        sentence = sentence or str(declared.get_violation_error_message())
        return Contradictory({_first_column(declared.condition): [sentence]})
    if isinstance(declared, UniqueConstraint) and declared.fields:
        column = declared.fields[-1]  # those before it say among which rows
    elif unique := own.get(_unique_column(error)):
        column = unique
    else:
        return None
    words = getattr(model._meta.get_field(column), "verbose_name", column)
    sentence = sentence or f"{with_article(called)} with this {words} exists."
    return NotUnique({column: [sentence]})


def _sentence_of(constraint: BaseConstraint | None) -> str:
    """Return what a constraint says for itself; what Django makes of its name is no sentence."""
    if constraint is None:
        return ""
    said = constraint.violation_error_message
    return "" if said == constraint.default_violation_error_message else str(said)


def _first_column(condition: Any) -> str:
    """Return the column that a condition names first."""
    while isinstance(condition, Q):
        condition = condition.children[0]
    return str(condition[0]).partition("__")[0]


def _unique_column(error: IntegrityError) -> str:
    """Return the column that is unique by itself, and of which there would be two, or nothing."""
    table = _said_by_the_database(error, "table_name")
    with connection.cursor() as cursor:
        found: Any = connection.introspection.get_constraints(cursor, table) if table else {}
    broken = found.get(broken_constraint(error), {})
    columns = broken.get("columns") or []
    return str(columns[0]) if broken.get("unique") and len(columns) == 1 else ""


def _said_by_the_database(error: IntegrityError, what: str) -> str:
    said: str | None = getattr(getattr(error.__cause__, "diag", None), what, None)
    return said or ""
