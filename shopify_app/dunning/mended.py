"""The merchant has mended what only they could: what waited for it is tried again, as fast as billing goes at all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.dunning.policy import Step
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.journal.record import record


def waiting(session: Session, shop_id: int) -> int:
    """Count the cases that `try_all` would try."""
    return session.scalar(select(func.count()).select_from(DunningCase).where(*_stuck(shop_id))) or 0


def try_all(session: Session, shop_id: int, actor: str, now: datetime) -> int:
    """Plan a try at once (business time) for every case that waits for the merchant; returns how many.

    One that is charged, parked or looked at meanwhile is left alone. The caller wakes "dunning" after the commit.
    """
    planned = (
        update(DunningCase)
        .where(*_stuck(shop_id))
        .values(next_step=Step.CARD.value, next_step_at=now, lease_until=None)
        .returning(DunningCase.id)
    )
    found = len(session.execute(planned).all())
    if found:
        record(
            session,
            shop_id,
            key=f"payment.retries_asked_for:{now.isoformat()}",
            kind="payment.retries_asked_for",
            occurred_at=now,
            actor=actor,
            data={"cases": found},
        )
    return found


def _stuck(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    """`closed_at`, too, because the index knows open cases by it."""
    return (
        DunningCase.shop_id == shop_id,
        DunningCase.closed_at.is_(None),
        DunningCase.state == OPEN,
        DunningCase.decline == Decline.MERCHANT.value,
        DunningCase.next_step == Step.REMIND.value,
    )
