"""The first import of a shop: all contracts, then the nearest cycles of each in due order, then 100 days of them.

It works in slices of a few seconds. Each page is committed with the place behind it, so a killed worker's import
goes on where it stood; a lease (machine time) keeps two workers off one shop. It leaves points for charging.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import import_steps
from shopify_app.contracts.import_steps import AHEAD, CONTRACTS, NEAREST, Step
from shopify_app.contracts.models import ContractImport
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import ShopifyError, Throttled
from shopify_app.kit.clock import machine_now, monotonic
from shopify_app.kit.log import mask
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

SLICE_SECONDS = 5.0
LEASE = timedelta(seconds=60)
MAX_WAIT = timedelta(minutes=5)
DONE = "done"

_STEPS: dict[str, Callable[[Context, AdminClient, Shop, ContractImport], Step]] = {
    CONTRACTS: import_steps.read_contracts,
    NEAREST: import_steps.read_nearest,
    AHEAD: import_steps.read_ahead,
}


def start(session: Session, shop_id: int, now: datetime, machine_now: datetime) -> None:
    """Begin a shop's import, or begin it anew. `now` is business time."""
    values = {
        "phase": CONTRACTS,
        "cursor": None,
        "contracts_total": None,
        "contracts_done": 0,
        "cycles_done": 0,
        "started_at": now,
        "finished_at": None,
        "next_slice_at": machine_now,
        "lease_until": None,
        "tries": 0,
        "last_error": None,
    }
    statement = insert(ContractImport).values(shop_id=shop_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=values))


def drain(ctx: Context) -> int:
    """Work one slice of the import that waited longest; returns how many pages were read."""
    lease = _claim(ctx)
    if lease is None:
        return 0
    shop_id, until = lease
    started, pages = monotonic(), 0
    while monotonic() - started < SLICE_SECONDS:
        step = _turn(ctx, shop_id, until)
        pages += 1
        if step is None or step.pause:
            break
    _release(ctx, shop_id, until)
    ctx.wakeups.wake("notices")
    return pages


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count imports that could go on at this machine instant."""
    query = select(func.count()).select_from(ContractImport).where(*_actionable(machine_now))
    return int(session.scalar(query) or 0)


def _actionable(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ContractImport.finished_at.is_(None),
        ContractImport.next_slice_at <= moment,
        or_(ContractImport.lease_until.is_(None), ContractImport.lease_until <= moment),
        ContractImport.shop_id.in_(installed_ids()),
    )


def _claim(ctx: Context) -> tuple[int, datetime] | None:
    moment = machine_now()
    query = select(ContractImport).where(*_actionable(moment)).order_by(ContractImport.next_slice_at)
    if ctx.only_shop_id is not None:
        query = query.where(ContractImport.shop_id == ctx.only_shop_id)
    with ctx.db.session() as session:
        row = session.scalars(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        row.lease_until = moment + LEASE
        return row.shop_id, row.lease_until


def _turn(ctx: Context, shop_id: int, lease: datetime) -> Step | None:
    """Read one page and commit it with the place behind it; None when the lease is lost or the turn failed.

    Whatever goes wrong is written down and makes this shop wait: no shop's trouble is another's.
    """
    try:
        return _read_page(ctx, shop_id, lease)
    except Exception as error:
        _postpone(ctx, shop_id, lease, error)
        return None


def _read_page(ctx: Context, shop_id: int, lease: datetime) -> Step | None:
    with ctx.db.session() as session:
        row = session.get_one(ContractImport, shop_id)
        shop = session.get_one(Shop, shop_id)
    if row.lease_until != lease or row.finished_at or row.phase not in _STEPS:
        return None
    step = with_client(ctx, shop_id, lambda client: _STEPS[row.phase](ctx, client, shop, row))
    with ctx.db.session() as session:
        held = session.scalars(
            select(ContractImport).where(ContractImport.shop_id == shop_id).with_for_update()
        ).one_or_none()
        if held is None or held.lease_until != lease:
            return None
        step.write(session)
        _advance(held, step, ctx.clock.now())
    return step


def _advance(row: ContractImport, step: Step, now: datetime) -> None:
    row.contracts_done += step.contracts
    row.cycles_done += step.cycles
    row.tries, row.last_error = 0, None
    row.next_slice_at = machine_now() + (step.pause or timedelta(0))
    row.cursor = step.cursor
    if not step.is_last:
        return
    row.cursor = None
    if row.phase == CONTRACTS:
        row.contracts_total = row.contracts_done
    row.phase = {CONTRACTS: NEAREST, NEAREST: AHEAD, AHEAD: DONE}[row.phase]
    if row.phase == DONE:
        row.finished_at = now
        log.info("import finished", extra={"shop_id": row.shop_id, "contracts": row.contracts_done})


def _postpone(ctx: Context, shop_id: int, lease: datetime, error: Exception) -> None:
    trace = None if isinstance(error, ShopifyError) else error
    log.warning("import has to wait", exc_info=trace, extra={"shop_id": shop_id, "why": type(error).__name__})
    mine = (ContractImport.shop_id == shop_id, ContractImport.lease_until == lease)
    with ctx.db.session() as session:
        row = session.scalars(select(ContractImport).where(*mine)).one_or_none()
        if row is None:
            return
        if isinstance(error, Throttled):
            row.next_slice_at = machine_now() + timedelta(seconds=min(error.wait_seconds, 60.0))
            return
        row.tries += 1
        row.last_error = mask(f"{type(error).__name__}: {error}")[:500]
        row.next_slice_at = machine_now() + min(timedelta(seconds=2 ** min(row.tries, 10)), MAX_WAIT)


def _release(ctx: Context, shop_id: int, lease: datetime) -> None:
    mine = (ContractImport.shop_id == shop_id, ContractImport.lease_until == lease)
    with ctx.db.session() as session:
        session.execute(update(ContractImport).where(*mine).values(lease_until=None))
        unfinished = select(ContractImport.next_slice_at).where(
            ContractImport.shop_id == shop_id, ContractImport.finished_at.is_(None)
        )
        next_slice = session.scalar(unfinished)
    if next_slice and next_slice <= machine_now():
        ctx.wakeups.wake("imports")
