"""What is done to a run: calls that fail by turns, webhooks that are lost or come twice, deaths from outside."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from tests.chaos.machine import Machine, victims

WEBHOOKS = {"loss": 0.2, "duplicate": 0.2, "shuffle": 0.1}
CALLS: tuple[dict[str, Any], ...] = (
    {"probability": 0.1, "status": 503},
    {"probability": 0.1, "reset": "after"},
    {"probability": 0.1, "reset": "before"},
)
"""One call in ten: an error, an answer that is lost after the work was done, or a connection cut before it. The
sandbox holds one kind of failure at a time: they take turns."""
TURN_S = 0.7


class Fire:
    """Call `strike` often; it does what is due (real seconds). `put_out` ends all of it but what has happened."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._dice = Random(machine.plan.seed)
        self._victims = victims(self._dice)
        self._turn, self._next_turn = 0, time.monotonic()
        self._next_kill = self._next_turn + machine.plan.kill_after_s[0]
        machine.control("POST", "/faults", webhooks=WEBHOOKS)

    def strike(self) -> None:
        if time.monotonic() > self._next_turn:
            self._machine.control("POST", "/faults", graphql={"*": CALLS[self._turn % len(CALLS)]})
            self._turn, self._next_turn = self._turn + 1, time.monotonic() + TURN_S
        if time.monotonic() > self._next_kill and self._machine.ready():
            self._machine.kill(next(self._victims))
            self._next_kill = time.monotonic() + self._dice.uniform(*self._machine.plan.kill_after_s)

    def put_out(self) -> None:
        for knob in ("webhooks", "graphql"):
            self._machine.control("DELETE", f"/faults/{knob}")
