"""A shop's notice settings, with the defaults of a shop that never changed them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle
from shopify_app.journal.record import record
from shopify_app.notices.models import NoticeSettings
from shopify_app.orders.models import FulfillmentOrder

DEFAULT_LEADS = (7, 3)
LONGEST, MOST = 60, 3
"""The longest lead in days, and how many leads a shop may have."""


def lead_days(session: Session, shop_id: int) -> tuple[int, ...]:
    """Return how many days before a charge the shopper is told, in whole days from 1 to `LONGEST`."""
    row = session.get(NoticeSettings, shop_id)
    return tuple(int(days) for days in row.lead_days) if row else DEFAULT_LEADS


def change(session: Session, shop_id: int, leads: list[int], actor: str, now: datetime) -> bool:
    """Save a shop's leads, have its notices planned anew and write down who chose; returns whether they differ.

    `leads`: at most `MOST` different days from 1 to `LONGEST`; none tells nobody. `now`: business time.
    """
    before = lead_days(session, shop_id)
    session.merge(NoticeSettings(shop_id=shop_id, lead_days=leads))
    if sorted(leads) == sorted(before):
        return False
    plan_again(session, shop_id)
    record(
        session,
        shop_id,
        key=f"notices.leads_changed:{now.isoformat()}",
        kind="notices.leads_changed",
        occurred_at=now,
        actor=actor,
        before={"lead_days": list(before)},
        after={"lead_days": leads},
    )
    return True


def plan_again(session: Session, shop_id: int) -> None:
    """Let the drain plan all notices of a shop anew."""
    for planned in (BillingCycle.notices_for, FulfillmentOrder.planned_for):
        mine = update(planned.class_).where(planned.class_.shop_id == shop_id, planned.is_not(None))
        session.execute(mine.values({planned: None}))
