"""Limits by person, asked where the API knows who calls; it imports nothing of the API."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import BaseThrottle

from config.throttling import limits


class PersonThrottle(BaseThrottle):
    """Refuses by person, whichever of their tokens or sessions they ask with."""

    _wait = 0

    def allow_request(self, request: Any, view: Any) -> bool:
        """Tell whether a person may ask once more."""
        key = getattr(request.user, "pk", None)
        self._wait = 0 if key is None else limits.wait_for(limits.of_person(key))
        return not self._wait

    def wait(self) -> float:
        """Return the seconds until they may."""
        return self._wait
