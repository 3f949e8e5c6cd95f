"""Where the line of time is read from: one source a table, each by the index of its subscription, newest first.

Shopify tells whole seconds, so the order is by second; within one, by source (`rank`: what was told stands above what
was planned, and both above the calls behind them) and then by row, the later one first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shopify_app.billing.models import BillingAttempt
from shopify_app.cards.models import CardRequest
from shopify_app.contracts.models import Contract
from shopify_app.contracts.note_models import StaffNote
from shopify_app.edits.contract.actions import OURS
from shopify_app.edits.models import ContractEdit, CycleEdit
from shopify_app.journal.models import Fact
from shopify_app.notices.models import Notice
from shopify_app.orders.alignment.models import OrderAlignment

SECOND = timedelta(seconds=1)
FACT, DROPPED, PLANNED, CHARGE, DATE_EDIT, EDIT, PAID_ORDER, CARD, NOTE = range(9)
"""Ranks of the sources."""
CALLS = (CHARGE, DATE_EDIT, EDIT, PAID_ORDER, CARD)
Key = int | str


@dataclass(frozen=True)
class Place:
    """Where an entry stands: its whole second, the rank of its source, and its row's key there."""

    second: datetime
    rank: int
    key: Key


@dataclass(frozen=True)
class Entry:
    """A row at its place."""

    place: Place
    at: datetime
    row: Any


@dataclass(frozen=True)
class Source:
    """A table's rows of one subscription. `at`: business time; `key`: what tells rows of one second apart."""

    rank: int
    model: Any
    at: ColumnElement[Any] | InstrumentedAttribute[Any]
    key: ColumnElement[Any] | InstrumentedAttribute[Any]
    mine: tuple[ColumnElement[bool], ...]


def of(contract: Contract, kinds: Sequence[str] | None = None) -> list[Source]:
    """Return the sources of a subscription; of facts only those of `kinds`, if given."""
    shop, gid, number = contract.shop_id, contract.shopify_gid, contract.id
    facts = [Fact.shop_id == shop, Fact.contract_gid == gid]
    facts += [Fact.kind.in_(kinds)] if kinds is not None else []
    notices = (Notice.shop_id == shop, Notice.contract_id == number)
    sent_at = func.coalesce(BillingAttempt.requested_at, BillingAttempt.written_at)
    attempts = (BillingAttempt.shop_id == shop, BillingAttempt.contract_id == number)
    # a request id is compared here and in Python: by its code points in both
    by_date, whole = CycleEdit.request_id.collate("C"), ContractEdit.request_id.collate("C")
    # what Shopify is not asked for is no call; that it was done is a fact of its own
    asked = (ContractEdit.contract_id == number, ContractEdit.action.not_in(OURS))
    paid = (OrderAlignment.shop_id == shop, OrderAlignment.contract_gid == gid)
    # the index of requests begins with the customer
    cards = (CardRequest.shop_id == shop, CardRequest.customer_gid == contract.customer_gid)
    return [
        Source(FACT, Fact, Fact.occurred_at, Fact.id, tuple(facts)),
        Source(DROPPED, Notice, Notice.dropped_at, Notice.id, (*notices, Notice.dropped_at.is_not(None))),
        Source(PLANNED, Notice, Notice.planned_at, Notice.id, (*notices, Notice.planned_at.is_not(None))),
        Source(CHARGE, BillingAttempt, sent_at, BillingAttempt.id, attempts),
        Source(DATE_EDIT, CycleEdit, CycleEdit.asked_at, by_date, (CycleEdit.contract_id == number,)),
        Source(EDIT, ContractEdit, ContractEdit.asked_at, whole, asked),
        Source(PAID_ORDER, OrderAlignment, OrderAlignment.asked_at, OrderAlignment.id, paid),
        Source(NOTE, StaffNote, StaffNote.written_at, StaffNote.id, (StaffNote.contract_id == number,)),
        Source(CARD, CardRequest, CardRequest.asked_at, CardRequest.id, (*cards, CardRequest.contract_gid == gid)),
    ]


def read(session: Session, sources: Sequence[Source], after: Place | None, limit: int) -> list[Entry]:
    """Return up to `limit` entries of all sources together, newest first, those that stand below `after`."""
    found = [entry for source in sources for entry in _newest(session, source, after, limit)]
    return sorted(found, key=_order)[:limit]


def _newest(session: Session, source: Source, after: Place | None, limit: int) -> list[Entry]:
    conditions = (*source.mine, *([_below(source, after)] if after else []))
    # whole seconds only: the last one is read to its end, whichever of its rows come first
    last = select(func.date_trunc("second", source.at)).where(*conditions).order_by(source.at.desc())
    floor = last.offset(limit - 1).limit(1).scalar_subquery()
    query = select(source.model, source.at, source.key).where(*conditions)
    query = query.where(or_(floor.is_(None), source.at >= floor))
    return [
        Entry(Place(at.replace(microsecond=0), source.rank, key), at, row) for row, at, key in session.execute(query)
    ]


def _below(source: Source, after: Place) -> ColumnElement[bool]:
    if source.rank > after.rank:
        return source.at < after.second + SECOND
    if source.rank < after.rank:
        return source.at < after.second
    return or_(source.at < after.second, and_(source.at < after.second + SECOND, source.key < after.key))


def _order(entry: Entry) -> tuple[Any, ...]:
    """Descending by second, ascending by rank; rows of one source and second, the later first."""
    key = entry.place.key
    later_first: tuple[Any, ...] = (-key,) if isinstance(key, int) else (*(-ord(sign) for sign in key), 1)
    return (-entry.place.second.timestamp(), entry.place.rank, later_first)
