"""Reading the journal: what happened to the shop as a whole, and where facts have been told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.journal.models import Delivery, Fact


def of_shop(session: Session, shop_id: int, limit: int = 20) -> Sequence[Fact]:
    """Return the newest facts that are about no contract, newest first."""
    statement = (
        select(Fact)
        .where(Fact.shop_id == shop_id, Fact.contract_gid.is_(None))
        .order_by(Fact.occurred_at.desc(), Fact.id.desc())
        .limit(limit)
    )
    return session.scalars(statement).all()


def deliveries(session: Session, shop_id: int, fact_ids: Sequence[int]) -> dict[int, list[Delivery]]:
    """Return where each of these facts has been told, by fact id."""
    found: dict[int, list[Delivery]] = {}
    statement = select(Delivery).where(Delivery.shop_id == shop_id, Delivery.fact_id.in_(fact_ids))
    for delivery in session.scalars(statement.order_by(Delivery.id)):
        found.setdefault(delivery.fact_id, []).append(delivery)
    return found
