"""What a shopper has been told of a coming order already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.db import is_one_of
from shopify_app.notices.content import Content
from shopify_app.notices.models import RECORDED, AnnouncedOrder, Notice
from shopify_app.notices.rules import days_until, has_moved
from shopify_app.shops.models import Shop

SLICE = 5000


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


def of_cycles(session: Session, shop: Shop, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Told]:
    """Return what was told of each of these cycles (contract id, index); one of which nothing was is missing."""
    leads: dict[tuple[int, int], set[int]] = {}
    orders: dict[tuple[int, int], AnnouncedOrder] = {}
    for start in range(0, len(keys), SLICE):
        some = keys[start : start + SLICE]
        for contract_id, index, lead in session.execute(_leads(shop, some)):
            leads.setdefault((contract_id, index), set()).add(lead)
        for row in session.scalars(_orders(some)):
            orders[row.contract_id, row.cycle_index] = row
    return {
        key: Told(
            frozenset(leads.get(key, ())),
            orders[key].told_due_at if key in orders else None,
            orders[key].told_at if key in orders else None,
        )
        for key in leads.keys() | orders.keys()
    }


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


def note_compared(cycle: BillingCycle) -> None:
    """Note up to which writing of the mirror an order was compared with what was told.

    It is the writing that this session has read: one that was committed since is looked at again.
    """
    cycle.compared_at = cycle.written_at


def _leads(shop: Shop, keys: Sequence[tuple[int, int]]) -> Select[int, int, int]:
    return select(Notice.contract_id, Notice.cycle_index, Notice.lead_days).where(
        Notice.shop_id == shop.id,
        Notice.delivery == 0,
        Notice.state == RECORDED,
        is_one_of(keys, Notice.contract_id, Notice.cycle_index),
    )


def _orders(keys: Sequence[tuple[int, int]]) -> Select[AnnouncedOrder]:
    return select(AnnouncedOrder).where(is_one_of(keys, AnnouncedOrder.contract_id, AnnouncedOrder.cycle_index))
