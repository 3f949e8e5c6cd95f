"""What a refusal leaves behind on the cycle row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from shopify_app.billing import parking
from shopify_app.billing.gates import Effect, Refusal
from shopify_app.contracts import cycles
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.attempts import CycleSnapshot, Treatment
from shopify_app.kit.speech import kept
from shopify_app.shops.models import Shop

REFUSED_BECAUSE = kept("Shopify refused the charge: %(message)s (%(code)s)")

THROTTLED_SECONDS = 20.0
"""Machine time to leave Shopify's billing limiter alone; the limit itself is not published."""
ONCE_MORE = timedelta(minutes=10)
HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def apply(
    session: Session,
    cycle: BillingCycle,
    contract: Contract,
    refusal: Refusal,
    seen: CycleSnapshot | None,
    now: datetime,
) -> None:
    """Free the claim and put the cycle where the refusal says. `seen` is the re-read that refused, if any."""
    cycle.claimed_at = cycle.lease_until = None
    match refusal.effect:
        case Effect.BILLED:
            cycle.status = "BILLED"
        case Effect.SKIPPED:
            cycle.skipped = True
        case Effect.MOVED:
            cycle.expected_at = seen.expected_at if seen and seen.expected_at else cycle.expected_at
        case Effect.WAIT:
            # not only our row may be old: the reconciler reads the contract that was read longest ago first
            contract.read_at = _LONG_AGO
            cycle.held_reason, cycle.held_until = refusal.words, now + refusal.wait
        case Effect.PARKED:
            parking.park(session, contract, refusal.words, now, cycle)
    session.flush()
    if refusal.effect in (Effect.BILLED, Effect.SKIPPED, Effect.MOVED):
        cycles.refresh(session, session.get_one(Shop, cycle.shop_id), contract, now)


def refusal_of(code: str, message: str, treatment: Treatment) -> Refusal:
    """Return the refusal that stands for a synchronous userError of Shopify."""
    words = REFUSED_BECAUSE % {"message": message, "code": code}
    if treatment is Treatment.RESYNC:
        return Refusal(code, words, Effect.WAIT, HOUR)
    if treatment is Treatment.TOO_EARLY:
        return Refusal(code, words, Effect.WAIT, HOUR)
    if treatment is Treatment.DAILY:
        return Refusal(code, words, Effect.WAIT, _DAY)
    return Refusal(code, words, Effect.PARKED)
