"""Writes a contract's cycles as read, and lets go of those that Shopify no longer has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.contracts import contents, erase
from shopify_app.contracts.cycles import UNBILLED
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.cycles import CycleSnapshot, CyclesRead


def write(session: Session, shop_id: int, contract: Contract, read: CyclesRead, asked_at: datetime) -> None:
    """Insert or update the cycles of one reading. Claims, holds and attempts on a row are ours and stay.

    The caller holds the contract's lock and has checked that the reading is not older than the last one.
    """
    spared = any(cycle.contents for cycle in read.cycles) and erase.is_erased(session, contract)
    for is_known in (True, False):
        some = [cycle for cycle in read.cycles if cycle.contents_known is is_known]
        if some:
            _upsert(session, contract, some, asked_at, without_person=spared)
    _let_go(session, shop_id, contract.id, read)
    if read.complete:
        contract.cycles_read_until = read.until


def open_indexes(session: Session, shop_id: int, contract_id: int) -> list[int]:
    """Return the indexes of unbilled, never attempted cycles we hold, which a reading should not leave out."""
    query = select(BillingCycle.cycle_index).where(
        BillingCycle.shop_id == shop_id,
        BillingCycle.contract_id == contract_id,
        BillingCycle.status == UNBILLED,
        BillingCycle.attempted_at.is_(None),
    )
    return list(session.scalars(query.order_by(BillingCycle.cycle_index)))


def _upsert(
    session: Session,
    contract: Contract,
    cycles: Sequence[CycleSnapshot],
    asked_at: datetime,
    *,
    without_person: bool,
) -> None:
    """Insert or update cycles of which all contents are known, or none: those then stay as they were."""
    values = [
        {
            "shop_id": contract.shop_id,
            "contract_id": contract.id,
            "cycle_index": cycle.index,
            "start_at": cycle.start_at,
            "end_at": cycle.end_at,
            "expected_at": cycle.expected_at,
            "status": cycle.status,
            "skipped": cycle.skipped,
            "edited": cycle.edited,
            "read_at": asked_at,
        }
        | _contents(cycle, without_person=without_person)
        for cycle in cycles
    ]
    statement = insert(BillingCycle).values(values)
    key = ("shop_id", "contract_id", "cycle_index")
    changed = {name: statement.excluded[name] for name in values[0] if name not in key}
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


def _contents(cycle: CycleSnapshot, *, without_person: bool) -> dict[str, object]:
    if not cycle.contents_known:
        return {}
    kept = contents.as_json(cycle.contents)
    return {"contents": contents.without_person(kept) if without_person else kept}


def _let_go(session: Session, shop_id: int, contract_id: int, read: CyclesRead) -> None:
    """Delete never attempted rows of which the reading proves that Shopify no longer has them.

    A changed billing policy renumbers what lies ahead.
    """
    session.execute(
        delete(BillingCycle).where(
            BillingCycle.shop_id == shop_id,
            BillingCycle.contract_id == contract_id,
            BillingCycle.attempted_at.is_(None),
            BillingCycle.status == UNBILLED,
            BillingCycle.cycle_index.not_in([cycle.index for cycle in read.cycles]),
            or_(_was_read_over(read), _cannot_follow(read)),
        )
    )


def _was_read_over(read: CyclesRead) -> ColumnElement[bool]:
    """The row lies wholly inside the range that was read. Rows at its edge prove nothing: whether Shopify selects
    by a cycle's start, end or expected date is not written anywhere."""
    inside = (
        func.least(BillingCycle.start_at, BillingCycle.expected_at) >= read.start,
        func.greatest(BillingCycle.end_at, BillingCycle.expected_at) <= read.until,
    )
    if read.complete:
        return and_(*inside)
    last = max((cycle.index for cycle in read.cycles), default=0)
    return and_(*inside, BillingCycle.cycle_index < last)


def _cannot_follow(read: CyclesRead) -> ColumnElement[bool]:
    """The row claims to come after the last cycle read, but begins before that one ends; or it is not the next
    one, and yet begins within the range."""
    if not read.complete or not read.cycles:
        return false()
    last = read.cycles[-1]
    return or_(
        and_(BillingCycle.cycle_index > last.index, BillingCycle.start_at <= last.end_at),
        and_(BillingCycle.cycle_index > last.index + 1, BillingCycle.start_at <= read.until),
    )


def as_read(session: Session, shop_id: int, contract_id: int) -> list[tuple[object, ...]]:
    """Return what Shopify said of each cycle we hold, for comparing two states of the mirror."""
    columns = (BillingCycle.cycle_index, BillingCycle.expected_at, BillingCycle.status, BillingCycle.skipped)
    query = select(*columns, BillingCycle.edited, BillingCycle.contents, BillingCycle.due_at).where(
        BillingCycle.shop_id == shop_id, BillingCycle.contract_id == contract_id
    )
    return [tuple(row) for row in session.execute(query.order_by(BillingCycle.cycle_index))]
