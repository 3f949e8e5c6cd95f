"""Attempts whose outcome nobody told us: read again, sent again with the same key, or given to a person.

The lost webhook, the timed-out call and the worker that died between commit and call all end here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.billing import history, ledger, parking, settle, strays
from shopify_app.billing.attempts import NOT_SENT, ShopMustRest, close_refused, order_of, send, stay_unknown
from shopify_app.billing.gates import Due, Effect, Refusal, judge
from shopify_app.billing.models import CHALLENGED, REQUESTED, UNKNOWN, WRITTEN, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.attempts import AttemptSnapshot, CycleSnapshot
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import ShopifyError, Throttled
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.speech import N_
from shopify_app.shops.models import INSTALLED, Shop
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(seconds=120)
ABSENT_FOR = timedelta(minutes=10)
"""Business time for which Shopify must have denied knowing our key before it is sent again."""
GIVE_UP = timedelta(hours=24)
"""Business time after which an attempt without an outcome is a person's."""
AGAIN = timedelta(minutes=5)
NO_OUTCOME = N_("Shopify has given no outcome for this charge for a day: look at the order list first.")
STOPPED = timedelta(hours=1)
OPEN = (WRITTEN, REQUESTED, UNKNOWN, CHALLENGED)


def drain(ctx: Context) -> int:
    """Look after one batch of open attempts whose time has come; returns how many."""
    claimed = _claim(ctx)
    resting: dict[int, float] = {}
    for attempt_id, shop_id in claimed:
        if shop_id in resting:
            _postpone(ctx, attempt_id, seconds=resting[shop_id])
            continue
        try:
            _look_after(ctx, attempt_id)
        except ShopMustRest as rest:
            resting[shop_id] = rest.seconds
        except Exception:
            # one bad row must not keep the others from being settled
            log.exception("attempt not looked after", extra={"attempt_id": attempt_id})
            _postpone(ctx, attempt_id)
    if claimed:
        ctx.wakeups.wake("klaviyo")
    return len(claimed)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count attempts to be looked after now, and those in a caller's hands at this moment."""
    in_hand = and_(BillingAttempt.state == WRITTEN, BillingAttempt.reason.is_(None))
    in_hand = and_(in_hand, BillingAttempt.lease_until >= machine_now)
    rows = select(func.count()).select_from(BillingAttempt).join(Shop, Shop.id == BillingAttempt.shop_id)
    return int(
        session.scalar(
            # that the state is open is said once more, outside the alternative: the index is on open rows alone
            rows.where(
                BillingAttempt.state.in_(OPEN), or_(and_(*_ripe(now, machine_now)), in_hand), Shop.status == INSTALLED
            )
        )
        or 0
    )


def _ripe(now: datetime, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        BillingAttempt.state.in_(OPEN),
        BillingAttempt.next_read_at <= now,
        or_(BillingAttempt.lease_until.is_(None), BillingAttempt.lease_until < moment),
    )


def _claim(ctx: Context) -> list[tuple[int, int]]:
    """Lease the attempts that have waited longest: (attempt id, shop id)."""
    now, moment = ctx.clock.now(), machine_now()
    ripe = (
        select(BillingAttempt.id, BillingAttempt.shop_id)
        .join(Shop, Shop.id == BillingAttempt.shop_id)
        .where(*_ripe(now, moment), Shop.status == INSTALLED)
        .order_by(BillingAttempt.next_read_at, BillingAttempt.id)
        .limit(BATCH)
        .with_for_update(of=BillingAttempt, skip_locked=True)
    )
    with ctx.db.session() as session:
        rows = [(row.id, row.shop_id) for row in session.execute(ripe)]
        ids = [attempt_id for attempt_id, _ in rows]
        session.execute(update(BillingAttempt).where(BillingAttempt.id.in_(ids)).values(lease_until=moment + LEASE))
    return rows


@dataclass(frozen=True)
class _Open:
    """An open attempt as plain values."""

    id: int
    state: str
    gid: str | None
    key: str
    not_sent: bool
    due: Due
    known: frozenset[str]


def _look_after(ctx: Context, attempt_id: int) -> None:
    with ctx.db.session() as session:
        attempt = _plain(session, attempt_id)
    try:
        if attempt.gid and attempt.state in (REQUESTED, CHALLENGED):
            gid = attempt.gid
            found = with_client(ctx, attempt.due.shop_id, lambda client: shopify.read(client, gid))
            if found:
                _take(ctx, attempt_id, found)
                return
        seen = with_client(ctx, attempt.due.shop_id, lambda client: _read_cycle(client, attempt))
    except ShopifyError as error:
        log.warning("outcome not readable now", extra={"attempt_id": attempt_id, "error": str(error)})
        _postpone(ctx, attempt_id, seconds=error.wait_seconds if isinstance(error, Throttled) else None)
        return
    found = seen.attempt_with(attempt.key)
    if found:
        _take(ctx, attempt_id, found)
    elif _may_send(ctx, attempt, seen):
        with ctx.db.session() as session:
            order = order_of(session, session.get_one(BillingAttempt, attempt_id))
        send(ctx, order)


def _plain(session: Session, attempt_id: int) -> _Open:
    attempt = session.get_one(BillingAttempt, attempt_id)
    cycle = settle.cycle_of(session, attempt)
    contract = session.get_one(Contract, attempt.contract_id)
    if cycle is None:
        raise LookupError(f"attempt {attempt_id}: its cycle is not mirrored")
    due = ledger.due_of_row(session, cycle, contract)
    not_sent = attempt.state == WRITTEN and attempt.reason == NOT_SENT
    known = ledger.keys_of(session, attempt.shop_id, attempt.contract_id)
    return _Open(attempt.id, attempt.state, attempt.shopify_gid, attempt.idempotency_key, not_sent, due, known)


def _read_cycle(client: AdminClient, attempt: _Open) -> CycleSnapshot:
    seen = shopify.cycle_attempts(client, attempt.due.contract_gid, attempt.due.cycle_index)
    return strays.adopt(client, attempt.due.contract_gid, seen, attempt.known)


def _take(ctx: Context, attempt_id: int, found: AttemptSnapshot) -> None:
    now = ctx.clock.now()
    with ctx.db.session() as session:
        attempt = settle.locked_attempt(session, attempt_id)
        settle.take(session, attempt, found, now)
        _give_up(session, attempt, now)
        reach("billing.settling_before_commit")
    reach("billing.after_settled")


def _may_send(ctx: Context, attempt: _Open, seen: CycleSnapshot) -> bool:
    """Shopify does not know the key: answer whether it is to be sent now, with the row leased for it.

    Only after it has been unknown there for ten minutes of business time, or when it was surely never sent; and never
    without asking the gates again.
    """
    now = ctx.clock.now()
    with ctx.db.session() as session:
        row = settle.locked_attempt(session, attempt.id)
        if row.state not in OPEN or not (attempt.not_sent or _absent_long_enough(row, now)):
            return False
        if not attempt.not_sent and _give_up(session, row, now):
            row.next_read_at, row.lease_until = now + settle.SLOWEST_LOOK, None
            return False
        if _stopped(session, row):
            row.next_read_at, row.lease_until = now + STOPPED, None
            return False
        refusal = _judge(session, row, attempt.due, seen, now)
        if refusal:
            _obey(session, row, attempt, refusal, seen, now)
            return False
        row.state, row.absent_since = WRITTEN, None
        # whoever sends again after this must not take the key for unused
        row.requested_at = row.requested_at or (None if attempt.not_sent else now)
        row.next_read_at, row.lease_until = now, machine_now() + ledger.SENDING
        return True


def _judge(session: Session, row: BillingAttempt, due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    """All gates once more: since the intent was written, the cycle may have been paid for elsewhere."""
    cycle = settle.cycle_of(session, row)
    if cycle:
        past = history.of(session, session.get_one(Contract, row.contract_id), cycle)
        due = replace(due, history=past, released=cycle.released_at is not None)
    return judge(due, seen, now)


def _stopped(session: Session, row: BillingAttempt) -> bool:
    contract = session.get_one(Contract, row.contract_id)
    stopped = contract.billing_stopped_at or contract.parked_reason
    return bool(stopped) or not session.get_one(Shop, row.shop_id).may_bill


def _obey(
    session: Session, row: BillingAttempt, attempt: _Open, refusal: Refusal, seen: CycleSnapshot, now: datetime
) -> None:
    """A gate says no. A key that was never used, or a cycle that is paid, closes the row; else the key stays open."""
    if attempt.not_sent or refusal.effect is Effect.BILLED:
        close_refused(session, row, refusal, seen, now)
    else:
        stay_unknown(row, refusal, now)


def _absent_long_enough(row: BillingAttempt, now: datetime) -> bool:
    row.state = UNKNOWN
    if row.absent_since is None:
        row.absent_since = now
    if now - row.absent_since >= ABSENT_FOR:
        return True
    row.next_read_at, row.lease_until = row.absent_since + ABSENT_FOR, None
    return False


def _give_up(session: Session, attempt: BillingAttempt, now: datetime) -> bool:
    """After a day without an outcome, park the cycle with words for a person; answers whether it is parked.

    Whoever releases it grants another day.
    """
    if attempt.state not in (WRITTEN, REQUESTED, UNKNOWN):
        return False
    cycle = settle.cycle_of(session, attempt)
    since = max(attempt.written_at, cycle.released_at or attempt.written_at) if cycle else attempt.written_at
    if now - since < GIVE_UP:
        return False
    if cycle and not cycle.parked_reason:
        parking.park(session, session.get_one(Contract, attempt.contract_id), NO_OUTCOME, now, cycle)
        log.error("charge without outcome for a day", extra={"attempt_id": attempt.id, "shop_id": attempt.shop_id})
    return True


def _postpone(ctx: Context, attempt_id: int, seconds: float | None = None) -> None:
    """Come back later: after so many seconds of machine time, or after a few minutes of business time."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        attempt = settle.locked_attempt(session, attempt_id)
        if attempt.state not in OPEN:
            return
        if attempt.reason != NOT_SENT:
            _give_up(session, attempt, now)
        attempt.next_read_at = now if seconds else now + AGAIN
        attempt.lease_until = machine_now() + timedelta(seconds=seconds) if seconds else None
