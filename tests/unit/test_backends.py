"""What every way to a site has, and that each type of offering has one."""

from __future__ import annotations

from uuid import uuid4

import pytest

from allocations import backends
from allocations.backends.base import Backend, Done, Pending, Ref, Refused, Spec
from allocations.backends.fake import FakeBackend, Unreachable
from marketplace.components import OfferingType

NAMED = [backends.load(name) for name in backends.BACKENDS.values()]


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def spec(ref: Ref) -> Spec:
    return Spec(ref, uuid4(), uuid4(), "Climate", "climate-1", "project", "customer", {"cpu": 3})


def test_every_type_of_offering_has_a_backend_and_nothing_else_has() -> None:
    assert set(backends.BACKENDS) == set(OfferingType)


def test_a_backend_is_loaded_once() -> None:
    assert [backends.load(name) for name in backends.BACKENDS.values()] == NAMED


@pytest.mark.parametrize("backend", [*NAMED, FakeBackend()], ids=lambda one: type(one).__name__)
def test_every_backend_has_what_an_order_asks_and_says_whether_it_can_stop(
    backend: Backend,
) -> None:
    asked = {"create", "set_limits", "terminate"}
    assert public(Backend) == asked
    assert asked <= public(backend)
    assert isinstance(backend.can_stop, bool)


def test_people_can_stop_and_agents_cannot() -> None:
    assert backends.stoppable_types() == {OfferingType.BASIC}


@pytest.mark.parametrize("backend", NAMED, ids=lambda one: type(one).__name__)
def test_whoever_comes_for_their_work_is_waited_for(backend: Backend) -> None:
    ref = Ref(uuid4())
    assert isinstance(backend.create(spec(ref)), Pending)
    assert isinstance(backend.set_limits(ref, {}), Pending)
    assert isinstance(backend.terminate(ref), Pending)


def test_the_site_in_memory_does_at_once_what_it_is_not_told_to_refuse() -> None:
    site = FakeBackend()
    site.script += [Refused("no"), Unreachable("down")]
    assert site.create(spec(Ref(uuid4()))) == Refused("no")
    with pytest.raises(Unreachable):
        site.create(spec(Ref(uuid4())))
    made = Ref(uuid4(), "fake-climate-1")
    assert site.create(spec(Ref(made.resource_uuid))) == Done("fake-climate-1")
    assert site.create(spec(made)) == Done("fake-climate-1")
    assert site.set_limits(made, {"cpu": 5}) == Done("fake-climate-1")
    assert site.limits == {"fake-climate-1": {"cpu": 5}}
    assert site.terminate(made) == Done("fake-climate-1")
    assert site.terminate(made) == Done("fake-climate-1")
    assert site.limits == {}
