"""The three steps of an import: each reads one page outside any transaction and says how to write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import mirror, pace
from shopify_app.contracts.models import Contract, ContractImport
from shopify_app.gateways.shopify import contracts as gateway
from shopify_app.gateways.shopify import cycles as cycles_gateway
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.cycles import CyclesRead, CyclesWanted
from shopify_app.gateways.shopify.errors import BadRequest
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop

CONTRACTS, NEAREST, AHEAD = "contracts", "nearest cycles", "cycles ahead"

JUST_PAST = timedelta(days=2)
NEAREST_CYCLES = 3
"""The two cycles ahead, and the one that ended in the last two days."""

NEAREST_BATCH = 40


@dataclass(frozen=True)
class Step:
    """One page read. `pause`: the bucket is low, go on after this much machine time."""

    write: Callable[[Session], object]
    is_last: bool
    cursor: str | None = None
    contracts: int = 0
    cycles: int = 0
    pause: timedelta | None = None


def read_contracts(ctx: Context, client: AdminClient, shop: Shop, place: ContractImport) -> Step:
    """One page of contracts in the order of their ids, from the import's cursor on. Raises ShopifyError."""
    try:
        page = gateway.fetch_page(client, after=place.cursor)
    except BadRequest:
        if place.cursor is None:
            raise
        page = gateway.fetch_page(client)  # the contract our cursor named is gone: read all again, harmlessly
    now = ctx.clock.now()

    def write(session: Session) -> None:
        # locks are taken in one order everywhere, or two pages could wait for each other
        for snapshot in sorted(page.contracts, key=lambda contract: contract.gid):
            mirror.apply(session, shop, snapshot, now)

    return Step(write, page.cursor is None, page.cursor, contracts=len(page.contracts), pause=_pause(page.cost))


def read_nearest(ctx: Context, client: AdminClient, shop: Shop, place: ContractImport) -> Step:
    """The nearest cycles of some contracts that have none yet, soonest due first. Raises ShopifyError."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        contracts = _without_cycles(session, shop.id)
    wanted = [
        CyclesWanted(one.shopify_gid, now - JUST_PAST, mirror.window(one.billing_policy, now)[1], NEAREST_CYCLES)
        for one in contracts
    ]
    return _read_cycles(client, shop, wanted, now)


def read_ahead(ctx: Context, client: AdminClient, shop: Shop, place: ContractImport) -> Step:
    """All cycles up to 100 days ahead of some contracts that lack them, soonest due first. Raises ShopifyError."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        contracts = _short_sighted(session, shop.id, place.started_at)
    return _read_cycles(client, shop, affordable(contracts, now), now)


def affordable(
    contracts: Sequence[Contract], now: datetime, each: int = 0, most: float = pace.ASK
) -> list[CyclesWanted]:
    """Return what to ask for of the first contracts whose cycles together cost no more than `most` points.

    `each` is what one contract costs besides its cycles. The first contract is always taken.
    """
    wanted: list[CyclesWanted] = []
    points = 0
    for contract in contracts:
        start, until = mirror.window(contract.billing_policy, now)
        first = pace.cycles_in(contract.billing_policy, until - start)
        points += first + each
        if wanted and points > most:
            break
        wanted.append(CyclesWanted(contract.shopify_gid, start, until, first))
    return wanted


def _read_cycles(client: AdminClient, shop: Shop, wanted: Sequence[CyclesWanted], now: datetime) -> Step:
    if not wanted:
        return Step(lambda session: None, is_last=True)
    asked_at = machine_now()
    found, cost = cycles_gateway.fetch_many(client, wanted)
    writer = _CyclesWriter(shop, found, wanted, asked_at, now)
    return Step(writer.write, False, cycles=sum(len(read.cycles) for read in found.values()), pause=_pause(cost))


@dataclass
class _CyclesWriter:
    shop: Shop
    found: dict[str, CyclesRead]
    wanted: Sequence[CyclesWanted]
    asked_at: datetime
    now: datetime
    skipped: list[str] = field(default_factory=list)

    def write(self, session: Session) -> None:
        for want in sorted(self.wanted, key=lambda want: want.contract_gid):
            read = self.found.get(want.contract_gid)
            if read is not None:
                mirror.apply_cycles(session, self.shop, want.contract_gid, read, self.asked_at, self.now)
            _mark_read(session, self.shop.id, want, read)


def _mark_read(session: Session, shop_id: int, want: CyclesWanted, read: CyclesRead | None) -> None:
    """Say how far a contract's cycles are known, also when a newer reading was there, so that the step ends."""
    cut_short = read is not None and not read.complete and read.cycles and want.first == NEAREST_CYCLES
    known = read.cycles[-1].expected_at if cut_short and read else want.until
    further = or_(Contract.cycles_read_until.is_(None), Contract.cycles_read_until < known)
    session.execute(
        update(Contract)
        .where(Contract.shop_id == shop_id, Contract.shopify_gid == want.contract_gid, further)
        .values(cycles_read_until=known)
        .execution_options(synchronize_session=False)
    )


def _without_cycles(session: Session, shop_id: int) -> list[Contract]:
    query = (
        select(Contract)
        .where(
            Contract.shop_id == shop_id, Contract.cycles_read_until.is_(None), Contract.status.not_in(mirror.ENDED)
        )
        .order_by(Contract.next_billing_date.asc().nulls_last(), Contract.id)
    )
    return list(session.scalars(query.limit(NEAREST_BATCH)))


def _short_sighted(session: Session, shop_id: int, started_at: datetime) -> list[Contract]:
    # a day less than what is read, because business time moves on during an import
    horizon = started_at + mirror.AHEAD - timedelta(days=1)
    query = (
        select(Contract)
        .where(
            Contract.shop_id == shop_id,
            or_(Contract.cycles_read_until.is_(None), Contract.cycles_read_until < horizon),
            Contract.status.not_in(mirror.ENDED),
        )
        .order_by(Contract.next_charge_at.asc().nulls_last(), Contract.id)
    )
    return list(session.scalars(query.limit(100)))


def _pause(cost: Cost) -> timedelta | None:
    return pace.wait_for_room(cost) if pace.is_low(cost) else None
