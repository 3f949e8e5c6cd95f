"""What notices hold of a customer: nothing personal; a planned notice is dropped, since nobody is left to tell."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.notices.models import DROPPED, PLANNED, Notice


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return how many notices this customer was owed."""
    rows = session.scalars(
        select(Notice.state)
        .join(Contract, Contract.id == Notice.contract_id)
        .where(Notice.shop_id == shop_id, Contract.customer_gid == customer_gid)
    ).all()
    return {"notices": len(rows)}


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Drop what is planned for one customer, or for the whole shop when `customer_gid` is None."""
    contracts = select(Contract.id).where(Contract.shop_id == shop_id)
    contracts = contracts.where(Contract.customer_gid == customer_gid) if customer_gid else contracts
    statement = (
        update(Notice)
        .where(Notice.shop_id == shop_id, Notice.contract_id.in_(contracts), Notice.state == PLANNED)
        .values(state=DROPPED, reason="the customer's data was erased")
    )
    return len(session.scalars(statement.returning(Notice.id)).all())
