"""What the feed holds of a customer: that they are the one whose shipments changed, and perhaps who changed them.

An entry itself holds items, days and Shopify's ids; where something goes is never in it. Erasing cuts it off the
customer, so that what packers were told stays true.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from shopify_app.fulfillment.locking import lock_changes
from shopify_app.fulfillment.models import Change, Digest, FeedKey, FulfillmentSettings


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return the changes of this customer's shipments."""
    mine = select(Change).where(Change.shop_id == shop_id, Change.customer_gid == customer_gid)
    return {
        "changes_of_shipments": [
            {
                "ships_on": change.ships_on.isoformat() if change.ships_on else None,
                "changed_at": change.last_at.isoformat(),
                "by": change.actor.split(":")[0],
                "changes": change.parts,
            }
            for change in session.scalars(mine.order_by(Change.id))
        ]
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Cut entries off one customer; for the whole shop (None) of all, with keys, settings and digests gone."""
    mine = [Change.shop_id == shop_id, Change.customer_gid.is_not(None)]
    mine += [Change.customer_gid == customer_gid] if customer_gid else []
    lock_changes(session, *mine)
    nameless = case((Change.actor.startswith("shopper:"), "shopper"), else_=Change.actor)
    cut = update(Change).where(*mine).values(customer_gid=None, actor=nameless).returning(Change.id)
    erased = len(session.scalars(cut.execution_options(synchronize_session=False)).all())
    if customer_gid is not None:
        return erased
    for table in (FeedKey, FulfillmentSettings, Digest):
        gone = delete(table).where(table.shop_id == shop_id).returning(table.shop_id)
        erased += len(session.scalars(gone.execution_options(synchronize_session=False)).all())
    return erased
