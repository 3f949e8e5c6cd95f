"""How often an account may be asked: a bucket per account and endpoint, below Klaviyo's own limits.

Private keys share one quota with every other integration of the account, so some of it is left to them
(Klaviyo docs: rate limits; 3,500 single events and 150 bulk requests a minute, 350 and 10 a second).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.models import KlaviyoBucket


@dataclass(frozen=True)
class Endpoint:
    """`burst` requests at once, then `per_second`; so at most `burst + 60 × per_second` in any minute."""

    name: str
    burst: float
    per_second: float


SINGLE = Endpoint("create_event", 60, 49)
"""At most 3,000 in any minute."""
BULK = Endpoint("bulk_create_events", 6, 1.9)
"""At most 120 in any minute."""
PROFILES = Endpoint("create_or_update_profile", 30, 9.5)
"""At most 600 in any minute."""


def refilled(endpoint: Endpoint, tokens: float, seconds: float) -> float:
    """Return what a bucket holds when `seconds` have passed. Pure; a clock that went back refills nothing."""
    return min(endpoint.burst, tokens + max(0.0, seconds) * endpoint.per_second)


def take(session: Session, account_id: str, endpoint: Endpoint, wanted: int, machine_now: datetime) -> int:
    """Take up to `wanted` requests out of an account's bucket, in the caller's transaction; returns how many."""
    new = {"account_id": account_id, "endpoint": endpoint.name, "tokens": endpoint.burst, "at": machine_now}
    session.execute(insert(KlaviyoBucket).values(new).on_conflict_do_nothing())
    row = session.get_one(KlaviyoBucket, (account_id, endpoint.name), with_for_update=True, populate_existing=True)
    held = refilled(endpoint, row.tokens, (machine_now - row.at).total_seconds())
    taken = min(wanted, int(held))
    row.tokens, row.at = held - taken, max(row.at, machine_now)
    return taken


def seconds_until_one(endpoint: Endpoint) -> float:
    """Return how long an empty bucket needs for one request, in seconds of machine time."""
    return 1 / endpoint.per_second
