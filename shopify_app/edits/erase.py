"""What edits hold of a customer: what they or staff asked for, with pictures that may hold an address or a note."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.models import ContractEdit


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return the edits of this customer's subscriptions."""
    query = (
        select(ContractEdit)
        .join(Contract, Contract.id == ContractEdit.contract_id)
        .where(ContractEdit.shop_id == shop_id, Contract.customer_gid == customer_gid)
        .order_by(ContractEdit.asked_at)
    )
    rows = session.scalars(query)
    return {
        "edits": [
            {"action": row.action, "wish": row.wish, "state": row.state, "asked_at": row.asked_at.isoformat()}
            for row in rows
        ]
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Erase one customer, or all of the shop when `customer_gid` is None; returns rows removed."""
    contracts = select(Contract.id).where(Contract.shop_id == shop_id)
    contracts = contracts.where(Contract.customer_gid == customer_gid) if customer_gid else contracts
    statement = delete(ContractEdit).where(ContractEdit.shop_id == shop_id, ContractEdit.contract_id.in_(contracts))
    return len(session.scalars(statement.returning(ContractEdit.request_id)).all())
