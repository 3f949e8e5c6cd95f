"""A shop's billing settings, with the defaults of a shop that never changed them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopify_app.billing.models import BillingSettings


def of(session: Session, shop_id: int) -> BillingSettings:
    """Return the shop's settings; an unsaved row with the defaults when it has none."""
    found = session.get(BillingSettings, shop_id)
    return found or BillingSettings(shop_id=shop_id, billing_hour=9, catch_up_days=7)
