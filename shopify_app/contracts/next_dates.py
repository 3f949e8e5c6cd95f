"""Keeps `nextBillingDate` in step for people: after a charge, a skip or a move it shows the next date at Shopify too.

Shopify lets an app write this date freely and bills by cycles, whatever it says (schema 2026-10). So it is written
late rather than early: one row per contract whose date lags behind, worked off when nothing else needs the shop.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.models import ACTIVE, Contract, DateBehind
from shopify_app.gateways.shopify import contracts as gateway
from shopify_app.gateways.shopify.contracts import ContractSnapshot
from shopify_app.gateways.shopify.errors import ShopifyError, Throttled, UserErrors
from shopify_app.kit.clock import machine_now, monotonic
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

BATCH = 20
SLICE = 5.0
LEASE = timedelta(seconds=120)
REST = timedelta(minutes=5)
"""Machine time for which a shop that cannot be asked is left alone."""
MANNERS = timedelta(seconds=20)
"""So much longer than it says a throttled shop is left to others: nothing here is urgent."""


def drain(ctx: Context) -> int:
    """Write the dates of one batch of contracts for some seconds; returns how many rows were looked at."""
    deadline, resting = monotonic() + SLICE, set[int]()
    lagging = _claim(ctx)
    for place in lagging:
        if place.shop_id in resting or monotonic() > deadline:
            _later(ctx, place, timedelta(0) if monotonic() > deadline else REST)
            continue
        try:
            _catch_up(ctx, place)
        except Throttled as error:
            resting.add(place.shop_id)
            _later(ctx, place, timedelta(seconds=error.wait_seconds) + MANNERS)
        except ShopifyError as error:
            resting.add(place.shop_id)
            log.warning("date for people has to wait", extra={"shop_id": place.shop_id, "error": str(error)})
            _later(ctx, place, REST)
    return len(lagging)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count contracts whose date may be written now. `machine_now`: machine time; business time does not matter."""
    query = select(func.count()).select_from(DateBehind)
    return session.scalar(query.where(DateBehind.try_at <= machine_now, DateBehind.shop_id.in_(installed_ids()))) or 0


@dataclass(frozen=True)
class _Place:
    contract_id: int
    shop_id: int
    try_at: datetime


def _claim(ctx: Context) -> list[_Place]:
    moment = machine_now()
    ripe = select(DateBehind.contract_id).where(DateBehind.try_at <= moment, DateBehind.shop_id.in_(installed_ids()))
    if ctx.only_shop_id is not None:
        ripe = ripe.where(DateBehind.shop_id == ctx.only_shop_id)
    with ctx.db.session() as session:
        ids = session.scalars(ripe.order_by(DateBehind.try_at).limit(BATCH).with_for_update(skip_locked=True)).all()
        rows = session.execute(
            update(DateBehind)
            .where(DateBehind.contract_id.in_(ids))
            .values(try_at=moment + LEASE)
            .returning(DateBehind.contract_id, DateBehind.shop_id, DateBehind.try_at)
        ).all()
    return [_Place(row.contract_id, row.shop_id, row.try_at) for row in rows]


def _catch_up(ctx: Context, place: _Place) -> None:
    with ctx.db.session() as session:
        contract = session.get(Contract, place.contract_id)
        wanted = contract.next_charge_at if contract and contract.status == ACTIVE else None
        gid = contract.shopify_gid if contract else ""
        is_right = wanted is None or contract is None or contract.next_billing_date == wanted
    written = None if is_right or wanted is None else _write(ctx, place.shop_id, gid, wanted)
    with ctx.db.session() as session:
        if written:
            # our own change gives the contract another revision: the mirror must not wait for a webhook to learn it
            mirror.apply(session, session.get_one(Shop, place.shop_id), written, ctx.clock.now())
        # a change that came meanwhile has found this row taken: it is looked at once more
        same = select(Contract.id).where(
            Contract.id == place.contract_id, Contract.next_charge_at.is_not_distinct_from(wanted)
        )
        session.execute(delete(DateBehind).where(DateBehind.contract_id.in_(same)))
        session.execute(
            update(DateBehind)
            .where(DateBehind.contract_id == place.contract_id, DateBehind.try_at == place.try_at)
            .values(try_at=machine_now())
        )


def _write(ctx: Context, shop_id: int, gid: str, date: datetime) -> ContractSnapshot | None:
    try:
        return with_client(ctx, shop_id, lambda client: gateway.set_next_billing_date(client, gid, date))
    except UserErrors as error:
        # it is for people only: nothing depends on it, and asking again would not help
        log.warning("date for people refused", extra={"contract": gid, "codes": sorted(error.codes)})
        return None


def _later(ctx: Context, place: _Place, wait: timedelta) -> None:
    with ctx.db.session() as session:
        mine = (DateBehind.contract_id == place.contract_id, DateBehind.try_at == place.try_at)
        session.execute(update(DateBehind).where(*mine).values(try_at=machine_now() + wait))
