"""Tells what changed on single dates, whoever changed it: skipped, brought back, moved, or given other contents.

What we were asked for is told as the door that asked would tell it, under the same key: whichever of the two reads it
first tells it, also when the asker has died. Dates that move because the rhythm changed, or because periods were
numbered anew, are not told here: the change of the contract is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts import contents, erase, facts_asked
from shopify_app.contracts.contents import OrderContents
from shopify_app.contracts.facts_differences import Difference
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.cycles import UNBILLED, CycleSnapshot, CyclesRead
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.kit.money import plain

_COLUMNS = (
    BillingCycle.cycle_index,
    BillingCycle.start_at,
    BillingCycle.end_at,
    BillingCycle.expected_at,
    BillingCycle.skipped,
    BillingCycle.contents,
    BillingCycle.attempted_at,
)


@dataclass(frozen=True)
class Before:
    """A contract's open cycles by index, and what may explain their dates, before a reading is written."""

    cycles: dict[int, Any]
    status: str
    billing_policy: Json


def look(session: Session, row: Contract) -> Before:
    """Return how the open cycles stand. As columns: rows kept in the session would change with the reading."""
    mine = (BillingCycle.contract_id == row.id, BillingCycle.status == UNBILLED)
    found = {one.cycle_index: one for one in session.execute(select(*_COLUMNS).where(*mine))}
    return Before(found, row.status, row.billing_policy)


def tell(
    session: Session, row: Contract, before: Before, read: CyclesRead, asked_at: datetime, now: datetime
) -> None:
    """Record what a reading changed. `asked_at`: machine instant of the question; `now`: business time."""
    found = [
        (cycle, one)
        for cycle in read.cycles
        if cycle.index in before.cycles and cycle.status == UNBILLED
        for one in _differences(row, before, before.cycles[cycle.index], cycle)
    ]
    if not found or erase.is_erased(session, row):
        return
    for cycle, one in found:
        _record(session, row, cycle, one, asked_at, now)


def _differences(row: Contract, before: Before, was: Any, cycle: CycleSnapshot) -> Iterator[Difference]:
    if (was.start_at, was.end_at) != (cycle.start_at, cycle.end_at):
        return  # another period was given this number
    if was.skipped != cycle.skipped:
        kind = "order.skipped" if cycle.skipped else "order.unskipped"
        yield Difference(kind, {"skipped": was.skipped}, {"skipped": cycle.skipped})
    if _was_moved(row, before, was, cycle):
        dates = ({"expected_at": at.isoformat()} for at in (was.expected_at, cycle.expected_at))
        yield Difference("order.moved", *dates)
    if cycle.contents_known:
        yield from _contents(row, was.contents, contents.as_json(cycle.contents))


def _was_moved(row: Contract, before: Before, was: Any, cycle: CycleSnapshot) -> bool:
    is_as_before = (before.status, before.billing_policy) == (row.status, row.billing_policy)
    return is_as_before and was.attempted_at is None and was.expected_at != cycle.expected_at


def _contents(row: Contract, was: Json | None, now: Json | None) -> Iterator[Difference]:
    if was == now:
        return
    before, after = (contents.parsed(side) if side else contents.of(row, None) for side in (was, now))
    if _all_of(before) != _all_of(after):
        yield Difference("order.contents_changed", _told(before), _told(after))


def _all_of(order: OrderContents) -> tuple[object, ...]:
    lines = [(one.variant_gid or one.title, one.quantity, one.discounted_price) for one in order.lines]
    return (lines, order.delivery_price, order.delivery_method, order.note or None)


def _told(order: OrderContents) -> Json:
    """Nothing of where it goes: that is personal, and stands on the order itself."""
    names = ("variant_gid", "title", "variant_title", "sku", "quantity")
    items = [{name: getattr(one, name) for name in names} for one in order.lines]
    return {"items": items, "total": plain(order.total)}


def _record(
    session: Session, row: Contract, cycle: CycleSnapshot, one: Difference, asked_at: datetime, now: datetime
) -> None:
    asked = facts_asked.request(session, row, cycle.index, one.kind, one.after)
    seen = f"{one.kind}:{number_of(row.shopify_gid)}:{cycle.index}:{asked_at.isoformat()}"
    record(
        session,
        row.shop_id,
        key=facts_asked.done_key(asked, one.kind) if asked else seen,
        kind=one.kind,
        occurred_at=now,
        contract_gid=row.shopify_gid,
        customer_gid=row.customer_gid,
        cycle_index=cycle.index,
        actor=asked.actor if asked else facts_asked.ELSEWHERE,
        cause=asked.cause if asked else None,
        before=asked.before if asked else one.before,
        after=asked.after if asked else one.after,
        data={**(asked.data if asked else {"currency": row.currency}), "expected_at": cycle.expected_at.isoformat()},
    )
