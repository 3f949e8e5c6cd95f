"""The comparison with Shopify, every night from three o'clock on in the shop's zone, in slices within the points.

Four phases: every contract's revision, the cycles of those that run, the charges on which mirror and ledger disagree,
and the due set of the last week. Differences are repaired as they are found, and kept as a drift report.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import mirror, pace, reconcile
from shopify_app.contracts.import_steps import affordable
from shopify_app.contracts.models import Contract, ContractImport
from shopify_app.contracts.reconcile import CHECK_POINTS, Difference, shops_of
from shopify_app.gateways.shopify import comparison
from shopify_app.gateways.shopify.client import Cost
from shopify_app.gateways.shopify.errors import BadRequest, ShopifyError, Throttled
from shopify_app.insights import charges, drift, due_set
from shopify_app.insights.models import Comparison
from shopify_app.kit.clock import machine_now, monotonic
from shopify_app.kit.log import mask
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

HOUR = 3
"""Local hour from which on a night's comparison begins."""
SLICE_SECONDS = 5.0
LEASE = timedelta(minutes=2)
MAX_WAIT = timedelta(minutes=30)
SEARCHING = timedelta(seconds=5)
BATCH, CHARGES = 40, 10

CONTRACTS, CYCLES, CHARGED, DUE, DONE = "contracts", "cycles", "charges", "due", "done"
_NEXT = {CONTRACTS: CYCLES, CYCLES: CHARGED, CHARGED: DUE, DUE: DONE}


@dataclass(frozen=True)
class Step:
    """One step taken: the place behind it (None: the phase is over), what was looked at, and what was found."""

    cursor: str | None
    looked_at: int = 0
    found: int = 0
    pause: timedelta = timedelta(0)


def begin(ctx: Context) -> int:
    """Begin the comparison of each shop whose night has come; returns how many. An unfinished one goes on instead."""
    now, count = ctx.clock.now(), 0
    for shop in shops_of(ctx):
        local = now.astimezone(shop.zone)
        with ctx.db.session() as session:
            if local.hour >= HOUR and _may_begin(session, shop, local.date()):
                start(session, shop, now)
                drift.prune(session, shop.id, now)
                count += 1
    if count:
        ctx.wakeups.wake("comparison")
    return count


def _may_begin(session: Session, shop: Shop, night: date) -> bool:
    reading = session.get(ContractImport, shop.id)
    if reading is None or reading.finished_at is None:
        return False
    row = session.get(Comparison, shop.id)
    if row is None:
        return night > shop.installed_at.astimezone(shop.zone).date()  # what was just imported is just compared
    return row.finished_at is not None and row.night < night


def start(session: Session, shop: Shop, now: datetime) -> None:
    """Begin a shop's comparison, or begin it anew. `now`: business time."""
    values = {
        "night": now.astimezone(shop.zone).date(),
        "phase": CONTRACTS,
        "cursor": None,
        "looked_at": 0,
        "found": 0,
        "started_at": now,
        "finished_at": None,
        "next_slice_at": machine_now(),
        "lease_until": None,
        "tries": 0,
        "last_error": None,
    }
    statement = insert(Comparison).values(shop_id=shop.id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=values))


def drain(ctx: Context) -> int:
    """Work one slice of the comparison that waited longest; returns how many steps were taken."""
    lease = _claim(ctx)
    if lease is None:
        return 0
    shop_id, until = lease
    began, steps = monotonic(), 0
    while monotonic() - began < SLICE_SECONDS and _turn(ctx, shop_id, until):
        steps += 1
    with ctx.db.session() as session:
        session.execute(update(Comparison).where(*_mine(shop_id, until)).values(lease_until=None))
    return steps + 1


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count comparisons that could go on at this machine instant."""
    query = select(func.count()).select_from(Comparison).where(*_actionable(machine_now))
    return int(session.scalar(query) or 0)


def _actionable(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Comparison.finished_at.is_(None),
        Comparison.next_slice_at <= moment,
        or_(Comparison.lease_until.is_(None), Comparison.lease_until <= moment),
        Comparison.shop_id.in_(installed_ids()),
    )


def _claim(ctx: Context) -> tuple[int, datetime] | None:
    moment = machine_now()
    query = select(Comparison).where(*_actionable(moment)).order_by(Comparison.next_slice_at)
    if ctx.only_shop_id is not None:
        query = query.where(Comparison.shop_id == ctx.only_shop_id)
    with ctx.db.session() as session:
        row = session.scalars(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        row.lease_until = moment + LEASE
        return row.shop_id, row.lease_until


def _mine(shop_id: int, lease: datetime) -> tuple[ColumnElement[bool], ...]:
    return Comparison.shop_id == shop_id, Comparison.lease_until == lease


def _turn(ctx: Context, shop_id: int, lease: datetime) -> bool:
    """Take one step and commit the place behind it; answers whether to go straight on."""
    with ctx.db.session() as session:
        row, shop = session.get_one(Comparison, shop_id), session.get_one(Shop, shop_id)
    if row.lease_until != lease or row.finished_at or not shop.is_installed:
        return False
    try:
        step = _STEPS[row.phase](ctx, shop, row)
    except ShopifyError as error:
        _postpone(ctx, shop_id, lease, error)
        return False
    with ctx.db.session() as session:
        held = session.scalars(select(Comparison).where(*_mine(shop_id, lease)).with_for_update()).one_or_none()
        if held is None:
            return False
        _advance(held, step, ctx.clock.now())
        return held.finished_at is None and not step.pause


def _advance(row: Comparison, step: Step, now: datetime) -> None:
    row.looked_at += step.looked_at
    row.found += step.found
    row.tries, row.last_error = 0, None
    row.next_slice_at = machine_now() + step.pause
    row.cursor = step.cursor
    if step.cursor is None:
        row.phase = _NEXT[row.phase]
    if row.phase == DONE:
        row.finished_at = now
        log.info("compared with Shopify", extra={"shop_id": row.shop_id, "found": row.found})


def _postpone(ctx: Context, shop_id: int, lease: datetime, error: ShopifyError) -> None:
    log.warning("comparison has to wait", extra={"shop_id": shop_id, "why": type(error).__name__})
    with ctx.db.session() as session:
        row = session.scalars(select(Comparison).where(*_mine(shop_id, lease))).one_or_none()
        if row is None:
            return
        if isinstance(error, Throttled):
            row.next_slice_at = machine_now() + timedelta(seconds=min(error.wait_seconds, 60.0))
            return
        row.tries += 1
        row.last_error = mask(f"{type(error).__name__}: {error}")[:500]
        row.next_slice_at = machine_now() + min(timedelta(seconds=2 ** min(row.tries, 11)), MAX_WAIT)
        if isinstance(error, BadRequest):
            row.cursor = None  # what the cursor named is gone: begin this phase anew


def _contracts(ctx: Context, shop: Shop, row: Comparison) -> Step:
    """Contracts we do not know, or know at another revision or status."""
    listed, cursor, cost = with_client(ctx, shop.id, lambda client: comparison.standings(client, row.cursor))
    with ctx.db.session() as session:
        columns = (Contract.shopify_gid, Contract.revision_id, Contract.status)
        gids = [one.gid for one in listed]
        query = select(*columns).where(Contract.shop_id == shop.id, Contract.shopify_gid.in_(gids))
        known = {gid: (revision, status) for gid, revision, status in session.execute(query)}
    strange = [one.gid for one in listed if known.get(one.gid) != (one.revision_id, one.status)]
    found = [reconcile.reread(ctx, shop, gid) for gid in strange]
    return Step(cursor, len(listed), note(ctx, shop, found), _pause(cost))


def _cycles(ctx: Context, shop: Shop, row: Comparison) -> Step:
    """Cycles, payment method and customer of the contracts that run."""
    now, after = ctx.clock.now(), int(row.cursor or 0)
    query = select(Contract).where(
        Contract.shop_id == shop.id, Contract.id > after, Contract.status.not_in(mirror.ENDED)
    )
    with ctx.db.session() as session:
        contracts = session.scalars(query.order_by(Contract.id).limit(BATCH)).all()
    wanted = affordable(contracts, now, CHECK_POINTS)
    if not wanted:
        return Step(None)
    found, cost = reconcile.look_at(ctx, shop, wanted, now)
    return Step(str(contracts[len(wanted) - 1].id), 0, note(ctx, shop, found), _pause(cost))


def _charges(ctx: Context, shop: Shop, row: Comparison) -> Step:
    """Cycles that mirror and ledger do not agree about."""
    with ctx.db.session() as session:
        cycles = charges.suspects(session, shop, ctx.clock.now(), int(row.cursor or 0), CHARGES)
    found = sum(charges.check(ctx, shop, cycle) for cycle in cycles)
    return Step(str(cycles[-1].id) if cycles else None, 0, found)


def _due(ctx: Context, shop: Shop, row: Comparison) -> Step:
    """The due set as Shopify searches it. The cursor is the job's id, and after a bar the page's."""
    if row.cursor is None:
        start, end = due_set.range_of(ctx.clock.now())
        job = with_client(ctx, shop.id, lambda client: comparison.search_due(client, start, end))
        return Step(f"{job}|")
    job, _, after = row.cursor.partition("|")
    page = with_client(ctx, shop.id, lambda client: comparison.due_results(client, job, after or None))
    if not page.done:
        return Step(row.cursor, pause=SEARCHING)
    found = due_set.compare(ctx, shop, page.cycles)
    return Step(f"{job}|{page.cursor}" if page.cursor else None, 0, found, _pause(page.cost))


_STEPS: dict[str, Callable[[Context, Shop, Comparison], Step]] = {
    CONTRACTS: _contracts,
    CYCLES: _cycles,
    CHARGED: _charges,
    DUE: _due,
}


def note(ctx: Context, shop: Shop, found: list[Difference]) -> int:
    """Keep differences as drift reports; returns how many there were."""
    now = ctx.clock.now()
    told = [one for one in found if one.after is None or one.names]
    with ctx.db.session() as session:
        for one in told:
            kind = drift.GONE if one.after is None else drift.DIFFERED if one.before else drift.MISSING
            old, new = drift.between(one.before, one.after or {})
            drift.report(session, shop.id, kind, one.gid, now, before=old or None, after=new or None)
    return len(told)


def _pause(cost: Cost) -> timedelta:
    return pace.wait_for_room(cost) if pace.is_low(cost) else timedelta(0)
