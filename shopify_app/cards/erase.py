"""What is held of who was asked for another card: no address and no digits, but who asked, and for whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, case, cast, delete, select, update
from sqlalchemy.orm import Session

from shopify_app.cards.models import CardNotice, CardRequest
from shopify_app.shoppers.models import PaymentMethod


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return, as JSON values, when this customer was asked for another card, and what came of it."""
    mine = (CardRequest.shop_id == shop_id, CardRequest.customer_gid == customer_gid)
    rows = session.scalars(select(CardRequest).where(*mine).order_by(CardRequest.id))
    return {
        "asked_for_a_card": [
            {
                "asked_at": row.asked_at.isoformat(),
                "how": row.how,
                "by": row.actor,
                "state": row.state,
                "outcome": row.outcome,
                "outcome_at": row.outcome_at.isoformat() if row.outcome_at else None,
            }
            for row in rows
        ]
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Cut requests off the customer (None: all of the shop's), and plan nothing any more; returns rows changed."""
    asked = update(CardRequest).where(CardRequest.shop_id == shop_id, CardRequest.customer_gid.is_not(None))
    methods = select(PaymentMethod.id).where(PaymentMethod.shop_id == shop_id)
    if customer_gid is not None:
        asked = asked.where(CardRequest.customer_gid == customer_gid)
        methods = methods.where(PaymentMethod.customer_gid == customer_gid)
    nameless = case((CardRequest.actor.startswith("shopper:"), "shopper"), else_=CardRequest.actor)
    asked = asked.values(customer_gid=None, actor=nameless, request_id=cast(CardRequest.id, String))
    notices = delete(CardNotice).where(CardNotice.shop_id == shop_id, CardNotice.method_id.in_(methods))
    changed = len(session.scalars(asked.returning(CardRequest.id)).all())
    return changed + len(session.scalars(notices.returning(CardNotice.lead_days)).all())
