"""Finding what is due: cycles are claimed in small batches, shop by shop in turn, nearest first, then charged.

A claim is a lease of machine time: a worker that dies lets go of its cycles by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.billing import throttle
from shopify_app.billing.attempts import ShopMustRest
from shopify_app.billing.charge import charge
from shopify_app.context import Context
from shopify_app.contracts.holds import HELD_OVER
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.kit.clock import machine_now, monotonic, sleep
from shopify_app.kit.db import MACHINE_NOW, NOW, Instant, total
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 10
LEASE = timedelta(seconds=120)
SLICE = 20.0
"""Seconds of machine time one drain works before it lets other drains have the worker."""


def drain(ctx: Context) -> int:
    """Charge what is due now; returns how many cycles were looked at. Wakes itself when the time slice ends first.

    A shop whose bucket is low rests while others are charged; the worker itself only when nobody else is due.
    """
    deadline, looked_at = monotonic() + SLICE, 0
    resting: dict[int, float] = {}
    _release_held(ctx)
    while monotonic() < deadline:
        resting = {shop_id: until for shop_id, until in resting.items() if until > monotonic()}
        batch = _claim(ctx, resting)
        if not batch and not resting:
            break
        if batch:
            looked_at += len(batch)
            resting |= _charge_all(ctx, batch)
        else:
            sleep(max(0.0, min(min(resting.values()), deadline) - monotonic()))
    else:
        ctx.wakeups.wake("billing")
    if looked_at:
        ctx.wakeups.wake("klaviyo")
    return looked_at


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count cycles to be charged by `now` (business time), and those being charged at this moment."""
    return session.scalar(_question(), {"now": now, "machine_now": machine_now}) or 0


@cache
def _question() -> Select[int]:
    busy = and_(BillingCycle.claimed_at.is_not(None), BillingCycle.lease_until >= MACHINE_NOW)
    rows = select(BillingCycle.id).join(Contract).join(Shop, Shop.id == BillingCycle.shop_id)
    due = rows.where(*_claimable(NOW), or_(_unleased(MACHINE_NOW), busy))
    return total(due, select(BillingCycle.id).where(*_held_out(NOW)))


def _charge_all(ctx: Context, batch: Sequence[tuple[int, int]]) -> dict[int, float]:
    """Charge the claimed cycles; returns shops that rest for a moment, and until when (monotonic seconds)."""
    resting: dict[int, float] = {}
    moments: dict[int, float] = {}
    for cycle_id, shop_id in batch:
        if shop_id in resting:
            _let_go(ctx, cycle_id, resting[shop_id])
            continue
        try:
            charge(ctx, cycle_id)
        except ShopMustRest as rest:
            if rest.seconds <= throttle.SHORT:
                moments[shop_id] = monotonic() + rest.seconds
            resting[shop_id] = 0.0 if shop_id in moments else rest.seconds
            _let_go(ctx, cycle_id, resting[shop_id])
        except Exception:
            # one bad cycle must not keep the others from being charged; it is tried again in a while
            log.exception("charging failed", extra={"cycle_id": cycle_id, "shop_id": shop_id})
            _let_go(ctx, cycle_id, 300.0)
    return moments


def _claim(ctx: Context, resting: Collection[int] = ()) -> list[tuple[int, int]]:
    """Take the next few due cycles: (cycle id, shop id), one of each shop before the second of any.

    Shops that are `resting` are left out.
    """
    now, moment = ctx.clock.now(), machine_now()
    due = and_(*_claimable(now), _unleased(moment))
    turn = func.row_number().over(partition_by=BillingCycle.shop_id, order_by=(BillingCycle.due_at, BillingCycle.id))
    queue = (
        select(BillingCycle.id, turn.label("turn"), BillingCycle.due_at)
        .join(Contract, Contract.id == BillingCycle.contract_id)
        .join(Shop, Shop.id == BillingCycle.shop_id)
        .where(due, BillingCycle.shop_id.not_in(resting))
        .subquery()
    )
    nearest = select(queue.c.id).order_by(queue.c.turn, queue.c.due_at).limit(BATCH)
    with ctx.db.session() as session:
        free = and_(BillingCycle.attempted_at.is_(None), _unleased(moment))
        taken = select(BillingCycle.id).where(BillingCycle.id.in_(nearest), free).with_for_update(skip_locked=True)
        rows = session.execute(
            update(BillingCycle)
            .where(BillingCycle.id.in_(session.scalars(taken).all()), free)
            .values(claimed_at=now, lease_until=moment + LEASE)
            .returning(BillingCycle.id, BillingCycle.shop_id, BillingCycle.due_at)
        ).all()
    return [(row.id, row.shop_id) for row in sorted(rows, key=lambda row: (row.due_at, row.id))]


def _claimable(now: Instant) -> tuple[ColumnElement[bool], ...]:
    return (
        BillingCycle.due_at <= now,
        BillingCycle.attempted_at.is_(None),
        BillingCycle.held_reason.is_(None),
        BillingCycle.parked_reason.is_(None),
        Contract.status == ACTIVE,
        Contract.billing_stopped_at.is_(None),
        Contract.parked_reason.is_(None),
        Shop.status == INSTALLED,
        Shop.billing_stopped_at.is_(None),
    )


def _unleased(moment: Instant) -> ColumnElement[bool]:
    return or_(BillingCycle.lease_until.is_(None), BillingCycle.lease_until < moment)


def _held_out(now: Instant) -> tuple[ColumnElement[bool], ...]:
    return BillingCycle.held_reason.is_not(None), BillingCycle.held_until <= now


def _release_held(ctx: Context) -> None:
    """Let go of holds whose time is over."""
    with ctx.db.session() as session:
        session.execute(update(BillingCycle).where(*_held_out(ctx.clock.now())).values(HELD_OVER))


def _let_go(ctx: Context, cycle_id: int, seconds: float) -> None:
    """Give a claimed, undecided cycle back; nobody takes it for so many seconds of machine time."""
    with ctx.db.session() as session:
        session.execute(
            update(BillingCycle)
            .where(
                BillingCycle.id == cycle_id, BillingCycle.claimed_at.is_not(None), BillingCycle.attempted_at.is_(None)
            )
            .values(claimed_at=None, lease_until=machine_now() + timedelta(seconds=seconds))
        )
