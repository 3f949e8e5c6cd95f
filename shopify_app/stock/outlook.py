"""What subscribers will need of items: by window and by day, as it stands and as experience corrects it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Date, Integer, Select, cast, func, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Variant
from shopify_app.contracts.models import Contract
from shopify_app.shops.models import Shop
from shopify_app.stock import rates as experience
from shopify_app.stock import rates_kept
from shopify_app.stock.models import Demand
from shopify_app.stock.rates import Rates

WINDOWS = (7, 30, 90)
"""Days ahead, as pages show them."""


@dataclass
class Need:
    """Units that orders need, by how many days ahead they are charged: raw, and what of them will come true."""

    raw: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    adjusted: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    subscribers: int = 0

    def within(self, days: int) -> int:
        """Return the units that are needed in the next so many days."""
        return sum(units for ahead, units in self.raw.items() if ahead < days)

    def adjusted_within(self, days: int) -> int:
        """Return the same less what will probably be skipped or cancelled, in whole units."""
        return round(sum(units for ahead, units in self.adjusted.items() if ahead < days))


def needs(
    session: Session, shop: Shop, item_gids: Sequence[str], now: datetime, rates: Rates | None = None
) -> dict[str, Need]:
    """Return item → what is needed of it over the longest window from `now` (business time) on, in days of the shop.

    What was paid for before is needed for certain; what is overdue counts as today's.
    """
    rates = rates or rates_kept.of_shop(session, shop.id, now)
    found: dict[str, Need] = {gid: Need() for gid in item_gids}
    today = now.astimezone(shop.zone).date()
    for gid, product_gid, every, index, on, units in session.execute(_by_day(shop, item_gids, now)):
        ahead = max((on - today).days, 0)
        share = 1.0 if index == 0 else rates.of(product_gid, every).share(ahead)
        found[gid or ""].raw[ahead] += int(units)
        found[gid or ""].adjusted[ahead] += int(units) * share
    for gid, subscribers in session.execute(_subscribers(shop, item_gids, now)):
        found[gid or ""].subscribers = subscribers
    return found


def added_up(need: Mapping[int, float], today: date, days: int = max(WINDOWS)) -> list[tuple[date, float]]:
    """Return each day ahead with what is needed until its end."""
    total, found = 0.0, []
    for ahead in range(days):
        total += need.get(ahead, 0)
        found.append((today + timedelta(days=ahead), total))
    return found


def _by_day(shop: Shop, item_gids: Sequence[str], now: datetime) -> Select[str | None, str, str, int, date, int]:
    on = cast(func.timezone(shop.zone.key, Demand.charge_at), Date).label("on_day")
    paid = cast(func.least(Demand.cycle_index, 1), Integer).label("index")
    what = (Variant.inventory_item_gid, Variant.product_gid, experience.RHYTHM, paid, on)
    return (
        select(*what, func.sum(Demand.units))
        .join(Variant, (Variant.shop_id == Demand.shop_id) & (Variant.shopify_gid == Demand.variant_gid))
        .join(Contract, Contract.id == Demand.contract_id)
        .where(*_mine(shop, item_gids, now))
        .group_by(*what)
    )


def _subscribers(shop: Shop, item_gids: Sequence[str], now: datetime) -> Select[str | None, int]:
    return (
        select(Variant.inventory_item_gid, func.count(Demand.contract_id.distinct()))
        .join(Variant, (Variant.shop_id == Demand.shop_id) & (Variant.shopify_gid == Demand.variant_gid))
        .where(*_mine(shop, item_gids, now))
        .group_by(Variant.inventory_item_gid)
    )


def _mine(shop: Shop, item_gids: Sequence[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    until = now + timedelta(days=max(WINDOWS))
    own = (Demand.shop_id == shop.id, Demand.spent_at.is_(None), Demand.charge_at <= until)
    return (*own, Variant.inventory_item_gid.in_(item_gids))
