"""Finding what no webhook told: every ten minutes of business time, within the points that charging leaves over.

Contracts and customers are swept by their time of change. Cycles and payment methods change without one (a skip
moves no contract's updatedAt: unverified, so the harder case), so contracts are also looked at in turn: those read
longest ago first, and what is due within two days before the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import cycle_rows, mirror, pace, search, sweep, unchanged
from shopify_app.contracts.import_steps import affordable
from shopify_app.contracts.models import Contract, ContractImport
from shopify_app.gateways.shopify import contracts as gateway
from shopify_app.gateways.shopify import customers, cycles
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.contracts import ContractSnapshot
from shopify_app.gateways.shopify.customers import CustomerSnapshot
from shopify_app.gateways.shopify.cycles import Check, CyclesWanted
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.kit.clock import machine_now
from shopify_app.shoppers import mirror as shoppers
from shopify_app.shops import queries
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

SOON = timedelta(days=2)
HEAD_START = timedelta(hours=6)
"""By how much a contract due soon is looked at before one that was read at the same time."""

TURN = 60
"""Contracts looked at in one run: a shop of that size is seen whole every ten minutes, one of 5,000 within fourteen
hours, what is due soon much earlier; and each cycle is read again just before it is charged."""

CHECK_POINTS = 5
"""What `check_many` asks for a contract besides its cycles."""


@dataclass(frozen=True)
class Difference:
    """A contract's row before and after it was read again. `after` is None when Shopify no longer shows it to us."""

    gid: str
    before: dict[str, object]
    after: dict[str, object] | None

    @property
    def names(self) -> list[str]:
        """What differed; empty when nothing did, or when the contract is gone."""
        after = self.after or {}
        return sorted(name for name in after if after[name] != self.before.get(name))


def run(ctx: Context) -> int:
    """Reconcile every installed shop; returns how many objects were read. One shop's trouble is not another's.

    What is no trouble of Shopify's is raised once all shops had their turn, so that the duty's row shows it.
    """
    read, failures = 0, []
    for shop in shops_of(ctx):
        try:
            read += run_shop(ctx, shop)
        except ShopifyError as error:
            log.warning("reconciling has to wait", extra={"shop": shop.domain, "error": str(error)})
        except Exception as error:
            log.exception("reconciling failed", extra={"shop": shop.domain})
            failures.append(error)
    if failures:
        raise failures[0]
    return read


def run_shop(ctx: Context, shop: Shop) -> int:
    """Sweep one shop's changes, then look at contracts in turn while points last. Raises ShopifyError."""
    started = _import_started(ctx, shop)
    if started is None:
        return 0
    read = sweep.run(ctx, shop, _CONTRACTS, started - sweep.OVERLAP)
    read += sweep.run(ctx, shop, _CUSTOMERS, started - sweep.OVERLAP)
    return read + len(look_in_turn(ctx, shop))


def shops_of(ctx: Context) -> list[Shop]:
    """Return the installed shops this process works for."""
    with ctx.db.session() as session:
        shops = queries.installed(session)
    return [shop for shop in shops if ctx.only_shop_id in (None, shop.id)]


def look_in_turn(ctx: Context, shop: Shop) -> set[str]:
    """Look at the next contracts in turn until the bucket is low; returns the gids looked at."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        turn = _longest_unread(session, shop.id, now)
    seen: set[str] = set()
    room: float = pace.ASK
    while wanted := affordable(
        [row for row in turn if row.shopify_gid not in seen], now, CHECK_POINTS, min(room, pace.ASK)
    ):
        _, cost = look_at(ctx, shop, wanted, now)
        seen |= {want.contract_gid for want in wanted}
        room = cost.available - pace.HEADROOM * cost.maximum
        if room <= 0:
            break
    return seen


def look_at(ctx: Context, shop: Shop, wanted: Sequence[CyclesWanted], now: datetime) -> tuple[list[Difference], Cost]:
    """Look at some contracts by one query and repair what differs; returns the differences, and the query's cost."""
    asked_at = machine_now()
    checks, cost = with_client(ctx, shop.id, lambda client: cycles.check_many(client, wanted))
    with ctx.db.session() as session:
        same = unchanged.confirm(session, shop.id, checks, asked_at)
    others = sorted(checks.keys() - same)
    with ctx.db.session() as session:
        before = {gid: _state(session, mirror.find(session, shop.id, gid)) for gid in others}
        for gid in others:
            _take(session, shop, gid, checks[gid], asked_at, now)
        moved = _different(session, shop.id, checks)
    for gid in moved:
        reread(ctx, shop, gid)
    with ctx.db.session() as session:
        found = [_between(gid, before[gid], _state(session, mirror.find(session, shop.id, gid))) for gid in others]
    gone = [Difference(want.contract_gid, {}, None) for want in wanted if want.contract_gid not in checks]
    return [one for one in found if one.names] + gone, cost


def _take(session: Session, shop: Shop, gid: str, check: Check, asked_at: datetime, now: datetime) -> None:
    mirror.apply_cycles(session, shop, gid, check.cycles, asked_at, now)
    if check.payment_method:
        shoppers.apply_payment_method(session, shop.id, check.payment_method, asked_at)


def _different(session: Session, shop_id: int, checks: dict[str, Check]) -> list[str]:
    """Contracts with a newer revision, or that a merge of customers gave to another one without any."""
    columns = (Contract.shopify_gid, Contract.revision_id, Contract.customer_gid)
    query = select(*columns).where(Contract.shop_id == shop_id, Contract.shopify_gid.in_(checks))
    return [
        gid
        for gid, revision, customer in session.execute(query)
        if revision < checks[gid].revision_id or customer != checks[gid].customer_gid
    ]


def reread(ctx: Context, shop: Shop, gid: str) -> Difference:
    """Read one contract in full and write it; returns what was different. Raises ShopifyError."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        row = mirror.find(session, shop.id, gid)
        known = cycle_rows.open_indexes(session, shop.id, row.id) if row else []
        before = _state(session, row)
    snapshot = with_client(ctx, shop.id, lambda client: mirror.fetch(client, gid, now, known))
    if snapshot is None:
        return Difference(gid, before.values, None)
    with ctx.db.session() as session:
        mirror.apply(session, shop, snapshot, now)
        session.flush()
        return _between(gid, before, _state(session, mirror.find(session, shop.id, gid)))


@dataclass(frozen=True)
class _State:
    """A contract as our rows have it. `cycles`: what Shopify said of each, see `cycle_rows.as_read`."""

    values: dict[str, object]
    cycles: list[tuple[object, ...]]
    read_until: datetime | None


def _between(gid: str, before: _State, after: _State) -> Difference:
    """Return what differs. A cycle that came into view because time went on was never ours to know: no difference."""
    known = {cycle[0] for cycle in before.cycles}
    until = before.read_until

    def is_told(cycle: tuple[object, ...]) -> bool:
        return cycle[0] in known or until is None or (isinstance(cycle[1], datetime) and cycle[1] <= until)

    if not before.values:
        return Difference(gid, {}, {**after.values, "cycles": after.cycles})
    told = [cycle for cycle in after.cycles if is_told(cycle)]
    return Difference(gid, {**before.values, "cycles": before.cycles}, {**after.values, "cycles": told})


def _state(session: Session, row: Contract | None) -> _State:
    if row is None:
        return _State({}, [], None)
    ours = {"id", "shop_id", "read_at", "written_at", "cycles_read_until", "pauses", "out_of_stock"}
    ours |= {"backup_method_gid", "seen_method", "method_to_look", "demand_of", "demand_to_build"}
    values: dict[str, object] = {
        column.key: getattr(row, column.key) for column in Contract.__table__.columns if column.key not in ours
    }
    lines = [(line.shopify_gid, line.title, line.quantity, line.current_price) for line in row.lines]
    read = cycle_rows.as_read(session, row.shop_id, row.id)
    return _State(values | {"lines": lines}, read, row.cycles_read_until)


def _longest_unread(session: Session, shop_id: int, now: datetime) -> list[Contract]:
    soon = case((Contract.next_charge_at < now + SOON, literal(HEAD_START)), else_=literal(timedelta(0)))
    query = (
        select(Contract)
        .where(Contract.shop_id == shop_id, Contract.status.not_in(mirror.ENDED))
        .order_by(Contract.read_at - func.coalesce(soon, timedelta(0)), Contract.id)
    )
    return list(session.scalars(query.limit(TURN)))


def _import_started(ctx: Context, shop: Shop) -> datetime | None:
    """Return when the shop's import began, None while it is still reading contracts or cycles."""
    with ctx.db.session() as session:
        row = session.get(ContractImport, shop.id)
        return row.started_at if row and row.finished_at else None


def _with_cycles(
    client: AdminClient, contracts: Sequence[ContractSnapshot], now: datetime
) -> Sequence[ContractSnapshot]:
    """Add to changed contracts their cycles: a new billing policy means new dates."""
    completed = []
    for contract in contracts:
        if contract.status in mirror.ENDED:
            completed.append(contract)
            continue
        start, until = mirror.window(contract.billing_policy, now)
        completed.append(replace(contract, cycles=cycles.fetch(client, contract.gid, start, until)))
    return completed


def _read_contracts(client: AdminClient, query: str, cursor: str | None) -> tuple[Sequence[object], str | None, Cost]:
    page = gateway.fetch_page(client, after=cursor, query=query, by="UPDATED_AT")
    return page.contracts, page.cursor, page.cost


def _apply_contracts(session: Session, shop: Shop, contracts: Sequence[ContractSnapshot], now: datetime) -> None:
    for contract in sorted(contracts, key=lambda contract: contract.gid):
        mirror.apply(session, shop, contract, now)


def _apply_customers(session: Session, shop: Shop, found: Sequence[CustomerSnapshot], now: datetime) -> None:
    gids = [customer.gid for customer in found]
    query = select(Contract.customer_gid).where(Contract.shop_id == shop.id, Contract.customer_gid.in_(gids))
    ours = set(session.scalars(query.distinct()))
    for customer in sorted(found, key=lambda customer: customer.gid):
        if customer.gid in ours:
            shoppers.apply_customer(session, shop.id, customer)
            search.refresh_customer(session, shop.id, customer.gid)


_CONTRACTS: sweep.Noun[ContractSnapshot] = sweep.Noun("contracts", _read_contracts, _apply_contracts, _with_cycles)
_CUSTOMERS: sweep.Noun[CustomerSnapshot] = sweep.Noun("customers", customers.fetch_page, _apply_customers)
