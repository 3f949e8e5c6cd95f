"""The request log: what was asked of the sandbox lately, and which parts of Shopify it was asked for in vain."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from sandbox.world.clock import machine_now

KEPT = 5_000


class RequestLog:
    """The last requests, newest last, in memory only (machine time)."""

    def __init__(self) -> None:
        self.entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.unmodelled: Counter[str] = Counter()

    def add(self, **entry: Any) -> None:
        """Note one request: operation, shop, status, cost, machine milliseconds."""
        self.entries.append({"at": machine_now().isoformat(), **entry})

    def named(self, operation: str) -> list[dict[str, Any]]:
        """The requests of one operation name, oldest first."""
        return [e for e in self.entries if e.get("operation") == operation]

    def clear(self) -> None:
        """Forget all of it."""
        self.entries.clear()
        self.unmodelled.clear()
