"""Requests for another card: their history, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopify_app.cards.models import REFUSED, CardRequest
from shopify_app.contracts.models import Contract

SHOWN = 10


def of_contract(session: Session, contract: Contract) -> Sequence[CardRequest]:
    """Return the newest requests to a contract's customer, newest first; of no customer, none."""
    mine = (CardRequest.shop_id == contract.shop_id, CardRequest.customer_gid == contract.customer_gid)
    newest = select(CardRequest).where(*mine).order_by(CardRequest.asked_at.desc(), CardRequest.id.desc())
    return session.scalars(newest.limit(SHOWN)).all()


def close(session: Session, shop_id: int, method_gid: str, outcome: str, now: datetime) -> None:
    """Write down what came of the open requests about a method (business time)."""
    session.execute(
        update(CardRequest)
        .where(
            CardRequest.shop_id == shop_id,
            CardRequest.method_gid == method_gid,
            CardRequest.outcome.is_(None),
            CardRequest.state != REFUSED,
            CardRequest.asked_at <= now,
        )
        .values(outcome=outcome, outcome_at=now)
    )
