"""What stock holds of a customer: what was decided about their orders, and that they chose."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.stock.models import StockDecision


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return the decisions about this customer's orders."""
    query = (
        select(StockDecision)
        .join(Contract, Contract.id == StockDecision.contract_id)
        .where(StockDecision.shop_id == shop_id, Contract.customer_gid == customer_gid)
        .order_by(StockDecision.id)
    )
    return {"stock_decisions": [_plain(row) for row in session.scalars(query)]}


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Forget who chose, of one customer or of all of the shop when `customer_gid` is None; returns rows changed."""
    contracts = select(Contract.id).where(Contract.shop_id == shop_id)
    contracts = contracts.where(Contract.customer_gid == customer_gid) if customer_gid else contracts
    named = (StockDecision.shop_id == shop_id, StockDecision.chosen_by.startswith("shopper:"))
    cut = update(StockDecision).where(*named, StockDecision.contract_id.in_(contracts)).values(chosen_by="shopper")
    return len(session.scalars(cut.returning(StockDecision.id)).all())


def _plain(row: StockDecision) -> dict[str, Any]:
    return {
        "cycle": row.cycle_index,
        "item": row.variant_gid,
        "choice": row.choice,
        "done": row.done,
        "decided_at": row.decided_at.isoformat(),
    }
