"""Failures on demand, per GraphQL operation: 5xx, a hang, a connection reset before or after the work is done.

A reset *after* processing is the case that decides whether an app charges twice: Shopify has acted, and the
app never hears of it.
"""

from __future__ import annotations

import socket
import time
from typing import Any

from flask import request

from sandbox.world import World


def before(world: World, operation: str) -> int | None:
    """Play the faults that strike before the work; returns an HTTP status to answer with, or None."""
    with world.locked():
        fault = _strikes(world, operation, ("status", "hang_s", "reset"), skip_reset="after")
    if not fault:
        return None
    if "hang_s" in fault:
        time.sleep(fault["hang_s"])
    if fault.get("reset") == "before":
        reset()
    return fault.get("status")


def after(world: World, operation: str) -> None:
    """Play the fault that strikes after the work: the answer never arrives."""
    with world.locked():
        fault = _strikes(world, operation, ("reset",), skip_reset="before")
    if fault:
        reset()


def reset() -> None:
    """Drop the connection without an answer."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    raise Dropped


class Dropped(ConnectionResetError):
    """The server is to forget the request; werkzeug treats it as a client that went away."""


def _strikes(world: World, operation: str, kinds: tuple[str, ...], skip_reset: str) -> dict[str, Any] | None:
    """The fault set for this operation (or "*"), if the dice and its ``times`` say so."""
    knobs = world.faults["graphql"]
    fault = knobs.get(operation) or knobs.get("*")
    if not fault or not any(k in fault for k in kinds) or fault.get("reset") == skip_reset:
        return None
    if fault.get("times") == 0 or not world.faults.happens(fault.get("probability", 1)):
        return None
    if "times" in fault:
        fault["times"] -= 1
        world.faults.set({"graphql": {}})
    return dict(fault)
