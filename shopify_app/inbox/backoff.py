"""When a failed message is tried again, and when it is parked. Pure; all times are machine time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError

from shopify_app.gateways.shopify.errors import BadRequest, InstallRefused, ShopifyError, Throttled, UserErrors
from shopify_app.kit.clock import ClockUnreachable
from shopify_app.kit.crypto import SecretUnreadable

MAX_TRIES = 8
MAX_WAIT = timedelta(minutes=10)
OUTAGE_PATIENCE = timedelta(hours=24)


class ReadAgain(Exception):
    """What was read is older than what we hold: ask again in a moment."""


@dataclass(frozen=True)
class Verdict:
    """`counts`: this failure is the message's own fault. `park`: a person must look."""

    wait: timedelta
    counts: bool
    park: bool


def judge(error: Exception, tries: int, received_at: datetime, machine_now: datetime) -> Verdict:
    """Say what becomes of a message after its `tries`-th failure.

    An outage, a refused token or a throttled shop is not the message's fault: it waits a day before it is parked.
    """
    age = machine_now - received_at
    if isinstance(error, ReadAgain):
        return Verdict(timedelta(seconds=2), counts=False, park=age > OUTAGE_PATIENCE)
    if isinstance(error, Throttled):
        wait = timedelta(seconds=max(1.0, error.wait_seconds))
        return Verdict(min(wait, MAX_WAIT), counts=False, park=age > OUTAGE_PATIENCE)
    if _is_outage(error):
        wait = min(max(age / 4, timedelta(seconds=5)), MAX_WAIT)
        return Verdict(wait, counts=False, park=age > OUTAGE_PATIENCE)
    return Verdict(min(timedelta(seconds=2**tries), MAX_WAIT), counts=True, park=tries >= MAX_TRIES)


def _is_outage(error: Exception) -> bool:
    """Somebody else's trouble: Shopify's, the database's, the clock's, an operator's who changed the key."""
    if isinstance(error, ShopifyError):
        return not isinstance(error, BadRequest | UserErrors | InstallRefused)
    return isinstance(error, ClockUnreachable | OperationalError | SecretUnreadable)
