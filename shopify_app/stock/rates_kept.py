"""A shop's rates, counted once a day: they look back over 90 days, and counting takes seconds in a large shop."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.kit.db import Json
from shopify_app.shops.queries import installed_ids
from shopify_app.stock import rates
from shopify_app.stock.models import KeptRates
from shopify_app.stock.rates import Counted, Rates

AGAIN, OLD = timedelta(hours=20), timedelta(hours=26)
"""Business time after which rates are counted again, and after which nobody looks at what was counted."""


def of_shop(session: Session, shop_id: int, now: datetime) -> Rates:
    """Return a shop's rates as counted within the last day (business time); counts them where nobody has."""
    kept = session.get(KeptRates, shop_id)
    if kept is not None and abs(now - kept.counted_at) < OLD:
        return _read(kept.groups)
    return _count(session, shop_id, now)


def run(ctx: Context) -> int:
    """Count the rates of each shop again that are nearly a day old. A duty; returns how many shops."""
    count = 0
    with ctx.db.session() as session:
        shops = session.scalars(installed_ids()).all()
    for shop_id in shops:
        now = ctx.clock.now()
        with ctx.db.session() as session:
            kept = session.get(KeptRates, shop_id)
            if kept is None or abs(now - kept.counted_at) >= AGAIN:
                _count(session, shop_id, now)
                count += 1
    return count


def _count(session: Session, shop_id: int, now: datetime) -> Rates:
    found = rates.of_shop(session, shop_id, now)
    values = {"counted_at": now, "groups": [_group(*each) for each in found.groups.items()]}
    row = insert(KeptRates).values(shop_id=shop_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["shop_id"], set_=values))
    return found


def _group(of: rates.Group, counted: Counted) -> Json:
    product_gid, every = of
    return {"product_gid": product_gid, "rhythm": every, **vars(counted)}


def _read(groups: list[Json]) -> Rates:
    found = Rates()
    for group in map(dict, groups):
        of = group.pop("product_gid"), group.pop("rhythm")
        found.groups[of] = counted = Counted(**group)
        found.whole.add(counted)
    return found
