"""A shop's notice settings, with the defaults of a shop that never changed them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopify_app.notices.models import NoticeSettings

DEFAULT_LEADS = (3,)


def lead_days(session: Session, shop_id: int) -> tuple[int, ...]:
    """Return how many days before a charge the shopper is told, in whole days from 1 to 60."""
    row = session.get(NoticeSettings, shop_id)
    return tuple(int(days) for days in row.lead_days) if row else DEFAULT_LEADS
