"""How often an operation may be called: so often a second, so often a minute, each in fixed windows.

The numbers are Klaviyo's (docstrings of klaviyo-api 25.0.0, "Rate limits"). Every private key of an account draws on
the same quota; an app's token has one of its own (Klaviyo docs: rate limits). The headers are in the form others have
recorded: limit, remaining and reset speak of the second, the minute is only named. A refusal has none of them.

When a window begins is not published: here with the first call after the last one ended. Windows run in machine time,
unless the setting `rate_clock` holds them still.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.klaviyo.problems import throttled

if TYPE_CHECKING:
    from sandbox.klaviyo.state import Klaviyo
    from sandbox.world.store import Row

# operation: calls per second, calls per minute
LIMITS: dict[str, tuple[int, int]] = {
    "create_event": (350, 3_500),
    "get_events": (350, 3_500),
    "bulk_create_events": (10, 150),
    "get_metrics": (10, 150),
    "create_or_update_profile": (75, 750),
    "get_accounts": (1, 15),
}
OPERATIONS = {"*", *LIMITS}


@dataclass
class Window:
    """One fixed window: how long it is, when it began, how many calls it has seen."""

    length_s: int
    began: float = -math.inf
    used: int = 0

    def roll(self, now: float) -> None:
        """Begin anew if the last one is over, or if a held clock was set back."""
        if not self.began <= now < self.began + self.length_s:
            self.began, self.used = now, 0

    def left_s(self, now: float) -> float:
        """Seconds until it ends."""
        return self.began + self.length_s - now


def check(limits: Any) -> None:
    """Raises ValueError with the reason when this is not a setting `limits`."""
    if not isinstance(limits, dict) or not set(limits) <= OPERATIONS:
        raise ValueError(f"limits is an object; its names are among {sorted(OPERATIONS)}")
    for pair in limits.values():
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(n, int) and n > 0 for n in pair):
            raise ValueError("a limit is [calls per second, calls per minute], both at least 1")


def count(klaviyo: Klaviyo, credential: Row, operation: str) -> dict[str, str]:
    """Count one call; returns the headers of its answer. Raises Refused (429), and then counts nothing."""
    now = _machine_now(klaviyo)
    limits = _limits(klaviyo, operation)
    windows = _windows(klaviyo, credential, operation)
    for window in windows:
        window.roll(now)
    full = [window.left_s(now) for window, limit in zip(windows, limits, strict=True) if window.used >= limit]
    if full:
        raise throttled(max(1, math.ceil(max(full))))
    for window in windows:
        window.used += 1
    burst, steady = limits
    return {
        "RateLimit-Limit": f"{burst}, {burst};w=1, {steady};w=60",
        "RateLimit-Remaining": str(burst - windows[0].used),
        "RateLimit-Reset": str(int(windows[0].left_s(now))),
    }


def _windows(klaviyo: Klaviyo, credential: Row, operation: str) -> tuple[Window, Window]:
    """Those of the account's keys together, or of this one token."""
    owner = credential["id"] if credential["kind"] == "oauth" else ""
    every: dict[Any, tuple[Window, Window]] = klaviyo.world.caches.setdefault("klaviyo_windows", {})
    return every.setdefault((credential["account"], owner, operation), (Window(1), Window(60)))


def _limits(klaviyo: Klaviyo, operation: str) -> tuple[int, int]:
    given = klaviyo.settings["limits"]
    burst, steady = given.get(operation) or given.get("*") or LIMITS[operation]
    return burst, steady


def _machine_now(klaviyo: Klaviyo) -> float:
    held = klaviyo.settings["rate_clock"]
    return time.time() if held is None else float(held)
