"""How many days before a card expires its owner is told, with the default of a shop that never chose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopify_app.cards.models import CardSettings
from shopify_app.journal.record import record
from shopify_app.shoppers.models import PaymentMethod

DEFAULT_LEADS = (30, 15, 3)
LONGEST, MOST = 60, 3
"""The longest lead in days, and how many leads a shop may have."""


def lead_days(session: Session, shop_id: int) -> tuple[int, ...]:
    """Return the shop's leads, in whole days from 1 to LONGEST; none tells nobody."""
    row = session.get(CardSettings, shop_id)
    return tuple(int(days) for days in row.lead_days) if row else DEFAULT_LEADS


def soon(session: Session, shop_id: int) -> int:
    """Return from how many days ahead a card counts as expiring: the shop's longest lead."""
    return max(lead_days(session, shop_id), default=max(DEFAULT_LEADS))


def change(session: Session, shop_id: int, leads: list[int], actor: str, now: datetime) -> bool:
    """Save a shop's leads, let its notices be planned anew and write down who chose; returns whether they differ.

    `leads`: at most MOST different days from 1 to LONGEST. `now`: business time.
    """
    before = lead_days(session, shop_id)
    session.merge(CardSettings(shop_id=shop_id, lead_days=leads))
    if sorted(leads) == sorted(before):
        return False
    planned = update(PaymentMethod).where(PaymentMethod.shop_id == shop_id, PaymentMethod.planned_for.is_not(None))
    session.execute(planned.values(planned_for=None, written_at=PaymentMethod.written_at))
    record(
        session,
        shop_id,
        key=f"cards.leads_changed:{now.isoformat()}",
        kind="cards.leads_changed",
        occurred_at=now,
        actor=actor,
        before={"lead_days": list(before)},
        after={"lead_days": leads},
    )
    return True
