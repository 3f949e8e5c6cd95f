"""What notices hold of a customer: what was told of the orders to come. Erasing drops what is planned, since nobody
is left to tell."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.kit.speech import N_
from shopify_app.notices import told
from shopify_app.notices.models import DROPPED, PLANNED, AnnouncedOrder, Notice


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return how many notices this customer was owed."""
    rows = session.scalars(
        select(Notice.state)
        .join(Contract, Contract.id == Notice.contract_id)
        .where(Notice.shop_id == shop_id, Contract.customer_gid == customer_gid)
    ).all()
    return {"notices": len(rows), "announced_orders": _announced(session, shop_id, customer_gid)}


def _announced(session: Session, shop_id: int, customer_gid: str) -> list[dict[str, Any]]:
    orders = session.scalars(
        select(AnnouncedOrder)
        .join(Contract, Contract.id == AnnouncedOrder.contract_id)
        .where(AnnouncedOrder.shop_id == shop_id, Contract.customer_gid == customer_gid)
        .where(AnnouncedOrder.told_at.is_not(None))
        .order_by(AnnouncedOrder.contract_id, AnnouncedOrder.cycle_index)
    )
    return [
        {"told_at": order.told_at.isoformat() if order.told_at else None, **told.content(order).as_json()}
        for order in orders
    ]


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Drop what is planned for one customer, or for the whole shop when `customer_gid` is None, and forget what was
    told, so that no change of it is told either."""
    contracts = select(Contract.id).where(Contract.shop_id == shop_id)
    contracts = contracts.where(Contract.customer_gid == customer_gid) if customer_gid else contracts
    statement = (
        update(Notice)
        .where(Notice.shop_id == shop_id, Notice.contract_id.in_(contracts), Notice.state == PLANNED)
        .values(state=DROPPED, reason=N_("the customer's data was erased"))
    )
    forgotten = delete(AnnouncedOrder).where(
        AnnouncedOrder.shop_id == shop_id, AnnouncedOrder.contract_id.in_(contracts)
    )
    dropped = len(session.scalars(statement.returning(Notice.id)).all())
    return dropped + len(session.scalars(forgotten.returning(AnnouncedOrder.contract_id)).all())
