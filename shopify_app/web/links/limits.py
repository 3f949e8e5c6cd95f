"""How often links may be opened, per minute of machine time: counted in Redis by all processes together.

Without Redis each process counts for itself. Nothing is kept longer than two minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from threading import Lock

from shopify_app.kit.clock import machine_now

MOST_KEYS = 50_000
KEPT_SECONDS = 120
PER_ADDRESS, PER_CONTRACT = 120, 30
"""Mail scanners open every link of a mail at once, often from one address for many mails."""


class Limiter:
    """Counts keys within the current minute. `together` counts for all processes (`Wakeups.count`)."""

    def __init__(self, together: Callable[[str, int], int | None]) -> None:
        self._together = together
        self._lock = Lock()
        self._minute = 0
        self._is_alone = False
        self._counts: dict[str, int] = {}

    def allows(self, key: str, most: int) -> bool:
        """Count one more for `key` and answer whether it is within `most` for this minute."""
        minute = int(machine_now().timestamp()) // 60
        own = self._own(minute, key)
        if own > most or self._is_alone:
            return own <= most
        # digested, because a key may hold somebody's address
        shared = self._together(f"{minute}:{sha256(key.encode()).hexdigest()[:24]}", KEPT_SECONDS)
        self._is_alone = shared is None  # until the minute ends, so that no page waits for a dead Redis again
        return max(own, shared or 0) <= most

    def _own(self, minute: int, key: str) -> int:
        with self._lock:
            if minute != self._minute or len(self._counts) > MOST_KEYS:
                self._minute, self._counts, self._is_alone = minute, {}, False
            self._counts[key] = self._counts.get(key, 0) + 1
            return self._counts[key]
