"""Paid orders that wait to be brought into line: claimed a batch at a time, an order's wishes one after the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from shopify_app.context import Context
from shopify_app.edits.models import PaidOrderWish
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import MACHINE_NOW, NOW, Instant, total
from shopify_app.orders.alignment import ask, work
from shopify_app.orders.alignment.models import OPEN_STATES, OrderAlignment
from shopify_app.shops.queries import installed_ids

BATCH = 5
LEASE = timedelta(minutes=30)
"""More than a batch takes in which calls run into their timeouts; whoever holds it longer is dead."""


def drain(ctx: Context) -> int:
    """Hand over what was wished for, then bring one batch of orders into line; returns how many rows."""
    handed = ask.hand_over(ctx)
    claimed = _claim(ctx)
    for row_id in claimed:
        work.carry_out(ctx, row_id)
    return handed + len(claimed)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count wishes and rows that nobody is at. `now` is business time, `machine_now` machine time."""
    return session.scalar(_question(), {"now": now, "machine_now": machine_now}) or 0


@cache
def _question() -> Select[int]:
    wishes = select(PaidOrderWish.id).where(ask.due(NOW))
    return total(wishes, select(OrderAlignment.id).where(*_ripe(MACHINE_NOW)))


def _ripe(moment: Instant) -> tuple[ColumnElement[bool], ...]:
    older = aliased(OrderAlignment)
    is_first = ~exists().where(
        older.shop_id == OrderAlignment.shop_id,
        older.order_gid == OrderAlignment.order_gid,
        older.state.in_(OPEN_STATES),
        older.id < OrderAlignment.id,
    )
    free = or_(OrderAlignment.lease_until.is_(None), OrderAlignment.lease_until < moment)
    return (OrderAlignment.state.in_(OPEN_STATES), free, is_first, OrderAlignment.shop_id.in_(installed_ids()))


def _claim(ctx: Context) -> list[int]:
    moment = machine_now()
    ripe = select(OrderAlignment.id).where(*_ripe(moment))
    if ctx.only_shop_id is not None:
        ripe = ripe.where(OrderAlignment.shop_id == ctx.only_shop_id)
    ripe = ripe.order_by(OrderAlignment.id).limit(BATCH)
    with ctx.db.session() as session:
        ids = session.scalars(ripe.with_for_update(of=OrderAlignment, skip_locked=True)).all()
        taken = update(OrderAlignment).where(OrderAlignment.id.in_(ids)).values(lease_until=moment + LEASE)
        session.execute(taken)
    return list(ids)
