"""How fast we may read: the points of a shop's bucket that reading leaves to charging, and what a reading costs."""

from __future__ import annotations

import math
from datetime import timedelta

from shopify_app.gateways.shopify.client import Cost
from shopify_app.kit.db import Json

HEADROOM = 0.4
"""The share of the bucket that mass reading leaves untouched, so that charges and merchants never wait for it."""

ASK = 400
"""Points one aliased query may ask for; a single request may ask for 1,000 (Shopify docs, API limits)."""

_DAYS = {"DAY": 1.0, "WEEK": 7.0, "MONTH": 28.0, "YEAR": 365.0}


def is_low(cost: Cost) -> bool:
    """Answer whether mass reading should stop for now."""
    return cost.available < HEADROOM * cost.maximum


def wait_for_room(cost: Cost) -> timedelta:
    """Return how long (machine time) the bucket takes to be worth reading again: half-way above the headroom."""
    wanted = (HEADROOM + (1 - HEADROOM) / 2) * cost.maximum
    return timedelta(seconds=max(0.0, wanted - cost.available) / cost.restore_rate)


def cycles_in(policy: Json, span: timedelta) -> int:
    """Return how many cycles of a billing policy a span of time may touch, generously, at most a page of 250.

    Several anchors each bill within one interval.
    """
    days = _DAYS[policy["interval"]] * int(policy["intervalCount"]) / max(1, len(policy.get("anchors") or ()))
    return min(250, math.ceil(span.total_seconds() / 86400 / days) + 3)
