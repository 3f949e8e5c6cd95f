"""Failures on demand, per step of an SMTP session.

A fault is JSON: {"at": step, "times": 2} (without `times`: until cleared), for one address only with {"to": …}, and
one of {"status": 451}, {"hang_s": 30}, {"drop": true}. Steps: "connect", "auth", "sender", "recipient", "data" (the
command), "message" (its last dot). A connection dropped at "message" leaves a mail that was taken, and a sender who
does not know; with {"lost": true} it was not taken.
"""

from __future__ import annotations

from typing import Any

from sandbox.world import World

STEPS = ("connect", "auth", "sender", "recipient", "data", "message")
_FIELDS = {"at": str, "to": str, "times": int, "status": int, "hang_s": int | float, "drop": bool, "lost": bool}


def check(faults: Any) -> list[dict[str, Any]]:
    """The list of faults, as given. Raises ValueError with the reason when it is not one."""
    if not isinstance(faults, list) or not all(isinstance(fault, dict) for fault in faults):
        raise ValueError("faults is a list of objects")
    for fault in faults:
        if fault.get("at") not in STEPS:
            raise ValueError(f"at is one of {', '.join(STEPS)}")
        for name, value in fault.items():
            if name not in _FIELDS or not isinstance(value, _FIELDS[name]):
                raise ValueError(f"{name!r} is no knob of a fault, or has a wrong value")
    return faults


def every(world: World) -> list[dict[str, Any]]:
    """The faults that are set."""
    row = world.store.collection("smtp_settings").get("faults")
    return list(row["faults"]) if row else []


def put(world: World, faults: Any) -> None:
    """Set all faults anew. Raises ValueError."""
    world.store.collection("smtp_settings").put({"id": "faults", "faults": check(faults)})


def strikes(world: World, step: str, to: str = "") -> dict[str, Any] | None:
    """The fault that strikes at this step, if any; counts it."""
    with world.locked():
        faults = every(world)
        fits = (one for one in faults if one["at"] == step and one.get("to", to) == to and one.get("times") != 0)
        struck = next(fits, None)
        if struck and "times" in struck:
            struck["times"] -= 1
            put(world, faults)
        return dict(struck) if struck else None
