"""Holding the orders that are short: nobody is charged for them until it is decided what becomes of them.

One statement holds as many as there are and writes a row for each (`tell.py` goes on from there). It names what must
be true of each order, so no contract's lock is needed: those that were tried are `dunning`'s, those that are parked a
person's, and one that somebody charges or changes at this moment is left for the next look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CursorResult,
    DateTime,
    Integer,
    Interval,
    Text,
    Update,
    any_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import rows_of
from shopify_app.stock.models import StockCause, StockDecision
from shopify_app.stock.runway import Claim
from shopify_app.stock.states import HELD, PROPOSED

_ORDER = (BillingCycle.contract_id, BillingCycle.cycle_index)
_TYPES = (BigInteger(), Integer(), Text(), Integer(), BigInteger(), Integer())
_EPOCH, _UNIT = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def propose(session: Session, cause: StockCause, claims: Sequence[Claim], now: datetime) -> int:
    """Hold these orders and write a row for each that is held; returns how many (`now`: business time)."""
    given = _given(claims, _rounds(session, cause))
    held = _held(given, cause.shop_id, now).returning(*_ORDER).cte("held")
    order = (given.c.a == held.c.contract_id) & (given.c.b == held.c.cycle_index)
    values: dict[str, Any] = {
        "shop_id": literal(cause.shop_id),
        "cause_id": literal(cause.id),
        "contract_id": given.c.a,
        "cycle_index": given.c.b,
        "variant_gid": given.c.c,
        "round": given.c.f,
        "units": given.c.d,
        "charge_at": _instant(given.c.e),
        "terms": literal({}, JSONB()),
        "options": literal([], JSONB()),
        "default": literal(""),
        "state": literal(PROPOSED),
        "decided_at": literal(now, DateTime(timezone=True)),
    }
    rows = select(*values.values()).select_from(given.join(held, order))
    written = insert(StockDecision).from_select(list(values), rows).execution_options(preserve_rowcount=True)
    done = session.connection().execute(written)
    assert isinstance(done, CursorResult)
    return int(done.rowcount)


def hold_again(session: Session, shop_id: int, claims: Sequence[Claim], now: datetime) -> None:
    """Hold orders that are decided already, unless they still are: one may be skipped and brought back meanwhile."""
    given = _given(claims)
    session.execute(_held(given, shop_id, now, BillingCycle.held_reason.is_distinct_from(HELD)))


def is_any_busy(session: Session, shop_id: int, claims: Sequence[Claim]) -> bool:
    """Answer whether somebody charges or changes one of these orders at this moment."""
    leased = (BillingCycle.lease_until >= machine_now(), BillingCycle.attempted_at.is_(None))
    return bool(session.scalar(select(exists().where(*_these(_given(claims), shop_id), *leased))))


def _held(given: CTE, shop_id: int, now: datetime, *but: ColumnElement[bool]) -> Update:
    """The statement that holds what is free of these orders."""
    free = (
        *_these(given, shop_id),
        BillingCycle.due_at.is_not(None),
        BillingCycle.attempted_at.is_(None),
        BillingCycle.parked_reason.is_(None),
        or_(BillingCycle.lease_until.is_(None), BillingCycle.lease_until < machine_now()),
        *but,
    )
    locked = select(BillingCycle.id).where(*free).order_by(BillingCycle.id).with_for_update(skip_locked=True)
    # an array, because the planner would read the whole table to join it with thousands
    ids = func.array(select(locked.cte("free").c.id).scalar_subquery())
    values = {"held_reason": HELD, "held_until": None, "held_at": func.coalesce(BillingCycle.held_at, now)}
    return update(BillingCycle).where(BillingCycle.id == any_(ids)).values(values)


def _these(given: CTE, shop_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The claims' orders; the index of a contract's cycles begins with the shop."""
    return BillingCycle.shop_id == shop_id, tuple_(*_ORDER).in_(select(given.c.a, given.c.b))


def _given(claims: Sequence[Claim], rounds: Mapping[tuple[int, int, str], int] | None = None) -> CTE:
    """The claims as a table: contract, cycle, variant, units, the instant as a number, quicker to send; the round."""
    before = rounds or {}
    rows = [
        (contract_id, index, gid, units, _number(charge_at), before.get((contract_id, index, gid), 0) + 1)
        for contract_id, index, _, gid, units, charge_at, *_ in claims
    ]
    return select(rows_of(rows, *_TYPES)).cte("given")


def _rounds(session: Session, cause: StockCause) -> dict[tuple[int, int, str], int]:
    """How often a cause has struck each order before."""
    columns = (StockDecision.contract_id, StockDecision.cycle_index, StockDecision.variant_gid)
    query = select(*columns, func.max(StockDecision.round)).where(StockDecision.cause_id == cause.id)
    return {(row[0], row[1], row[2]): row[3] for row in session.execute(query.group_by(*columns))}


def _number(at: datetime) -> int:
    """Microseconds since 1970: exact, where a number of seconds would be rounded."""
    return (at - _EPOCH) // _UNIT


def _instant(number: ColumnElement[int]) -> ColumnElement[datetime]:
    found: ColumnElement[datetime] = literal(_EPOCH, DateTime(timezone=True)) + number * literal(_UNIT, Interval())
    return found
