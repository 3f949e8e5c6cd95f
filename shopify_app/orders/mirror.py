"""Writes orders that came from a contract; all others are left alone."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.gateways.shopify.orders import OrderSnapshot
from shopify_app.orders.models import Order, OrderContract


def apply(session: Session, shop_id: int, snapshot: OrderSnapshot) -> bool:
    """Insert or update an order unless ours is newer; answers False when no line of it came from a contract."""
    if not snapshot.contract_gids and not is_known(session, shop_id, snapshot.gid):
        return False
    order_id = session.scalar(_upsert(shop_id, snapshot))
    if order_id is not None and snapshot.contract_gids:
        links = [{"shop_id": shop_id, "order_id": order_id, "contract_gid": gid} for gid in snapshot.contract_gids]
        session.execute(insert(OrderContract).values(links).on_conflict_do_nothing())
    return True


def is_known(session: Session, shop_id: int, gid: str) -> bool:
    """Answer whether we hold this order."""
    query = select(Order.id).where(Order.shop_id == shop_id, Order.shopify_gid == gid)
    return session.scalar(query) is not None


def mark_deleted(session: Session, shop_id: int, gid: str, now: datetime) -> bool:
    """Keep an order that Shopify no longer has, marked; answers whether we held it. `now` is business time."""
    statement = update(Order).where(Order.shop_id == shop_id, Order.shopify_gid == gid, Order.deleted_at.is_(None))
    return session.scalar(statement.values(deleted_at=now).returning(Order.id)) is not None


def _upsert(shop_id: int, snapshot: OrderSnapshot):  # type: ignore[no-untyped-def]
    values = {
        "name": snapshot.name,
        "total": snapshot.total,
        "currency": snapshot.currency,
        "financial_status": snapshot.financial_status,
        "fulfillment_status": snapshot.fulfillment_status,
        "shopify_created_at": snapshot.created_at,
        "shopify_updated_at": snapshot.updated_at,
        "cancelled_at": snapshot.cancelled_at,
        "unshipped": [asdict(one) for one in snapshot.unshipped],
    }
    statement = insert(Order).values(shop_id=shop_id, shopify_gid=snapshot.gid, **values)
    newer = statement.excluded.shopify_updated_at >= Order.shopify_updated_at
    update_ = statement.on_conflict_do_update(index_elements=["shop_id", "shopify_gid"], set_=values, where=newer)
    return update_.returning(Order.id)
