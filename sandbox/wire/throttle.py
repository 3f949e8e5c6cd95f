"""The leaky bucket: query cost per app and shop, on machine time.

Shopify docs (API limits): THROTTLED arrives as HTTP 200 with ``errors[0].extensions.code``; a single operation
above 1,000 requested points is refused whatever the bucket holds.
"""

from __future__ import annotations

import time
from typing import Any

from sandbox.world import World

MAX_COST = 1_000


class Throttle:
    """The buckets of all shops, in memory: a restart fills them, as nothing depends on them surviving."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._buckets: dict[str, tuple[float, float]] = {}

    def admit(self, shop: str, requested: int) -> bool:
        """Take the requested cost out of the bucket, or refuse and take nothing."""
        available = self._available(shop)
        if requested > available:
            return False
        self._buckets[shop] = (available - requested, time.monotonic())
        return True

    def settle(self, shop: str, requested: int, actual: int) -> None:
        """Give back what was held and not used."""
        limit = self._world.faults["throttle"]["bucket"]
        refund = max(0, requested - actual)
        self._buckets[shop] = (min(limit, self._available(shop) + refund), time.monotonic())

    def extensions(self, shop: str, requested: int, actual: int | None) -> dict[str, Any]:
        """The ``extensions.cost`` of an answer."""
        knobs = self._world.faults["throttle"]
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": float(knobs["bucket"]),
                "currentlyAvailable": int(self._available(shop)),
                "restoreRate": float(knobs["restore_rate"]),
            },
        }

    def reset(self) -> None:
        """Full buckets."""
        self._buckets.clear()

    def _available(self, shop: str) -> float:
        knobs = self._world.faults["throttle"]
        level, at = self._buckets.get(shop, (knobs["bucket"], time.monotonic()))
        return float(min(knobs["bucket"], level + (time.monotonic() - at) * knobs["restore_rate"]))
