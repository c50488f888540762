"""What an order says of the allocation beside its limits: name, description, end date, options."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common import names
from common.errors import Invalid
from common.times import OutOfRange, day_from, days_after
from marketplace import options as option_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from marketplace.models import Offering

NAME_LENGTH = 255


class InvalidAttributes(Invalid):
    """Name, description or end date are not what they should be."""

    code = "invalid_attributes"


@dataclass(frozen=True)
class ParsedAttributes:
    """The attributes as they were sent, and what was found among them."""

    values: dict[str, Any]
    name: str
    description: str
    end_date: date | None
    changeable: dict[str, Any] | None


def read(given: Mapping[str, Any] | None, offering: Offering, *, now: datetime) -> ParsedAttributes:
    """Return what the attributes of an order say; None stands for an order that has none.

    :raises InvalidOptions: an attribute is not what the offering asks for.
    :raises InvalidAttributes: the name or the end date cannot be.
    """
    option_rules.check(given, offering.options)
    values = dict(given or {})
    return ParsedAttributes(
        values=values,
        name=_text(values, "name", longest=NAME_LENGTH),
        description=_text(values, "description"),
        end_date=_end_date(values, offering.plugin_options, now.date()),
        changeable=option_rules.chosen(values, offering.resource_options),
    )


def _text(values: Mapping[str, Any], name: str, longest: int | None = None) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise InvalidAttributes({name: ["Not a valid string."]})
    if name in names.NAMES and (why := names.fault(value)):
        raise InvalidAttributes({name: [why]})
    if longest is not None and len(value) > longest:
        message = f"Ensure this field has no more than {longest} characters."
        raise InvalidAttributes({name: [message]})
    return value


def _end_date(values: Mapping[str, Any], options: Mapping[str, Any], today: date) -> date | None:
    """Return the end date among the attributes, or the one that the offering gives."""
    given = values.get("end_date")
    if given is None or given == "":
        return _default_end(options, today)
    try:
        end_date = day_from(given)
    except OutOfRange as error:
        raise InvalidAttributes({"end_date": [str(error)]}) from error
    except ValueError as error:
        message = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
        raise InvalidAttributes({"end_date": [message]}) from error
    if end_date < today:
        raise InvalidAttributes({"end_date": ["Cannot be earlier than the current date."]})
    latest = _latest_end(options, today)
    if latest is not None and end_date > latest:
        raise InvalidAttributes({"end_date": [f"Cannot be later than {latest.isoformat()}."]})
    return end_date


def _default_end(options: Mapping[str, Any], today: date) -> date | None:
    if options.get("is_resource_termination_date_required") is not True:
        return None
    days = _days(options, "default_resource_termination_offset_in_days")
    if days is None:
        raise InvalidAttributes({"end_date": ["This field is required."]})
    return days_after(today, days)


def _latest_end(options: Mapping[str, Any], today: date) -> date | None:
    days = _days(options, "max_resource_termination_offset_in_days")
    fixed = options.get("latest_date_for_resource_termination")
    ends = [] if days is None else [days_after(today, days)]
    if isinstance(fixed, str):
        with suppress(ValueError):  # stored before dates were asked for: it binds nobody
            ends.append(day_from(fixed))
    return min(ends, default=None)


def _days(options: Mapping[str, Any], name: str) -> int | None:
    """Return a number of days, also if it was sent as `30.0`; None where none is set."""
    days = options.get(name)
    if isinstance(days, bool) or not isinstance(days, int | float) or days != days // 1:
        return None
    return int(days)
