"""Query parameters of the list of searches."""

from __future__ import annotations

from allocations.lifecycle import ImportState
from common.api.filters import ApiFilterSet, Before, Choices, OneUuid, Ordering, Since


class BackendResourceRequestFilter(ApiFilterSet):
    """Searches by offering, state and time: a program that polls asks for `state=Sent`."""

    created = Since("created")
    created_before = Before("created")
    finished = Since("finished")
    modified = Since("modified")
    modified_before = Before("modified")
    offering_uuid = OneUuid("offering__uuid")
    started = Since("started")
    state = Choices("state", ImportState)
    o = Ordering({"created": "created"})
