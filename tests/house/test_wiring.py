"""What acts on events is declared once, and acts on kinds that there are."""

from __future__ import annotations

from config.event_kinds import CATALOGUE
from config.wiring import HANDLERS, handler_named
from identity.models import EventDelivery


def test_every_kind_that_is_handled_is_in_the_catalogue() -> None:
    assert [kind for kind in HANDLERS if kind not in CATALOGUE] == []


def test_no_kind_is_named_without_a_handler_or_with_one_twice() -> None:
    assert [kind for kind, several in HANDLERS.items() if not several] == []
    assert [kind for kind, several in HANDLERS.items() if len(set(several)) < len(several)] == []


def test_every_handler_has_a_name_of_its_own_that_a_delivery_can_keep() -> None:
    handlers = {handler for several in HANDLERS.values() for handler in several}
    assert {handler for handler in handlers if handler_named(handler.name) is not handler} == set()
    longest = EventDelivery._meta.get_field("handler").max_length or 0
    assert max(len(handler.name) for handler in handlers) <= longest
