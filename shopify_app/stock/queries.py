"""Reads about stock decisions, shop first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.stock.models import StockCause, StockDecision


def decision(session: Session, shop_id: int, decision_id: int) -> StockDecision | None:
    """Return one decision of a shop."""
    found = session.get(StockDecision, decision_id)
    return found if found is not None and found.shop_id == shop_id else None


def cause_of(session: Session, decision: StockDecision) -> StockCause:
    """Return what struck the order."""
    return session.get_one(StockCause, decision.cause_id)


def open_of_contract(session: Session, shop_id: int, contract_id: int) -> Sequence[StockDecision]:
    """Return what is decided about a contract's orders and not over, nearest charge first."""
    mine = (StockDecision.shop_id == shop_id, StockDecision.contract_id == contract_id)
    query = select(StockDecision).where(*mine, StockDecision.ended_at.is_(None))
    return session.scalars(query.order_by(StockDecision.charge_at, StockDecision.id)).all()


def open_of_item(session: Session, shop_id: int, item_gid: str) -> Sequence[StockDecision]:
    """Return what was decided about an item and is not over."""
    query = (
        select(StockDecision)
        .join(StockCause, StockCause.id == StockDecision.cause_id)
        .where(StockCause.shop_id == shop_id, StockCause.item_gid == item_gid, StockDecision.ended_at.is_(None))
    )
    return session.scalars(query.order_by(StockDecision.id)).all()


def is_for(row: StockDecision, expected_at: datetime) -> bool:
    """Answer whether an order still has the date it was decided for, or one that we gave it."""
    dates = (row.terms.get(name) for name in ("expected_at", "wait_until", "moved_to"))
    return any(date is not None and datetime.fromisoformat(date) == expected_at for date in dates)
