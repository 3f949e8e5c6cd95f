"""A new billing hour reaches every open cycle: slice by slice, from a row that says how far it is.

Until a contract's turn comes, its charges stay at the old hour of the same day, which is harmless.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shopify_app.billing import settings
from shopify_app.billing.models import BillingSettings
from shopify_app.context import Context
from shopify_app.contracts import cycles
from shopify_app.kit.clock import monotonic
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids

SLICE = 200
"""Contracts a transaction: about a second."""
DRAIN_SECONDS = 5.0


def change(session: Session, shop_id: int, hour: int) -> bool:
    """Set the shop's local hour (0–23) and mark its cycles for moving; answer whether it was another one."""
    row = settings.of(session, shop_id)
    if row.billing_hour == hour:
        return False
    row.billing_hour, row.moving_after_id = hour, 0
    session.add(row)
    return True


def move_slice(ctx: Context, shop_id: int | None = None) -> bool:
    """Move the cycles of some contracts, of this shop or of any; answer whether there was something to move."""
    with ctx.db.session() as session:
        query = select(BillingSettings).where(_is_moving()).order_by(BillingSettings.shop_id).limit(1)
        if shop_id is not None:
            query = query.where(BillingSettings.shop_id == shop_id)
        row = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return False
        shop = session.get_one(Shop, row.shop_id)
        row.moving_after_id = cycles.refresh_shop(session, shop, row.moving_after_id or 0, SLICE)
    return True


def drain(ctx: Context) -> int:
    """Move slices for some seconds; returns how many."""
    started, slices = monotonic(), 0
    while monotonic() - started < DRAIN_SECONDS and move_slice(ctx):
        slices += 1
    return slices


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count shops whose cycles are still being moved."""
    return session.scalar(select(func.count()).select_from(BillingSettings).where(_is_moving())) or 0


def _is_moving() -> ColumnElement[bool]:
    return BillingSettings.moving_after_id.is_not(None) & BillingSettings.shop_id.in_(installed_ids())
