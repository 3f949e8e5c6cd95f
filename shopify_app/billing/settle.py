"""What Shopify says about an attempt, written down: row, cycle and fact in one transaction.

Called after the first answer, by webhooks, and by re-reading; telling it the same thing twice changes nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.billing import parking
from shopify_app.billing.ledger import lock_contract, other_open
from shopify_app.billing.models import (
    CHALLENGED,
    DUPLICATE,
    FAILED,
    REFUSED,
    REQUESTED,
    SETTLED,
    UNKNOWN,
    WRITTEN,
    BillingAttempt,
)
from shopify_app.contracts import cycles, holds
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.attempts import AttemptSnapshot
from shopify_app.gateways.shopify.decline_codes import decline_of
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import kept
from shopify_app.shops.models import Shop

TWICE = kept("Cycle %(cycle)s was paid twice; order %(order)s is extra.")

log = logging.getLogger(__name__)

FIRST_LOOK = timedelta(minutes=5)
"""Business time after the request at which a silent attempt is read again; doubled with each look."""
SLOWEST_LOOK = timedelta(hours=6)


def locked_attempt(session: Session, attempt_id: int) -> BillingAttempt:
    """Return the attempt, it and its contract locked until the transaction ends; raises NoResultFound."""
    owner = select(BillingAttempt.shop_id, Contract.shopify_gid).join(Contract).where(BillingAttempt.id == attempt_id)
    shop_id, contract_gid = session.execute(owner).one()
    lock_contract(session, shop_id, contract_gid)
    statement = select(BillingAttempt).where(BillingAttempt.id == attempt_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def cycle_of(session: Session, attempt: BillingAttempt) -> BillingCycle | None:
    """Return the attempt's cycle, its row locked; None when the mirror lost it."""
    statement = select(BillingCycle).where(
        BillingCycle.shop_id == attempt.shop_id,
        BillingCycle.contract_id == attempt.contract_id,
        BillingCycle.cycle_index == attempt.cycle_index,
    )
    return session.scalars(statement.with_for_update()).one_or_none()


def take(session: Session, attempt: BillingAttempt, seen: AttemptSnapshot, now: datetime) -> bool:
    """Apply what Shopify says (`seen`) to a locked attempt; answers whether its state changed.

    `now`: business time. A paid attempt stays paid whatever comes later.
    """
    before = attempt.state
    if before in (SETTLED, DUPLICATE):
        _fill_order(attempt, seen)
        return False
    attempt.shopify_gid = seen.gid
    attempt.requested_at = attempt.requested_at or now
    attempt.lease_until = attempt.absent_since = None
    _APPLY[seen.state](session, attempt, seen, now)
    session.flush()
    return attempt.state != before


def schedule_look(attempt: BillingAttempt, now: datetime) -> None:
    """Set when an attempt whose outcome is still open is read again."""
    wait = FIRST_LOOK * 2 ** min(attempt.reads, 10)
    attempt.reads += 1
    attempt.next_read_at = now + min(wait, SLOWEST_LOOK)


def _pending(session: Session, attempt: BillingAttempt, seen: AttemptSnapshot, now: datetime) -> None:
    if attempt.state in (WRITTEN, UNKNOWN):
        attempt.state, attempt.reason = REQUESTED, None
    if attempt.state == REQUESTED:
        schedule_look(attempt, now)


def _success(session: Session, attempt: BillingAttempt, seen: AttemptSnapshot, now: datetime) -> None:
    rival = other_open(session, attempt.shop_id, attempt.contract_id, attempt.cycle_index, but=attempt.id)
    _fill_order(attempt, seen)
    attempt.state = DUPLICATE if rival else SETTLED
    attempt.completed_at, attempt.next_read_at = seen.completed_at or now, None
    attempt.reason = attempt.error_class = attempt.error_code = attempt.error_message = None
    attempt.next_action_url = None
    record_settlement(session, attempt, now)


def record_settlement(session: Session, attempt: BillingAttempt, now: datetime) -> None:
    """Mark the cycle paid and tell it, for an attempt that just became `settled` or `duplicate`."""
    contract = session.get_one(Contract, attempt.contract_id)
    cycle = cycle_of(session, attempt)
    if cycle:
        cycle.status = "BILLED"
        cycle.attempted_at = cycle.attempted_at or now
        cycle.claimed_at = cycle.lease_until = cycle.parked_reason = None
        holds.let_go(cycle, now)
    if attempt.state == DUPLICATE:
        _tell_duplicate(session, attempt, contract, now)
    else:
        paid_at = attempt.completed_at or now
        _tell(session, attempt, contract, "order.processed", "processed", paid_at, _order_data(attempt, cycle))
    cycles.refresh(session, session.get_one(Shop, attempt.shop_id), contract, now)


def _failed(session: Session, attempt: BillingAttempt, seen: AttemptSnapshot, now: datetime) -> None:
    if attempt.state == FAILED:
        return
    decline = decline_of(seen.error_code)
    attempt.state, attempt.reason = FAILED, None
    attempt.completed_at, attempt.next_read_at = seen.completed_at or now, None
    attempt.error_class, attempt.error_code, attempt.error_message = (
        decline.value,
        seen.error_code,
        seen.error_message,
    )
    attempt.next_action_url = None
    contract = session.get_one(Contract, attempt.contract_id)
    data = {"class": decline.value, "code": seen.error_code, "attempt_number": attempt.attempt_number}
    name = f"failed-{attempt.attempt_number}"
    _tell(session, attempt, contract, "charge.failed", name, attempt.completed_at, data)


def _challenged(session: Session, attempt: BillingAttempt, seen: AttemptSnapshot, now: datetime) -> None:
    first = attempt.state != CHALLENGED
    if attempt.state in (FAILED, REFUSED) and other_open(
        session, attempt.shop_id, attempt.contract_id, attempt.cycle_index, but=attempt.id
    ):
        return  # a later attempt is under way; should this one be paid after all, it becomes a duplicate
    attempt.state, attempt.reason, attempt.next_action_url = CHALLENGED, None, seen.next_action_url
    if first:
        attempt.reads = 0
        contract = session.get_one(Contract, attempt.contract_id)
        data = {"attempt_number": attempt.attempt_number}
        _tell(session, attempt, contract, "charge.challenged", f"challenged-{attempt.attempt_number}", now, data)
    schedule_look(attempt, now)


_APPLY = {
    shopify.PENDING: _pending,
    shopify.SUCCESS: _success,
    shopify.FAILED: _failed,
    shopify.CHALLENGED: _challenged,
}


def _fill_order(attempt: BillingAttempt, seen: AttemptSnapshot) -> None:
    # a later reading knows the order no more once it is deleted
    attempt.order_gid = seen.order_gid or attempt.order_gid
    attempt.order_name = seen.order_name or attempt.order_name
    if seen.amount is not None:
        attempt.amount, attempt.currency = seen.amount, seen.currency


def _order_data(attempt: BillingAttempt, cycle: BillingCycle | None) -> Json:
    data: dict[str, Any] = {
        "order_gid": attempt.order_gid,
        "order_name": attempt.order_name,
        "amount": str(attempt.amount) if attempt.amount is not None else None,
        "currency": attempt.currency,
        "attempt_number": attempt.attempt_number,
        "expected_at": cycle.expected_at.isoformat() if cycle else None,
    }
    return {name: value for name, value in data.items() if value is not None}


def _tell_duplicate(session: Session, attempt: BillingAttempt, contract: Contract, now: datetime) -> None:
    log.error("a cycle was paid twice", extra={"shop_id": attempt.shop_id, "attempt_id": attempt.id})
    words = TWICE % {"cycle": attempt.cycle_index, "order": attempt.order_name or "?"}
    parking.park(session, contract, words, now)
    name = f"duplicate-{attempt.attempt_number}"
    _tell(session, attempt, contract, "charge.duplicate", name, now, _order_data(attempt, None))


def _tell(
    session: Session, attempt: BillingAttempt, contract: Contract, kind: str, name: str, at: datetime, data: Json
) -> None:
    record(
        session,
        attempt.shop_id,
        key=f"{name}:{number_of(contract.shopify_gid)}:{attempt.cycle_index}",
        kind=kind,
        occurred_at=at,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=attempt.cycle_index,
        cause=f"attempt:{attempt.id}",
        data=data,
    )


def record_foreign(session: Session, attempt: BillingAttempt, seen: AttemptSnapshot, now: datetime) -> None:
    """Fill in and tell a charge that was not made through this ledger."""
    _fill_order(attempt, seen)
    session.flush()
    record_settlement(session, attempt, now)
