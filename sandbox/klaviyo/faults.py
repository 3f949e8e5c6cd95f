"""Failures on demand, per operation of the SDK: statuses, a hang, a reset before or after the work is done.

A fault is JSON: {"operation": "create_event" or "*", "times": 2} (without `times`: until cleared) and one of
{"status": 429, "retry_after": 3}, {"status": 500}, {"status": 502, "html": true}, {"status": 503},
{"hang_s": 30}, {"reset": "before"}, {"reset": "after"}. The first that fits is used. 502 and 504 come from the
CDN in front of Klaviyo as HTML; a reset *after* the work shows why `unique_id` must stay the same on a retry.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Response

from sandbox.klaviyo.problems import Problem, Refused, throttled
from sandbox.klaviyo.state import Klaviyo
from sandbox.wire import mischief

TITLES = {500: "Internal server error.", 503: "Service unavailable.", 504: "Gateway timeout."}
FIELDS = {"operation", "times", "status", "retry_after", "html", "hang_s", "reset"}
OPERATIONS = {"*", "create_event", "bulk_create_events", "create_or_update_profile", "get_accounts", "get_metrics"}
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
        for name in ("times", "status", "retry_after", "hang_s"):
            if not isinstance(fault.get(name, 0), int | float):
                raise ValueError(f"{name} is a number")
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
        for fault in klaviyo.settings["faults"]:
            fits = fault["operation"] in ("*", operation) and (fault.get("reset") == "after") == after
            if fits and fault.get("times") != 0:
                if "times" in fault:
                    fault["times"] -= 1
                    klaviyo.set(faults=klaviyo.settings["faults"])
                return dict(fault)
    return None
