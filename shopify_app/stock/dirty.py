"""Items that have to be looked at again: a row each, so that nothing is forgotten and nothing looked at twice."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.kit.clock import machine_now
from shopify_app.stock.models import ItemStanding


def mark(session: Session, shop_id: int, item_gids: Collection[str]) -> None:
    """Mark items as changed, in one order, so that two who do so never wait for each other in a circle."""
    if not item_gids:
        return
    moment = machine_now()
    rows = [{"shop_id": shop_id, "item_gid": gid, "dirty_at": moment} for gid in sorted(item_gids)]
    statement = insert(ItemStanding).values(rows)
    earliest = func.least(ItemStanding.dirty_at, statement.excluded.dirty_at)  # least() passes over nulls
    session.execute(
        statement.on_conflict_do_update(index_elements=["shop_id", "item_gid"], set_={"dirty_at": earliest})
    )
