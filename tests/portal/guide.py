"""Where a walk goes next: along links that lead to what the document promises and has not shown, until it has."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.portal.journey import Journey

FOR_GOOD = frozenset({"doCancel", "doWithdraw", "doDateOrderNow"})
"""What cannot be taken back comes last."""
BACK = frozenset({"undo", "undoDate"})
STEPS = 40
"""Of one walk, and one more where something is left to be taken back."""


class Guide:
    """Takes the place of Schemathesis's own `TransitionController`, which is asked before each step.

    Only answers that still hold lead on: after a deed, its own. What a deed says can be taken back is taken back, so
    that the next finds the subscription as it was. Looks come before deeds, and each operation is led to once.
    """

    def __init__(self, journey: Journey, done: set[str]) -> None:
        """`done`: what the same shopper's walks before have been led to; it grows."""
        self.journey, self.done = journey, done
        self.holds: set[str] = set()
        self.refused: set[str] = set()
        self.owed: Set[str] = frozenset()
        self.next: Set[str] = frozenset()
        self.steps = 0

    @property
    def is_over(self) -> bool:
        """True when no link leads to anything wanted, or the walk has been long."""
        return self.steps > 0 and not self.owed and ((not self.next and self.is_fresh) or self.steps >= STEPS)

    def allow_root_transition(self, label: str, bundles: Any) -> bool:
        """Begin with what no link leads to, and again where no link leads on."""
        return not self.next and self._is_root(self.journey.names[label])

    def allow_transition(self, source: str, target: str) -> bool:
        return self.journey.names[source] in self.holds and self.journey.names[target] in self.next

    def record_step(self, *of: Any) -> None:
        """Nothing is to be kept: `answered` hears of it."""

    record_productive_root = record_step

    def answered(self, name: str, said: dict[str, Any] | None) -> None:
        """Hear what an operation said, None when it was refused, and decide where to go."""
        self.done.add(name)
        self.steps += 1
        self.is_fresh = self._is_root(name)
        was_owed = name in self.owed
        if name in self.journey.deeds:
            self.holds.clear()
        (self.refused if said is None else self.holds).add(name)
        can_undo = said is not None and said.get("undo") is not None and not was_owed
        self.owed = self.journey.links[name] & (BACK | {name}) if can_undo else frozenset()
        wanted = {each for each in self.journey.links if self.journey.missing(each)} - self.done
        looks, deeds = wanted - self.journey.deeds, wanted - FOR_GOOD
        self.next = self.owed or self._towards(looks) or self._towards(deeds) or self._towards(wanted)

    def _is_root(self, name: str) -> bool:
        return not any(name in targets for targets in self.journey.links.values())

    def _towards(self, wanted: Set[str]) -> Set[str]:
        """Return the first steps of all shortest ways to something wanted."""
        ways = {name: {name} for each in self.holds for name in self.journey.links[each] - self.refused}
        reached: set[str] = set(ways)
        while ways:
            if found := {first for first, edge in ways.items() if edge & wanted}:
                return found
            ways = {first: self._beyond(edge) - reached for first, edge in ways.items()}
            ways = {first: edge for first, edge in ways.items() if edge}
            reached.update(*ways.values())
        return frozenset()

    def _beyond(self, names: Set[str]) -> set[str]:
        return {target for name in names for target in self.journey.links[name]} - self.refused
