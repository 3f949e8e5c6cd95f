"""What is there of an item, and who stands in line for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.billing.models import REQUESTED, UNKNOWN, WRITTEN, BillingAttempt
from shopify_app.catalog.models import Variant
from shopify_app.kit.db import is_one_of
from shopify_app.stock.models import Demand, InventoryLevel, StockCause, StockDecision
from shopify_app.stock.policy import SELL
from shopify_app.stock.runway import Claim, Runway, of_days

_SELLS = func.coalesce(StockDecision.done, "") == SELL
_OF_NEEDS = (
    Demand.contract_id,
    Demand.cycle_index,
    Demand.delivery,
    Demand.variant_gid,
    Demand.units,
    Demand.charge_at,
)
IN_FLIGHT = timedelta(minutes=15)
CONTINUE = "CONTINUE"
"""ProductVariantInventoryPolicy: may be sold when there is none."""


@dataclass(frozen=True)
class Shelf:
    """An item: its variants that we know, and the units that subscribers may still get; None: nothing limits them."""

    item_gid: str
    variants: tuple[Variant, ...]
    units: int | None

    @property
    def gids(self) -> list[str]:
        """The variants' gids."""
        return [variant.shopify_gid for variant in self.variants]

    def is_limited(self, variant_gid: str) -> bool:
        """Answer whether a variant may not be sold when there is none: several of one item may differ."""
        found = next((each for each in self.variants if each.shopify_gid == variant_gid), None)
        return self.units is not None and found is not None and is_limited(found)


def is_limited(variant: Variant) -> bool:
    """Answer whether Shopify refuses a charge of what is not there; what we know nothing of is not held back."""
    return bool(variant.tracked) and variant.inventory_policy is not None and variant.inventory_policy != CONTINUE


def shelf(session: Session, shop_id: int, item_gid: str) -> Shelf:
    """Return an item as it stands: all locations together, less what was charged since they were read.

    Shopify takes a charge's units from whichever location it routes the order to, which we cannot know before.
    """
    mine = (Variant.shop_id == shop_id, Variant.inventory_item_gid == item_gid)
    variants = tuple(session.scalars(select(Variant).where(*mine).order_by(Variant.id)))
    if not any(map(is_limited, variants)):
        return Shelf(item_gid, variants, None)
    levels = (InventoryLevel.shop_id == shop_id, InventoryLevel.item_gid == item_gid)
    newest = func.max(InventoryLevel.shopify_updated_at)
    totals = select(func.count(), func.sum(InventoryLevel.available), newest).where(*levels)
    count, units, read_at = session.execute(totals).one()
    if not count:
        return Shelf(item_gid, variants, None)
    since = (Demand.shop_id == shop_id, Demand.spent_at.is_not(None), Demand.spent_at > read_at)
    gids = [variant.shopify_gid for variant in variants]
    spent = session.scalar(select(func.sum(Demand.units)).where(*since, Demand.variant_gid.in_(gids)))
    return Shelf(item_gid, variants, int(units) - int(spent or 0))


def claims(session: Session, shop_id: int, on: Shelf, until: datetime, first: int | None = None) -> list[Claim]:
    """Return who needs the item until an instant (business time), and whoever waits for it, in no order.

    A waiting order keeps the place it had before it was moved. `first`: only so many, those that are charged first;
    for an item of which nobody waits.
    """
    places = _places(session, shop_id, on.item_gid)
    mine = (Demand.shop_id == shop_id, Demand.variant_gid.in_(on.gids), Demand.spent_at.is_(None))
    needs = select(*_OF_NEEDS).where(*mine)
    soon = needs.where(Demand.charge_at <= until)
    if first is not None:
        soon = soon.order_by(Demand.charge_at, Demand.contract_id).limit(first)
    found = list(session.execute(soon))
    if places:  # what waits may have been put off beyond the instant: asked for by itself, or all needs were read
        theirs = is_one_of({place[:2] for place in places}, Demand.contract_id, Demand.cycle_index)
        late = session.execute(needs.where(Demand.charge_at > until, theirs))
        found += [row for row in late if (row[0], row[1], row[3]) in places]
    limited = {gid: on.is_limited(gid) for gid in on.gids}
    known = []
    for contract_id, index, delivery, gid, units, charge_at in found:
        place, sells = places.get((contract_id, index, gid), (charge_at, False))
        is_limited, is_paid = limited[gid] and not sells, index == 0 or delivery > 0
        known.append(
            Claim(contract_id, index, delivery, gid, units, charge_at, min(place, charge_at), is_limited, is_paid)
        )
    return known


def _places(session: Session, shop_id: int, item_gid: str) -> dict[tuple[int, int, str], tuple[datetime, bool]]:
    """The place in line of every order that waits for an item, and whether it is sold anyway."""
    order = (StockDecision.contract_id, StockDecision.cycle_index, StockDecision.variant_gid)
    query = (
        select(*order, func.min(StockDecision.charge_at), func.bool_or(_SELLS))
        .join(StockCause, StockCause.id == StockDecision.cause_id)
        .where(StockCause.shop_id == shop_id, StockCause.item_gid == item_gid)
        .where(or_(StockDecision.ended_at.is_(None), StockDecision.done == SELL))
        .group_by(*order)
    )
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in session.execute(query)}


def is_charging(session: Session, shop_id: int, on: Shelf, now: datetime) -> bool:
    """Answer whether a charge of the item is under way: its units may be off the shelf already, by the level we read,
    and still be needed by our rows. One whose outcome nobody knew for so long counts as not there.
    """
    mine = (Demand.shop_id == shop_id, Demand.variant_gid.in_(on.gids), Demand.spent_at.is_(None))
    flying = (
        BillingAttempt.contract_id == Demand.contract_id,
        BillingAttempt.cycle_index == Demand.cycle_index,
        BillingAttempt.state.in_((WRITTEN, REQUESTED, UNKNOWN)),
        BillingAttempt.written_at > now - IN_FLIGHT,
    )
    return bool(session.scalar(select(exists().where(*mine, *flying))))


def instants(
    session: Session, shop_id: int, variant_gids: Sequence[str], until: datetime
) -> list[tuple[datetime, int]]:
    """Return the units that upcoming orders need of variants, by the instant of their charge, in no order.

    Orders of one day are charged at one hour, so there are about as many instants as days, and whoever needs days
    works them out here and not for each row.
    """
    query = (
        select(Demand.charge_at, func.sum(Demand.units))
        .where(Demand.shop_id == shop_id, Demand.variant_gid.in_(variant_gids), Demand.spent_at.is_(None))
        .where(Demand.charge_at <= until)
        .group_by(Demand.charge_at)
    )
    return [(at, int(units)) for at, units in session.execute(query)]


def days(
    session: Session, shop_id: int, variant_gids: Sequence[str], until: datetime, zone: ZoneInfo
) -> list[tuple[date, int]]:
    """Return the units that upcoming orders need of variants, by local day of `zone`, in order."""
    return by_day(instants(session, shop_id, variant_gids, until), zone)


def by_day(needs: Sequence[tuple[datetime, int]], zone: ZoneInfo) -> list[tuple[date, int]]:
    """Return units by local day of `zone`, in order."""
    found: Counter[date] = Counter()
    for at, units in needs:
        found[at.astimezone(zone).date()] += units
    return sorted(found.items())


def runways(session: Session, shop_id: int, until: datetime, zone: ZoneInfo) -> dict[str, Runway]:
    """Return how far every limited item of a shop goes until an instant, by item: all in two questions.

    What is charged at this moment and not yet off the shelf is not subtracted here; `shelf` does that for one item.
    """
    units: dict[str, int] = {}
    levels = select(InventoryLevel.item_gid, func.sum(InventoryLevel.available))
    for item, there in session.execute(
        levels.where(InventoryLevel.shop_id == shop_id).group_by(InventoryLevel.item_gid)
    ):
        units[item] = int(there)
    limited: dict[str, str] = {}
    for variant in session.scalars(select(Variant).where(Variant.shop_id == shop_id)):
        item_of = variant.inventory_item_gid
        if item_of is not None and item_of in units and is_limited(variant):
            limited[variant.shopify_gid] = item_of
    query = (
        select(Demand.variant_gid, Demand.charge_at, func.sum(Demand.units))
        .where(Demand.shop_id == shop_id, Demand.spent_at.is_(None), Demand.charge_at <= until)
        .group_by(Demand.variant_gid, Demand.charge_at)
    )
    needs: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    local: dict[datetime, date] = {}  # the same few instants for every variant
    for variant_gid, instant, needed in session.execute(query):
        if variant_gid in limited:
            on = local.get(instant) or local.setdefault(instant, instant.astimezone(zone).date())
            needs[limited[variant_gid]][on] += int(needed)
    return {item: of_days(units[item], sorted(days.items())) for item, days in needs.items()}
