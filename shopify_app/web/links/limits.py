"""How often links may be opened: counted in this process, per minute of machine time, and forgotten with it."""

from __future__ import annotations

from threading import Lock

from shopify_app.kit.clock import machine_now

MOST_KEYS = 50_000
PER_ADDRESS, PER_CONTRACT = 120, 30
"""Mail scanners open every link of a mail at once, often from one address for many mails."""


class Limiter:
    """Counts keys within the current minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def allows(self, key: str, most: int) -> bool:
        """Count one more for `key` and answer whether it is within `most` for this minute."""
        minute = int(machine_now().timestamp()) // 60
        with self._lock:
            if minute != self._minute or len(self._counts) > MOST_KEYS:
                self._minute, self._counts = minute, {}
            self._counts[key] = self._counts.get(key, 0) + 1
            return self._counts[key] <= most
