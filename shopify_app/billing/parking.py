"""Parked: a cycle or a whole contract is not charged until a person has read why and released it.

The caller holds the contract's lock. A released cycle goes through every gate again; only lateness and the safety
bound, which the person has overruled, are not asked once more. What Shopify says is never overruled.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopify_app.billing.models import UNKNOWN, BillingAttempt
from shopify_app.contracts import cycles
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.record import record
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import Shop


def park(session: Session, contract: Contract, reason: str, now: datetime, cycle: BillingCycle | None = None) -> None:
    """Let a person decide about a cycle, or about the contract as a whole. `reason`: a sentence for that person."""
    place = cycle or contract
    if place.parked_reason == reason:
        return
    place.parked_reason = reason
    if cycle:
        cycle.released_at = None
    _tell(session, contract, cycle, "charge.parked", now, actor="perennial", after={"reason": reason})


def release(
    session: Session, contract: Contract, actor: str, now: datetime, cycle: BillingCycle | None = None
) -> bool:
    """Undo `park` for a person (`actor`, e.g. "merchant:42"); answers False when nothing was parked."""
    place = cycle or contract
    if place.parked_reason is None:
        return False
    before = {"reason": place.parked_reason}
    place.parked_reason = None
    if cycle:
        cycle.released_at = now
        _look_at_once(session, cycle, now)
    session.flush()
    cycles.refresh(session, session.get_one(Shop, contract.shop_id), contract, now)
    _tell(session, contract, cycle, "charge.released", now, actor=actor, before=before)
    return True


def lift(session: Session, contract: Contract, cycle: BillingCycle, now: datetime) -> None:
    """What a cycle was parked for is over by itself. No person has looked, so no gate is overruled."""
    before = {"reason": str(cycle.parked_reason)}
    cycle.parked_reason = None
    session.flush()
    cycles.refresh(session, session.get_one(Shop, contract.shop_id), contract, now)
    _tell(session, contract, cycle, "charge.released", now, actor="perennial", before=before)


def _look_at_once(session: Session, cycle: BillingCycle, now: datetime) -> None:
    """An attempt of unknown fate is asked for again, and sent again with its own key if Shopify never had it."""
    session.execute(
        update(BillingAttempt)
        .where(
            BillingAttempt.contract_id == cycle.contract_id,
            BillingAttempt.cycle_index == cycle.cycle_index,
            BillingAttempt.state == UNKNOWN,
        )
        .values(next_read_at=now)
    )


def _tell(
    session: Session,
    contract: Contract,
    cycle: BillingCycle | None,
    kind: str,
    now: datetime,
    *,
    actor: str,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    index = cycle.cycle_index if cycle else None
    record(
        session,
        contract.shop_id,
        key=f"{kind}:{number_of(contract.shopify_gid)}:{'all' if index is None else index}:{now.isoformat()}",
        kind=kind,
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=index,
        actor=actor,
        before=before,
        after=after,
        data={"expected_at": cycle.expected_at.isoformat()} if cycle else None,
    )
