"""Rows of the attempt ledger: the next number, its key, intents, refusals and other people's charges.

Everything here happens in the caller's transaction with the cycle row locked, so numbers are never given twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shopify_app.billing import settings
from shopify_app.billing.gates import Due, Refusal
from shopify_app.billing.models import (
    DUPLICATE,
    OPEN_STATES,
    REFUSED,
    SETTLED,
    WRITTEN,
    BillingAttempt,
)
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.attempts import AttemptSnapshot, CycleSnapshot
from shopify_app.kit.db import lock
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import Shop

SENDING = timedelta(seconds=60)
"""Machine time that a call may take, time-outs and one token refresh included; after it, the caller is dead."""

FOREIGN = "Charged outside this ledger."


def due_of_row(session: Session, cycle: BillingCycle, contract: Contract) -> Due:
    """Return a cycle as the gates want to see it."""
    return Due(
        shop_id=cycle.shop_id,
        cycle_id=cycle.id,
        contract_id=contract.id,
        contract_gid=contract.shopify_gid,
        cycle_index=cycle.cycle_index,
        due_at=cycle.due_at or cycle.expected_at,
        expected_at=cycle.expected_at,
        catch_up=timedelta(days=settings.of(session, cycle.shop_id).catch_up_days),
        hold_ended_at=cycle.hold_ended_at,
        released=cycle.released_at is not None,
        zone=session.get_one(Shop, cycle.shop_id).zone,
    )


def lock_contract(session: Session, shop_id: int, contract_gid: str) -> None:
    """Hold the contract until this transaction ends, against the mirror and every other change of its cycles."""
    lock(session, "contract", shop_id, contract_gid)


def key_for(contract_gid: str, cycle_index: int, number: int) -> str:
    """Return the idempotency key of one try: the same on every machine and after every restore."""
    return f"perennial-{number_of(contract_gid)}-{cycle_index}-{number}"


def write_intent(
    session: Session,
    due: Due,
    contract: Contract,
    cycle: BillingCycle,
    seen: CycleSnapshot,
    now: datetime,
    machine_now: datetime,
) -> BillingAttempt:
    """Write the intent to charge: once committed, the call may be made, and made again, with this key only."""
    attempt = _row(session, due, contract, WRITTEN, now)
    attempt.origin_at = _origin(due, seen)
    attempt.next_read_at = now
    attempt.lease_until = machine_now + SENDING
    cycle.attempted_at = now
    cycle.claimed_at = cycle.lease_until = None
    session.flush()
    return attempt


def _origin(due: Due, seen: CycleSnapshot) -> datetime:
    """Shopify counts fulfillment intervals from the origin time: the planned day, also when charged late.

    A cycle can be moved beyond its own end; whether the end itself still counts as inside is not written anywhere.
    """
    latest = seen.end_at - timedelta(seconds=1) if seen.end_at else due.expected_at
    earliest = seen.start_at or due.expected_at
    return max(min(due.expected_at, latest), earliest)


def write_refusal(session: Session, due: Due, contract: Contract, refusal: Refusal, now: datetime) -> None:
    """Write why a cycle was not charged; the same reason again adds no row, only its newest time."""
    last = _last(session, due)
    if last and last.state == REFUSED and last.error_code == refusal.code:
        last.completed_at = now
        return
    attempt = _row(session, due, contract, REFUSED, now)
    attempt.reason, attempt.error_code, attempt.completed_at = refusal.words, refusal.code, now


def write_foreign(
    session: Session, due: Due, contract: Contract, snapshot: AttemptSnapshot, now: datetime
) -> BillingAttempt | None:
    """Write down a paid attempt that is not ours, under its own key; None when it is known already.

    Ours or not, it blocks every later charge of the cycle. Beside an open attempt of ours it is a `duplicate`.
    """
    known = select(BillingAttempt.id).where(
        BillingAttempt.shop_id == due.shop_id, BillingAttempt.idempotency_key == snapshot.key
    )
    if session.scalar(known):
        return None
    state = DUPLICATE if other_open(session, due.shop_id, due.contract_id, due.cycle_index) else SETTLED
    attempt = _row(session, due, contract, state, now, key=snapshot.key)
    attempt.reason = FOREIGN
    attempt.shopify_gid, attempt.completed_at = snapshot.gid, snapshot.completed_at or now
    return attempt


def other_open(
    session: Session, shop_id: int, contract_id: int, cycle_index: int, but: int | None = None
) -> BillingAttempt | None:
    """Return the cycle's attempt that is under way or paid, apart from attempt `but`."""
    statement = select(BillingAttempt).where(
        *_cycle(shop_id, contract_id, cycle_index), BillingAttempt.state.in_(OPEN_STATES)
    )
    return session.scalar(statement.where(BillingAttempt.id != but) if but else statement)


def keys_of(session: Session, shop_id: int, contract_id: int, *, foreign: bool = True) -> frozenset[str]:
    """Return every key this ledger holds for a contract; other people's only with `foreign`."""
    query = select(BillingAttempt.idempotency_key).where(
        BillingAttempt.shop_id == shop_id, BillingAttempt.contract_id == contract_id
    )
    if not foreign:
        query = query.where(BillingAttempt.reason.is_distinct_from(FOREIGN))
    return frozenset(session.scalars(query))


def _row(
    session: Session, due: Due, contract: Contract, state: str, now: datetime, key: str | None = None
) -> BillingAttempt:
    mine = _cycle(due.shop_id, due.contract_id, due.cycle_index)
    number = (session.scalar(select(func.max(BillingAttempt.attempt_number)).where(*mine)) or 0) + 1
    attempt = BillingAttempt(
        shop_id=due.shop_id,
        contract_id=due.contract_id,
        cycle_index=due.cycle_index,
        attempt_number=number,
        idempotency_key=key or key_for(due.contract_gid, due.cycle_index, number),
        state=state,
        origin_at=now,
        expected_at=due.expected_at,
        written_at=now,
        currency=contract.currency,
    )
    session.add(attempt)
    return attempt


def _last(session: Session, due: Due) -> BillingAttempt | None:
    rows = select(BillingAttempt).where(*_cycle(due.shop_id, due.contract_id, due.cycle_index))
    return session.scalars(rows.order_by(BillingAttempt.attempt_number.desc()).limit(1)).first()


def _cycle(shop_id: int, contract_id: int, cycle_index: int) -> tuple[ColumnElement[bool], ...]:
    return (
        BillingAttempt.shop_id == shop_id,
        BillingAttempt.contract_id == contract_id,
        BillingAttempt.cycle_index == cycle_index,
    )
