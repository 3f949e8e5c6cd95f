"""What is held of a customer about orders: addresses that paid orders are to be sent to, until they are.

An order itself is kept as figures and ids. A wish that is erased while its order is held is not forgotten: the order
is released, and stays as it is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, null, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.orders.alignment.models import OrderAlignment


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return what was wished for this customer's paid orders; the wish itself only while it is being carried out."""
    mine = (OrderAlignment.shop_id == shop_id, OrderAlignment.customer_gid == customer_gid)
    rows = session.scalars(select(OrderAlignment).where(*mine).order_by(OrderAlignment.id))
    return {
        "paid_orders": [
            {"order": row.order_name, "kind": row.kind, "wish": row.wish, "asked_at": row.asked_at.isoformat()}
            for row in rows
        ]
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Forget one customer's wishes, or those of all of the shop (None); returns rows changed."""
    rows = OrderAlignment.shop_id == shop_id
    named = or_(OrderAlignment.wish.is_not(None), OrderAlignment.customer_gid.is_not(None))
    emptied = (
        update(OrderAlignment)
        .where(rows, named)
        .values(
            wish=null(),
            customer_gid=None,
            actor=case((OrderAlignment.actor.startswith("shopper:"), "shopper"), else_=OrderAlignment.actor),
        )
    )
    if customer_gid is not None:
        emptied = emptied.where(OrderAlignment.customer_gid == customer_gid)
    return len(session.scalars(emptied.returning(OrderAlignment.id)).all())
