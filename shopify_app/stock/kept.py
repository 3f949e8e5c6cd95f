"""Units kept for subscribers, as a metafield on the variant that themes can read: what they must not sell to others.

Perennial writes no stock. The number is what renewals within `safety_days` need, at most `safety_units`; it is
written only when it has changed. Before a call it is written down that what Shopify has is not known, so that who
dies in it has the same written again. The namespace is a plain one: one reserved for an app is private to it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Variant
from shopify_app.context import Context
from shopify_app.gateways.shopify import marks as shopify
from shopify_app.gateways.shopify.errors import ShopifyError, UserErrors
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import total
from shopify_app.shops.queries import installed_ids
from shopify_app.shops.tokens import with_client
from shopify_app.stock.models import Demand, ItemStanding

log = logging.getLogger(__name__)

KEY = "kept_for_subscribers"
BATCH = 20
LEASE, LATER, REFUSED = timedelta(minutes=10), timedelta(minutes=5), timedelta(days=1)
"""Machine time: of a batch; before what got no answer is written again; before what was refused is."""


def look(ctx: Context) -> int:
    """Count anew what is kept of each item for which staff set it; returns how many numbers changed. A duty."""
    with ctx.db.session() as session:
        wanted = or_(ItemStanding.safety_units > 0, ItemStanding.kept_units > 0)
        rows = session.scalars(
            select(ItemStanding).where(wanted, ItemStanding.shop_id.in_(installed_ids())).order_by(ItemStanding.id)
        ).all()
        changed = sum(count(session, row, ctx.clock.now()) for row in rows)
    if changed:
        ctx.wakeups.wake("stock_kept")
    return changed


def count(session: Session, item: ItemStanding, now: datetime) -> bool:
    """Set how many units of an item are kept by `now` (business time); answers whether that changed."""
    until = now + timedelta(days=item.safety_days)
    gids = select(Variant.shopify_gid).where(
        Variant.shop_id == item.shop_id, Variant.inventory_item_gid == item.item_gid
    )
    mine = (Demand.shop_id == item.shop_id, Demand.variant_gid.in_(gids), Demand.spent_at.is_(None))
    needed = session.scalar(select(func.sum(Demand.units)).where(*mine, Demand.charge_at <= until)) or 0
    before, item.kept_units = item.kept_units, min(item.safety_units, int(needed))
    if before != item.kept_units and item.kept_again_at is not None:
        # what was refused may be written sooner, but not while somebody may be in the middle of a call
        item.kept_again_at = min(item.kept_again_at, machine_now() + LEASE)
    return before != item.kept_units


def drain(ctx: Context) -> int:
    """Tell Shopify what changed; returns how many items."""
    claimed = _claim(ctx)
    for item_id in claimed:
        try:
            _write(ctx, item_id)
        except UserErrors as error:
            log.warning("a number cannot be kept on a variant", extra={"item": item_id, "codes": sorted(error.codes)})
            _later(ctx, item_id, LATER if error.codes <= shopify.PASSING else REFUSED)
        except ShopifyError as error:
            log.warning("keeping units has to wait", extra={"item": item_id, "error": str(error)})
            _later(ctx, item_id, LATER)
        except Exception:
            # one bad row must not keep the others from being told
            log.exception("units kept for subscribers cannot be told", extra={"item": item_id})
            _later(ctx, item_id, LATER)
    return len(claimed)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count items of which Shopify is to be told another number (machine time; business time does not matter)."""
    return session.scalar(total(select(ItemStanding.id).where(*_ripe(machine_now)).limit(BATCH))) or 0


def _ripe(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ItemStanding.kept_told.is_distinct_from(ItemStanding.kept_units),
        or_(ItemStanding.kept_again_at.is_(None), ItemStanding.kept_again_at < moment),
        ItemStanding.shop_id.in_(installed_ids()),
    )


def _claim(ctx: Context) -> list[int]:
    moment = machine_now()
    query = select(ItemStanding.id).where(*_ripe(moment)).order_by(ItemStanding.id).limit(BATCH)
    with ctx.db.session() as session:
        ids = list(session.scalars(query.with_for_update(skip_locked=True)))
        mine = update(ItemStanding).where(ItemStanding.id.in_(ids))
        session.execute(mine.values(kept_again_at=moment + LEASE, kept_told=None))
    return ids


def _write(ctx: Context, item_id: int) -> None:
    with ctx.db.session() as session:
        item = session.get_one(ItemStanding, item_id)
        shop_id, units = item.shop_id, item.kept_units
        mine = (Variant.shop_id == shop_id, Variant.inventory_item_gid == item.item_gid)
        gids = list(session.scalars(select(Variant.shopify_gid).where(*mine).order_by(Variant.id)))
    for start in range(0, len(gids), shopify.MOST):
        part = gids[start : start + shopify.MOST]
        with_client(ctx, shop_id, lambda client, part=part: shopify.set_numbers(client, part, KEY, units))  # type: ignore[misc]
    with ctx.db.session() as session:
        # another number that came meanwhile differs from this one, and is written next
        told = update(ItemStanding).where(ItemStanding.id == item_id)
        session.execute(told.values(kept_told=units, kept_again_at=None))


def _later(ctx: Context, item_id: int, after: timedelta) -> None:
    with ctx.db.session() as session:
        put_off = update(ItemStanding).where(ItemStanding.id == item_id)
        session.execute(put_off.values(kept_again_at=machine_now() + after))
