"""Reports of earlier data requests hold personal data themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, null, select, update
from sqlalchemy.orm import Session

from shopify_app.privacy.models import DATA_REQUEST, PrivacyRequest


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return how often the customer's data were asked for; not the reports, which repeat what is held elsewhere."""
    mine = (PrivacyRequest.shop_id == shop_id, PrivacyRequest.customer_gid == customer_gid)
    return {"requests": session.scalar(select(func.count()).select_from(PrivacyRequest).where(*mine)) or 0}


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Empty the reports about one customer, or all of the shop's; returns how many."""
    query = update(PrivacyRequest).where(PrivacyRequest.shop_id == shop_id, PrivacyRequest.kind == DATA_REQUEST)
    query = query.where(PrivacyRequest.customer_gid == customer_gid) if customer_gid else query
    emptied = query.where(PrivacyRequest.report.is_not(None)).values(report=null()).returning(PrivacyRequest.id)
    return len(session.scalars(emptied).all())
