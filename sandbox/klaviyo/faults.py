"""Failures on demand, per operation of the SDK: statuses, a hang, a reset before or after the work is done.

A fault is JSON: {"operation": "create_event" or "*", "times": 2} (without `times`: until cleared) and one of
{"status": 429, "retry_after": 3}, {"status": 500}, {"status": 502, "html": true}, {"status": 503},
{"hang_s": 30}, {"reset": "before"}, {"reset": "after"}. With {"probability": 0.3, "seed": 1} it strikes three calls
in ten, by a dice that falls the same way each time. The first that strikes is used. 502 and 504 come from the CDN in
front of Klaviyo as HTML; a reset *after* the work shows why `unique_id` must stay the same on a retry, and so does a
hang: the work is done when it ends.
"""

from __future__ import annotations

import time
from random import Random
from typing import Any

from flask import Response

from sandbox.klaviyo.limits import OPERATIONS
from sandbox.klaviyo.problems import Problem, Refused, throttled
from sandbox.klaviyo.state import Klaviyo
from sandbox.wire import mischief

TITLES = {500: "Internal server error.", 503: "Service unavailable.", 504: "Gateway timeout."}
NUMBERS = {"times", "status", "retry_after", "hang_s", "probability", "seed", "thrown"}
FIELDS = {"operation", "html", "reset", *NUMBERS}
WHEN = {"before", "after"}


def check(faults: Any) -> list[dict[str, Any]]:
    """The list of faults, as given. Raises ValueError with the reason when it is not one."""
    if not isinstance(faults, list) or not all(isinstance(fault, dict) for fault in faults):
        raise ValueError("faults is a list of objects")
    for fault in faults:
        if unknown := set(fault) - FIELDS:
            raise ValueError(f"a fault has no {sorted(unknown)}; it has {sorted(FIELDS)}")
        if fault.get("operation") not in OPERATIONS:
            raise ValueError(f"operation is one of {sorted(OPERATIONS)}")
        if fault.get("reset", "before") not in WHEN:
            raise ValueError('reset is "before" or "after"')
        for name in NUMBERS:
            if not isinstance(fault.get(name, 0), int | float):
                raise ValueError(f"{name} is a number")
        if not 0 <= fault.get("probability", 1) <= 1:
            raise ValueError("probability is between 0 and 1")
    return faults


def before(klaviyo: Klaviyo, operation: str) -> Response | None:
    """Play the fault that strikes before the work; an answer that replaces the work, or None. May raise Refused."""
    fault = _take(klaviyo, operation, after=False)
    if not fault:
        return None
    if fault.get("hang_s"):
        time.sleep(fault["hang_s"])  # outside the world's lock: only this request hangs
    if fault.get("reset"):
        mischief.reset()
    status = fault.get("status")
    if status == 429:
        raise throttled(int(fault.get("retry_after", 1)))
    if status and fault.get("html"):
        return Response(f"<html><head><title>{status}</title></head></html>", status, mimetype="text/html")
    if status:
        title = TITLES.get(status, "Error.")
        raise Refused(Problem(status, "error", title, title, "/data"))
    return None


def after(klaviyo: Klaviyo, operation: str) -> None:
    """Play the fault that strikes when the work is done: the sender never hears of it."""
    if _take(klaviyo, operation, after=True):
        mischief.reset()


def _take(klaviyo: Klaviyo, operation: str, *, after: bool) -> dict[str, Any] | None:
    with klaviyo.world.locked():
        faults = klaviyo.settings["faults"]
        struck = next((fault for fault in faults if _fits(fault, operation, after) and _strikes(fault)), None)
        if struck and "times" in struck:
            struck["times"] -= 1
        if faults:
            klaviyo.set(faults=faults)
        return dict(struck) if struck else None


def _fits(fault: dict[str, Any], operation: str, after: bool) -> bool:
    is_named = fault["operation"] in ("*", operation)
    return is_named and (fault.get("reset") == "after") == after and fault.get("times") != 0


def _strikes(fault: dict[str, Any]) -> bool:
    """Throw the dice, if there is one; `thrown` counts, so that a world read from disk goes on where it was."""
    if "probability" not in fault:
        return True
    fault["thrown"] = fault.get("thrown", 0) + 1
    return Random(f"{fault.get('seed', 0)}:{fault['thrown']}").random() < fault["probability"]
