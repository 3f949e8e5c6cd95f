"""What is sold besides subscriptions: units per order and variant, for the pace at which a shelf empties by itself.

Taken from the webhook's own line items (REST order payload: `variant_id`, `current_quantity`, `quantity`). Each order
is read to see whose it is; asking for the items of all others, too, would double what that question costs, and a sum
over weeks bears a payload that is a little old. An order that came from a contract is left out whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Variant
from shopify_app.context import Context
from shopify_app.kit.db import Json
from shopify_app.kit.gid import gid
from shopify_app.kit.handling import IGNORED
from shopify_app.orders import webhooks as orders
from shopify_app.orders.webhooks import Reading
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed
from shopify_app.shops.webhooks import Message
from shopify_app.stock.models import OneTimeSale

SPAN = timedelta(days=28)
"""Over which the pace is taken: four whole weeks, so that no weekday counts more."""
KEPT = timedelta(days=90)


def order_changed(
    ctx: Context, session: Session, shop: Shop, message: Message, reading: Reading | None
) -> str | None:
    """orders/*: mirror an order of a contract; of any other, note what it took off the shelf."""
    outcome = orders.order_changed(ctx, session, shop, message, reading)
    if reading is None or outcome != IGNORED:
        return outcome
    if not isinstance(message.payload.get("line_items"), list):
        return outcome  # orders/edited names no items: what was noted stays
    sold = _units(message.payload)
    if reading.order is None or reading.order.cancelled_at is not None:
        sold = Counter()
    return None if note(session, shop.id, reading.gid, sold, reading.now) else IGNORED


def note(session: Session, shop_id: int, order_gid: str, sold: Counter[str], now: datetime) -> bool:
    """Write an order's units, absolute, of variants we hold; answers whether there was anything to write.

    `now`: business time, taken as the sale's for one that is new.
    """
    mine = (OneTimeSale.shop_id == shop_id, OneTimeSale.order_gid == order_gid)
    known = select(Variant.shopify_gid).where(Variant.shop_id == shop_id, Variant.shopify_gid.in_(sold))
    ours = sorted(session.scalars(known))
    gone = session.execute(
        delete(OneTimeSale).where(*mine, OneTimeSale.variant_gid.not_in(ours)).returning(OneTimeSale.units)
    ).all()
    if ours:
        rows = [
            {"shop_id": shop_id, "order_gid": order_gid, "variant_gid": each, "units": sold[each], "sold_at": now}
            for each in ours
        ]
        statement = insert(OneTimeSale).values(rows)
        key = ["shop_id", "order_gid", "variant_gid"]
        session.execute(statement.on_conflict_do_update(index_elements=key, set_={"units": statement.excluded.units}))
    return bool(ours or gone)


def pace(session: Session, shop_id: int, variant_gids: Sequence[str], now: datetime) -> float:
    """Return the units of these variants that are sold a day besides subscriptions, over the last 28 days.

    A shop that is observed for less time has its units over that time, a week at least. Business time.
    """
    mine = (OneTimeSale.shop_id == shop_id, OneTimeSale.sold_at > now - SPAN)
    first = session.scalar(select(func.min(OneTimeSale.sold_at)).where(*mine))
    if first is None:
        return 0.0
    units = session.scalar(
        select(func.sum(OneTimeSale.units)).where(*mine, OneTimeSale.variant_gid.in_(variant_gids))
    )
    days = min(max((now - first) / timedelta(days=1), 7), SPAN.days)
    return int(units or 0) / days


def prune(ctx: Context) -> int:
    """Forget sales older than 90 days; returns how many rows. A duty."""
    with ctx.db.session() as session:
        shops = [shop.id for shop in installed(session)]
        old = delete(OneTimeSale).where(OneTimeSale.shop_id.in_(shops), OneTimeSale.sold_at < ctx.clock.now() - KEPT)
        return len(session.execute(old.returning(OneTimeSale.units)).all())


def _units(payload: Json) -> Counter[str]:
    """Units by variant of a payload's line items; what is not as documented counts for nothing."""
    found: Counter[str] = Counter()
    for line in payload["line_items"]:
        if not isinstance(line, dict):
            continue
        number, units = line.get("variant_id"), line.get("current_quantity", line.get("quantity"))
        if isinstance(number, int) and isinstance(units, int) and not isinstance(units, bool) and units > 0:
            found[gid("ProductVariant", number)] += units
    return found
