"""Entries of the feed for a page, a file and a program: filtered, and page by page without a shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shopify_app.contracts.models import Contract
from shopify_app.contracts.search_words import fold
from shopify_app.fulfillment.models import Change

Attribute = InstrumentedAttribute[date | None]
PAGE = 50
OPEN, TAKEN, ALL = "open", "acknowledged", "all"
_NEVER = date(9999, 12, 31)
"""Stands for a missing ship date, so that entries without one come last."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for: `show` as above, a group of `journal.feed` or "", ship dates from and to (both included)."""

    show: str = OPEN
    group: str = ""
    first: date | None = None
    last: date | None = None
    search: str = ""


@dataclass(frozen=True)
class Row:
    """An entry, and its subscription as far as we still have it."""

    change: Change
    contract: Contract | None


def page(
    session: Session, shop_id: int, wanted: Wanted, after: tuple[date, int] | None = None, limit: int = PAGE
) -> Sequence[Row]:
    """Return entries by ship date, the soonest first. `after`: the `key` of the last one of the page before."""
    on = func.coalesce(Change.ships_on, _NEVER)
    query = _rows(shop_id, wanted)
    if after is not None:
        query = query.where(or_(on > after[0], and_(on == after[0], Change.id > after[1])))
    found = session.execute(query.order_by(on, Change.id).limit(limit)).all()
    return [Row(change, contract) for change, contract in found]


def key(change: Change) -> tuple[date, int]:
    """Return where an entry stands in the order of `page`."""
    return change.ships_on or _NEVER, change.id


def count(session: Session, shop_id: int, wanted: Wanted) -> int:
    """Return how many entries there are."""
    return session.scalar(select(func.count()).select_from(_rows(shop_id, wanted).subquery())) or 0


def above(
    session: Session, shop_id: int, position: int, until: int | None = None, limit: int = 100
) -> Sequence[Change]:
    """Return entries changed since a position (up to another, if given), in the order in which they changed."""
    mine = (Change.shop_id == shop_id, Change.position > position)
    query = select(Change).where(*mine, *([] if until is None else [Change.position <= until]))
    return session.scalars(query.order_by(Change.position).limit(limit)).all()


def any_entry(session: Session, shop_id: int) -> bool:
    """Return whether the feed holds anything at all."""
    return session.scalar(select(Change.id).where(Change.shop_id == shop_id).limit(1)) is not None


def _rows(shop_id: int, wanted: Wanted) -> Select[Change, Contract | None]:
    ours = and_(Contract.shop_id == Change.shop_id, Contract.shopify_gid == Change.contract_gid)
    query = select(Change, Contract).outerjoin(Contract, ours).where(Change.shop_id == shop_id)
    return query.where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.show == OPEN:
        found += [Change.acknowledged_at.is_(None), ~Change.is_void]
    elif wanted.show == TAKEN:
        found.append(Change.acknowledged_at.is_not(None))
    if wanted.group:
        found.append(Change.groups.contains([wanted.group]))
    if wanted.first or wanted.last:
        # what was moved concerns the day it left, too
        days = (Change.ships_on, Change.shipped_on)
        found.append(or_(*(_within(day, wanted.first, wanted.last) for day in days)))
    found += [Contract.search_text.contains(word, autoescape=True) for word in fold(wanted.search).split()]
    return found


def _within(day: Attribute, first: date | None, last: date | None) -> ColumnElement[bool]:
    return and_(day.is_not(None), day >= (first or date.min), day <= (last or _NEVER))
