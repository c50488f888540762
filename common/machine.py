"""State machines as tables: which action leads from which states to which.

The table is data, so the services, the 409 answers, the admin's buttons, the documentation and the
tests all read the same thing. Pure: importable without Django.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from common.errors import Conflict

State = TypeVar("State", bound=StrEnum)


class IllegalTransition(Conflict):
    """The action is not possible in the present state."""

    code = "wrong_state"


def wrong_state(state: str, valid: Iterable[str]) -> IllegalTransition:
    """Return the refusal of something that is possible in other states, in Waldur's words."""
    words = [str(one) for one in valid]
    said = f"Valid states for operation: {', '.join(words)}."
    return IllegalTransition(said, state=str(state), valid_states=words)


class Machine(Generic[State]):
    """A table of actions, each with the states it may start from and the states it may end in."""

    def __init__(self, actions: Mapping[str, tuple[frozenset[State], frozenset[State]]]) -> None:
        """Take the table as it is; it is not changed afterwards."""
        self._actions = dict(actions)

    def sources(self, action: str) -> frozenset[State]:
        """Return the states in which the action is possible."""
        return self._actions[action][0]

    def targets(self, action: str) -> frozenset[State]:
        """Return the states that the action may end in."""
        return self._actions[action][1]

    def allows(self, action: str, source: State, target: State | None = None) -> bool:
        """Tell whether the action is possible from `source` (and ends in `target`, if given)."""
        sources, targets = self._actions[action]
        return source in sources and (target is None or target in targets)

    def check(self, action: str, source: State, target: State | None = None) -> None:
        """Refuse an action that the table does not have.

        :raises IllegalTransition: with Waldur's words, which its clients show to people.
        """
        if not self.allows(action, source, target):
            raise wrong_state(source, sorted(self.sources(action)))

    def possible(self, source: State) -> tuple[str, ...]:
        """Return the actions that are possible in a state, in the table's order."""
        return tuple(name for name, (sources, _) in self._actions.items() if source in sources)

    def edges(self) -> Iterator[tuple[str, State, State]]:
        """Yield every (action, source, target) of the table, for documentation and tests."""
        for name, (sources, targets) in self._actions.items():
            for source in sorted(sources):
                for target in sorted(targets):
                    yield name, source, target
