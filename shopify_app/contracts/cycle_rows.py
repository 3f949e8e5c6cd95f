"""Writes a contract's cycles as read, and lets go of those that Shopify no longer has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.contracts.cycles import UNBILLED
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.cycles import CycleSnapshot, CyclesRead


def write(session: Session, shop_id: int, contract: Contract, read: CyclesRead, asked_at: datetime) -> None:
    """Insert or update the cycles of one reading. Claims, holds and attempts on a row are ours and stay.

    The caller holds the contract's lock and has checked that the reading is not older than the last one.
    """
    if read.cycles:
        _upsert(session, shop_id, contract.id, read.cycles, asked_at)
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
    session: Session, shop_id: int, contract_id: int, cycles: Sequence[CycleSnapshot], asked_at: datetime
) -> None:
    values = [
        {
            "shop_id": shop_id,
            "contract_id": contract_id,
            "cycle_index": cycle.index,
            "start_at": cycle.start_at,
            "end_at": cycle.end_at,
            "expected_at": cycle.expected_at,
            "status": cycle.status,
            "skipped": cycle.skipped,
            "edited": cycle.edited,
            "read_at": asked_at,
        }
        for cycle in cycles
    ]
    statement = insert(BillingCycle).values(values)
    key = ("shop_id", "contract_id", "cycle_index")
    changed = {name: statement.excluded[name] for name in values[0] if name not in key}
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


def _let_go(session: Session, shop_id: int, contract_id: int, read: CyclesRead) -> None:
    """Delete never attempted rows that lie wholly inside what was read and were not there.

    A changed billing policy renumbers what lies ahead. Rows at the edge of the range stay: whether Shopify counts
    them in is not known, and the next reading decides.
    """
    last = max((cycle.index for cycle in read.cycles), default=None)
    gone = delete(BillingCycle).where(
        BillingCycle.shop_id == shop_id,
        BillingCycle.contract_id == contract_id,
        BillingCycle.attempted_at.is_(None),
        BillingCycle.status == UNBILLED,
        BillingCycle.cycle_index.not_in([cycle.index for cycle in read.cycles]),
        func.least(BillingCycle.start_at, BillingCycle.expected_at) >= read.start,
        func.greatest(BillingCycle.end_at, BillingCycle.expected_at) <= read.until,
    )
    if not read.complete:
        if last is None:
            return
        gone = gone.where(BillingCycle.cycle_index < last)
    session.execute(gone)


def as_read(session: Session, shop_id: int, contract_id: int) -> list[tuple[object, ...]]:
    """Return what Shopify said of each cycle we hold, for comparing two states of the mirror."""
    columns = (BillingCycle.cycle_index, BillingCycle.expected_at, BillingCycle.status, BillingCycle.skipped)
    query = select(*columns, BillingCycle.edited, BillingCycle.due_at).where(
        BillingCycle.shop_id == shop_id, BillingCycle.contract_id == contract_id
    )
    return [tuple(row) for row in session.execute(query.order_by(BillingCycle.cycle_index))]
