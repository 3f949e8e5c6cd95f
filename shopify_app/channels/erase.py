"""What the channels hold apart from the deliveries (those are the journal's): a shop's Klaviyo connection."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.models import KlaviyoAccount


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return nothing: no row here is about a customer."""
    return {}


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Forget the shop's key when the whole shop is erased; returns rows changed."""
    if customer_gid is not None:
        return 0
    gone = delete(KlaviyoAccount).where(KlaviyoAccount.shop_id == shop_id).returning(KlaviyoAccount.shop_id)
    return len(session.scalars(gone).all())
