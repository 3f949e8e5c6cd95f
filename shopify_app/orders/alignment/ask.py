"""Wishes for paid orders become rows: of all orders that a subscription has paid and not shipped, or of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.edits.models import PaidOrderWish
from shopify_app.kit.db import Instant, Json
from shopify_app.orders.alignment.models import OrderAlignment
from shopify_app.orders.alignment.wishes import NewAddress, Wish
from shopify_app.orders.models import Order, OrderContract

PAID = ("PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED")
SHIPPED = ("FULFILLED", "RESTOCKED")
"""Of OrderDisplayFinancialStatus and OrderDisplayFulfillmentStatus (schema 2026-10)."""
BATCH = 50
LOOK_AGAIN = timedelta(minutes=15)
"""Business time after which orders are looked for once more: one that was just paid may not have been read yet."""


def to_ship(session: Session, shop_id: int, contract_gid: str) -> Sequence[Order]:
    """Return a subscription's orders that are paid and not shipped in full, as far as we have read; oldest first."""
    query = (
        select(Order)
        .join(OrderContract, OrderContract.order_id == Order.id)
        .where(Order.shop_id == shop_id, OrderContract.contract_gid == contract_gid)
        .where(Order.cancelled_at.is_(None), Order.deleted_at.is_(None), Order.financial_status.in_(PAID))
        .where(func.coalesce(Order.fulfillment_status, "").not_in(SHIPPED))
    )
    return session.scalars(query.order_by(Order.shopify_created_at, Order.id)).all()


def is_to_ship(order: Order) -> bool:
    """Answer whether an order that was read is one of `to_ship`."""
    is_there = order.cancelled_at is None and order.deleted_at is None
    return is_there and order.financial_status in PAID and order.fulfillment_status not in SHIPPED


def wish(
    session: Session, contract: Contract, order: Order, wished: Wish, kept: Json, key: str, actor: str, now: datetime
) -> bool:
    """Write down a wish for one paid order; answers whether it is new. `kept`: its fields as plain JSON.

    `key` names whoever asked and when, so that asking twice wishes once. `now`: business time.
    """
    values = {"shop_id": contract.shop_id, "key": f"{key}:{order.shopify_gid}", "order_gid": order.shopify_gid}
    about = {"order_name": order.name, "contract_gid": contract.shopify_gid, "customer_gid": contract.customer_gid}
    row = insert(OrderAlignment).values(
        **values, **about, kind=wished.name, wish=kept, actor=actor, asked_at=now, state="wanted"
    )
    row = row.on_conflict_do_nothing(index_elements=["shop_id", "key"])
    return session.scalar(row.returning(OrderAlignment.id)) is not None


def hand_over(ctx: Context) -> int:
    """Turn wishes that came with a change of a subscription into one row for each order; returns how many wishes."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        query = select(PaidOrderWish).where(due(now)).order_by(PaidOrderWish.id).limit(BATCH)
        query = query.with_for_update(skip_locked=True)
        if ctx.only_shop_id is not None:
            query = query.where(PaidOrderWish.shop_id == ctx.only_shop_id)
        found = session.scalars(query).all()
        for each in found:
            contract = session.get_one(Contract, each.contract_id)
            for order in to_ship(session, each.shop_id, contract.shopify_gid):
                if each.handed_at is not None and order.shopify_created_at > each.handed_at:
                    continue  # made since, to an address that may be another one by now
                kept = {"address": each.address}
                wish(session, contract, order, NewAddress(**kept), kept, f"edit:{each.id}", each.actor, now)
            if each.handed_at is None:
                each.handed_at = now
            else:
                session.delete(each)
    return len(found)


def due(now: Instant) -> ColumnElement[bool]:
    """A wish is to be handed over, the first or the second time, as a condition. `now`: business time."""
    return or_(PaidOrderWish.handed_at.is_(None), PaidOrderWish.handed_at <= now - LOOK_AGAIN)
