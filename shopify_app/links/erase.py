"""What links hold of a customer: which were used, without a name. Erased, since they tell what a person did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.links.models import LinkUse


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return the links this customer used."""
    rows = session.scalars(
        select(LinkUse)
        .join(Contract, Contract.id == LinkUse.contract_id)
        .where(LinkUse.shop_id == shop_id, Contract.customer_gid == customer_gid)
        .order_by(LinkUse.used_at)
    )
    return {"links_used": [{"action": row.action, "used_at": row.used_at.isoformat()} for row in rows]}


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Erase one customer, or all of the shop when `customer_gid` is None; returns rows removed."""
    contracts = select(Contract.id).where(Contract.shop_id == shop_id)
    contracts = contracts.where(Contract.customer_gid == customer_gid) if customer_gid else contracts
    statement = delete(LinkUse).where(LinkUse.shop_id == shop_id, LinkUse.contract_id.in_(contracts))
    return len(session.scalars(statement.returning(LinkUse.nonce)).all())
