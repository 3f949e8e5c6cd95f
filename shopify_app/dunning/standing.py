"""Is the state still what a case's last step left? Asked under the contract's lock before anything is done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.billing.models import FAILED, OPEN_STATES, BillingAttempt
from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, PAUSED, BillingCycle, Contract
from shopify_app.dunning.models import DunningCase
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop

OVERTAKEN = {PAUSED: "paused", CANCELLED: "ended", EXPIRED: "ended"}


@dataclass(frozen=True)
class Standing:
    """`closed`: the case was overtaken, and why. `waits`: something is under way, or a person decides."""

    closed: str | None = None
    waits: str | None = None


def judge(session: Session, case: DunningCase, contract: Contract, cycle: BillingCycle | None) -> Standing:
    """Return what keeps a case from its next step; neither when nothing does."""
    if cycle is None:
        return Standing(closed="gone")
    if cycle.status == "BILLED":
        return Standing(closed="paid")
    if cycle.skipped:
        return Standing(closed="skipped")
    if contract.status in OVERTAKEN:
        return Standing(closed=OVERTAKEN[contract.status])
    if cycle.parked_reason or contract.parked_reason:
        return Standing(waits="parked")
    last = last_attempt(session, cycle)
    if last is None or (last.id != case.attempt_id and last.state == FAILED):
        return Standing(waits="following")  # its outcome has not been followed yet
    if last.state in OPEN_STATES:
        return Standing(waits="charging")
    if last.expected_at is not None and last.expected_at != cycle.expected_at:
        return Standing(closed="moved")
    return Standing(waits=_waits(session, contract, cycle))


def _waits(session: Session, contract: Contract, cycle: BillingCycle) -> str | None:
    if contract.billing_stopped_at or not session.get_one(Shop, cycle.shop_id).may_bill or contract.status != ACTIVE:
        return "stopped"
    if cycle.attempted_at is None:
        return "charging"  # it was given back to the queue of charges, where a gate may hold it for a while
    if cycle.lease_until is not None and cycle.lease_until > machine_now():
        return "busy"
    return None


def last_attempt(session: Session, cycle: BillingCycle) -> BillingAttempt | None:
    """Return the cycle's latest attempt that was sent, or is about to be."""
    query = select(BillingAttempt).where(
        BillingAttempt.shop_id == cycle.shop_id,
        BillingAttempt.contract_id == cycle.contract_id,
        BillingAttempt.cycle_index == cycle.cycle_index,
        BillingAttempt.state != "refused",
    )
    return session.scalars(query.order_by(BillingAttempt.attempt_number.desc()).limit(1)).first()
