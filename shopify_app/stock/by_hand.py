"""What staff say about an item: when it comes back, what is kept for subscribers, and that it never comes again."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json, lock
from shopify_app.stock import dirty, kept
from shopify_app.stock.models import ItemStanding, StockCause
from shopify_app.stock.states import DISCONTINUED

MOST_UNITS, MOST_DAYS = 99_999, 90


def expect_back(
    session: Session, shop_id: int, item_gid: str, on: date | None, name: str, actor: str, now: datetime
) -> bool:
    """Write down on which day an item is expected back, None: nobody knows; returns whether that is news.

    `name` is what the history calls the item, `actor` who said so.
    """
    standing = _locked(session, shop_id, item_gid)
    before, standing.expected_back_on = standing.expected_back_on, on
    if before == on:
        return False
    days = [each.isoformat() if each else None for each in (before, on)]
    note(session, shop_id, "expected_back", name, actor, now, {"on": days[0]}, {"on": days[1]})
    return True


def keep(
    session: Session, shop_id: int, item_gid: str, units: int, days: int, name: str, actor: str, now: datetime
) -> bool:
    """Keep units back for renewals that are due within so many days; returns whether that is news.

    Raises ValueError with the field's name for a number out of bounds.
    """
    for field, value, most in (("safety_units", units, MOST_UNITS), ("safety_days", days, MOST_DAYS)):
        if not 0 <= value <= most:
            raise ValueError(f"{field} must be between 0 and {most}")
    standing = _locked(session, shop_id, item_gid)
    before = {"units": standing.safety_units, "days": standing.safety_days}
    after = {"units": units, "days": days}
    if before == after:
        return False
    standing.safety_units, standing.safety_days = units, days
    kept.count(session, standing, now)
    note(session, shop_id, "kept", name, actor, now, before, after)
    return True


def discontinue(
    session: Session, shop_id: int, item_gid: str, is_gone: bool, name: str, actor: str, now: datetime
) -> bool:
    """Say that an item never comes again, or take that back; it is looked at anew. Returns whether that is news."""
    standing = _locked(session, shop_id, item_gid)
    if (standing.discontinued_at is not None) == is_gone:
        return False
    standing.discontinued_at = now if is_gone else None
    if not is_gone:
        mine = (StockCause.shop_id == shop_id, StockCause.item_gid == item_gid, StockCause.kind == DISCONTINUED)
        session.execute(update(StockCause).where(*mine, StockCause.closed_at.is_(None)).values(closed_at=now))
    dirty.mark(session, shop_id, [item_gid])
    note(session, shop_id, "discontinued", name, actor, now, {"is_gone": not is_gone}, {"is_gone": is_gone})
    return True


def note(
    session: Session,
    shop_id: int,
    what: str,
    name: str,
    actor: str,
    now: datetime,
    before: Json | None = None,
    after: Json | None = None,
) -> None:
    """Record that staff changed how stock is weighed: `what` of which item, plan or product (`name`)."""
    record(
        session,
        shop_id,
        # machine time: it may be changed twice within one instant of business time
        key=f"stock.rules_changed:{what}:{machine_now().isoformat()}",
        kind="stock.rules_changed",
        occurred_at=now,
        actor=actor,
        before=before,
        after=after,
        data={"what": what, "name": name},
    )


def _locked(session: Session, shop_id: int, item_gid: str) -> ItemStanding:
    """The item's row, while nobody looks at it."""
    lock(session, "stock", shop_id, item_gid)
    mine = (ItemStanding.shop_id == shop_id, ItemStanding.item_gid == item_gid)
    return session.scalars(select(ItemStanding).where(*mine).execution_options(populate_existing=True)).one()
