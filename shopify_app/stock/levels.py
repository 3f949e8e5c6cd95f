"""Writes inventory levels: absolute units of one item at one location, the newest reading wins."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.gateways.shopify.inventory import LevelSnapshot
from shopify_app.stock import dirty
from shopify_app.stock.models import InventoryLevel


def apply(session: Session, shop_id: int, snapshot: LevelSnapshot) -> None:
    """Insert or update a level unless ours is newer; an item with another number of units is looked at again."""
    mine = (InventoryLevel.shop_id == shop_id, InventoryLevel.item_gid == snapshot.item_gid)
    here = select(InventoryLevel.available).where(*mine, InventoryLevel.location_gid == snapshot.location_gid)
    before = session.scalar(here)
    values = {
        "available": snapshot.available,
        "shopify_updated_at": snapshot.updated_at,
        "location_name": snapshot.location_name,
    }
    statement = insert(InventoryLevel).values(
        shop_id=shop_id, item_gid=snapshot.item_gid, location_gid=snapshot.location_gid, **values
    )
    newer = statement.excluded.shopify_updated_at >= InventoryLevel.shopify_updated_at
    written = session.execute(
        statement.on_conflict_do_update(
            index_elements=["shop_id", "item_gid", "location_gid"], set_=values, where=newer
        ).returning(InventoryLevel.id)
    )
    if written.first() is not None and before != snapshot.available:
        dirty.mark(session, shop_id, [snapshot.item_gid])


def forget(session: Session, shop_id: int, item_gid: str, location_gid: str) -> None:
    """Forget an item's level at one location that no longer keeps it; the item is looked at again."""
    mine = (InventoryLevel.shop_id == shop_id, InventoryLevel.item_gid == item_gid)
    gone = delete(InventoryLevel).where(*mine, InventoryLevel.location_gid == location_gid)
    if session.execute(gone.returning(InventoryLevel.available)).all():
        dirty.mark(session, shop_id, [item_gid])


def keep_only(session: Session, shop_id: int, item_gid: str, location_gids: Collection[str]) -> None:
    """Forget levels at locations that no longer keep an item; what they held is no longer there."""
    mine = (InventoryLevel.shop_id == shop_id, InventoryLevel.item_gid == item_gid)
    gone = delete(InventoryLevel).where(*mine, InventoryLevel.location_gid.not_in(location_gids))
    if session.execute(gone.returning(InventoryLevel.available)).all():
        dirty.mark(session, shop_id, [item_gid])
