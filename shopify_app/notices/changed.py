"""An order that changed after it was told: *Changed Upcoming Order*, once per content, with before and after.

Whoever changed it, and wherever, the mirror shows it: what was told is compared with what is. A difference rests
for two minutes of business time, so that several clicks become one mail and a change that is taken back becomes none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import Session

from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.journal.record import record
from shopify_app.kit.db import Instant
from shopify_app.kit.gid import number_of
from shopify_app.notices import content, rules, told
from shopify_app.notices.content import Content
from shopify_app.notices.models import AnnouncedOrder
from shopify_app.shops.models import INSTALLED, Shop

QUIET = timedelta(minutes=2)
BATCH = 200
_ITEMS = ("item_added", "item_removed", "item_swapped", "quantity_changed")
_EDITS = {
    "skipped": ("order.skipped", "order.unskipped"),
    "date": ("order.moved", "order.unskipped"),
    "items": ("order.contents_changed",),
    "amount": ("order.contents_changed",),
}
"""What differs → the facts of one cycle's edits that explain it."""
_EDITS_OF_ALL = {
    "date": ("frequency_changed",),
    "items": _ITEMS,
    "amount": (*_ITEMS, "delivery_changed", "discount_added", "discount_removed"),
}
"""What differs → the facts ("subscription." …) of edits of the whole subscription that explain it."""


@dataclass(frozen=True)
class Case:
    """One announced order with its neighbours. `now`: business time."""

    session: Session
    shop: Shop
    order: AnnouncedOrder
    contract: Contract
    cycle: BillingCycle
    now: datetime


def work(session: Session, now: datetime) -> int:
    """Look at one batch of announced orders that may have changed; returns how many."""
    rows = session.execute(
        candidates(now, AnnouncedOrder, Contract, BillingCycle, Shop)
        .order_by(BillingCycle.contract_id, BillingCycle.cycle_index)
        .limit(BATCH)
        .with_for_update(of=BillingCycle, skip_locked=True)
    ).all()
    for order, contract, cycle, shop in rows:
        if order is None:
            told.note_compared(cycle)
        else:
            _look(Case(session, shop, order, contract, cycle, now))
    return len(rows)


def candidates(now: Instant, *columns: Any) -> Select[Any]:
    """Select told orders that the mirror wrote again since they were compared, or whose change has settled.

    Both are few, and each has an index of its own. The order is null when what was told of it is forgotten.
    """
    written = select(BillingCycle.id).where(BillingCycle.to_compare.is_(True))
    settled = (
        select(BillingCycle.id)
        .join(AnnouncedOrder, _order_of_cycle())
        .where(AnnouncedOrder.settles_at.is_not(None), AnnouncedOrder.settles_at <= now)
    )
    return (
        select(*columns)
        .select_from(BillingCycle)
        .join(Contract, Contract.id == BillingCycle.contract_id)
        .join(Shop, and_(Shop.id == BillingCycle.shop_id, Shop.status == INSTALLED))
        .outerjoin(AnnouncedOrder, _order_of_cycle())
        .where(
            BillingCycle.id.in_(union(written, settled)),
            # one that rests already is compared when it has rested
            or_(AnnouncedOrder.settles_at.is_(None), AnnouncedOrder.settles_at <= now),
        )
    )


def difference(case: Case) -> list[str]:
    """Return what is no longer as it was told; nothing while there is nothing to tell of the order."""
    if case.order.told_at is None or not _is_ahead(case):
        return []
    return content.changes(told.content(case.order), content.of(case.contract, case.cycle), case.shop.zone)


def tell(case: Case, changes: list[str]) -> None:
    """Record the change, and remember what was told."""
    before, after = told.content(case.order), content.of(case.contract, case.cycle)
    case.order.changes_told += 1
    _record(case, before, after, changes)
    told.remember(case.order, after, None, case.now)
    told.note_compared(case.cycle)
    case.cycle.notices_for = None  # the notices after it follow the new date


def _order_of_cycle() -> ColumnElement[bool]:
    return and_(
        AnnouncedOrder.contract_id == BillingCycle.contract_id,
        AnnouncedOrder.cycle_index == BillingCycle.cycle_index,
    )


def _is_ahead(case: Case) -> bool:
    """Is the order still to come, or was it, before it was skipped? Else nothing can change for its shopper."""
    cycle = case.cycle
    if case.contract.status != ACTIVE or cycle.attempted_at is not None:
        return False
    at = cycle.expected_at if cycle.skipped else cycle.due_at
    return at is not None and at > case.now


def _look(case: Case) -> None:
    changes = difference(case)
    if changes and case.order.settles_at is not None:
        tell(case, changes)
        return
    case.order.settles_at = case.now + QUIET if changes else None
    told.note_compared(case.cycle)


def _record(case: Case, before: Content, after: Content, changes: list[str]) -> None:
    contract, order = case.contract, case.order
    record(
        case.session,
        case.shop.id,
        # with a number of its own: skipped, brought back and skipped once more is news each time
        key=f"changed:{number_of(contract.shopify_gid)}:{order.cycle_index}:{order.changes_told}:{after.digest()}",
        kind="order.changed",
        occurred_at=case.now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=order.cycle_index,
        actor=_actor(case, changes),
        cause="what was told is no longer so",
        before=before.as_json(),
        after=after.as_json(),
        data=_data(case, before, after, changes),
    )


def _data(case: Case, before: Content, after: Content, changes: list[str]) -> dict[str, Any]:
    lead = case.order.told_lead or 0
    data: dict[str, Any] = {
        "lead_days": lead,
        "changes": changes,
        "currency": case.contract.currency,
        "due_at": after.due_at.isoformat() if after.due_at else None,
        "expected_at": case.cycle.expected_at.isoformat(),
    }
    if after.due_at is None:
        return data
    days = rules.days_until(after.due_at, case.now, case.shop.zone)
    late = days < lead and content.comes_sooner(before, after, case.shop.zone)
    return data | {"days_until_charge": days} | ({"late_notice": True} if late else {})


def _actor(case: Case, changes: list[str]) -> str:
    """Return who made the change: by the latest edit since it was told; else all we know is Shopify."""
    own = {kind for change in changes for kind in _EDITS.get(change, ())}
    of_all = {f"subscription.{kind}" for change in changes for kind in _EDITS_OF_ALL.get(change, ())}
    edit = (
        select(Fact.actor)
        .where(
            Fact.shop_id == case.shop.id,
            Fact.contract_gid == case.contract.shopify_gid,
            or_(and_(Fact.cycle_index == case.order.cycle_index, Fact.kind.in_(own)), Fact.kind.in_(of_all)),
            Fact.occurred_at >= case.order.told_at,
        )
        .order_by(Fact.id.desc())
        .limit(1)
    )
    return case.session.scalar(edit) or "shopify"
