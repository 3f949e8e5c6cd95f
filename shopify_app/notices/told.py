"""What a shopper has been told of a coming order already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.bulk import insert_all, write_back
from shopify_app.kit.db import is_one_of
from shopify_app.notices.content import Content
from shopify_app.notices.models import RECORDED, AnnouncedOrder, Notice
from shopify_app.notices.rules import days_until, has_moved
from shopify_app.shops.models import Shop

SLICE = 5000
Key = tuple[int, int]
"""Contract id and cycle index."""


@dataclass(frozen=True)
class Told:
    """The leads told of one cycle, whatever day they spoke of, and the day told last with the moment of telling."""

    leads: frozenset[int]
    due_at: datetime | None
    at: datetime | None

    def days_before(self, due_at: datetime, zone: ZoneInfo) -> int | None:
        """Return how many local days before this charge the shopper last heard of its day; None if never of this."""
        if self.at is None or self.due_at is None or has_moved(self.due_at, due_at, zone):
            return None
        return days_until(due_at, self.at, zone)


def of_cycles(session: Session, shop: Shop, keys: Sequence[Key]) -> dict[Key, Told]:
    """Return what was told of each of these cycles; one of which nothing was is missing."""
    leads, orders = leads_of(session, shop, keys), {}
    for start in range(0, len(keys), SLICE):
        for row in session.scalars(_orders(keys[start : start + SLICE])):
            orders[row.contract_id, row.cycle_index] = row
    return {
        key: Told(
            frozenset(leads.get(key, ())),
            orders[key].told_due_at if key in orders else None,
            orders[key].told_at if key in orders else None,
        )
        for key in leads.keys() | orders.keys()
    }


def leads_of(session: Session, shop: Shop, keys: Sequence[Key]) -> defaultdict[Key, set[int]]:
    """Return the leads told of each of these cycles, whatever day they spoke of."""
    found: defaultdict[Key, set[int]] = defaultdict(set)
    for start in range(0, len(keys), SLICE):
        for contract_id, index, lead in session.execute(_leads(shop, keys[start : start + SLICE])):
            found[contract_id, index].add(lead)
    return found


def lock_orders(session: Session, shop_id: int, keys: Sequence[Key]) -> dict[Key, AnnouncedOrder]:
    """Return what was told of these orders, locked; an order of which nothing was told yet gets its row now."""
    new = [{"shop_id": shop_id, "contract_id": contract_id, "cycle_index": index} for contract_id, index in keys]
    insert_all(session, AnnouncedOrder, new, ("contract_id", "cycle_index"))
    query = _orders(keys).order_by(AnnouncedOrder.contract_id, AnnouncedOrder.cycle_index)
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {(row.contract_id, row.cycle_index): row for row in rows}


def content(order: AnnouncedOrder) -> Content:
    """Return what was last told of an order; something must have been."""
    return Content(
        order.told_due_at, order.told_skipped, str(order.told_amount or Decimal(0)), tuple(order.told_items)
    )


def remember(order: AnnouncedOrder, what: Content, lead: int | None, now: datetime) -> None:
    """Note what the shopper is told now (business time). `lead` is None for a change, which has none of its own."""
    order.told_at, order.told_due_at, order.told_skipped = now, what.due_at, what.skipped
    order.told_amount, order.told_items = Decimal(what.amount), list(what.items)
    order.told_lead = order.told_lead if lead is None else lead
    order.settles_at = None


def write(session: Session, orders: Collection[AnnouncedOrder]) -> None:
    """Write what was remembered of many orders at once, see `write_back`."""
    write_back(session, orders, *_TOLD)


_TOLD = (
    "told_at",
    "told_lead",
    "told_due_at",
    "told_skipped",
    "told_amount",
    "told_items",
    "changes_told",
    "settles_at",
)


def note_compared(cycle: BillingCycle) -> None:
    """Note up to which writing of the mirror an order was compared with what was told.

    It is the writing that this session has read: one that was committed since is looked at again.
    """
    cycle.compared_at = cycle.written_at


def _leads(shop: Shop, keys: Sequence[Key]) -> Select[int, int, int]:
    return select(Notice.contract_id, Notice.cycle_index, Notice.lead_days).where(
        Notice.shop_id == shop.id,
        Notice.delivery == 0,
        Notice.state == RECORDED,
        is_one_of(keys, Notice.contract_id, Notice.cycle_index),
    )


def _orders(keys: Sequence[Key]) -> Select[AnnouncedOrder]:
    return select(AnnouncedOrder).where(is_one_of(keys, AnnouncedOrder.contract_id, AnnouncedOrder.cycle_index))
