"""What the channels hold apart from the deliveries (those are the journal's): a shop's Klaviyo connection, and a
digest of what each shopper's profile was told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.models import KlaviyoAccount, KlaviyoProfile


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return whether this customer's Klaviyo profile was kept current; what it says is in the other parts' rows."""
    mine = (KlaviyoProfile.shop_id == shop_id, KlaviyoProfile.customer_gid == customer_gid)
    rows = session.scalar(select(func.count()).select_from(KlaviyoProfile).where(*mine))
    return {"klaviyo_profile": bool(rows)}


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Forget one customer's profile; for the whole shop (None) all of them and the key. Returns rows changed."""
    mine = delete(KlaviyoProfile).where(KlaviyoProfile.shop_id == shop_id)
    mine = mine.where(KlaviyoProfile.customer_gid == customer_gid) if customer_gid else mine
    erased = len(session.scalars(mine.returning(KlaviyoProfile.shop_id)).all())
    if customer_gid is not None:
        return erased
    gone = delete(KlaviyoAccount).where(KlaviyoAccount.shop_id == shop_id).returning(KlaviyoAccount.shop_id)
    return erased + len(session.scalars(gone).all())
