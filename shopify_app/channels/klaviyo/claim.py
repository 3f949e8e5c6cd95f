"""Which deliveries are sent next, shop by shop: leased rows as plain values, with leave from the account's bucket.

A few go one by one, so that each is answered for itself; a backlog goes in bulk. Of a contract only the oldest that
waits is claimed, so that its events arrive in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo import bucket
from shopify_app.channels.klaviyo.catalogue import CHANNEL
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount
from shopify_app.channels.klaviyo.truth import reasons
from shopify_app.channels.mail import instead
from shopify_app.context import Context
from shopify_app.journal.models import PENDING, Delivery, Fact
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Instant, Json, is_among
from shopify_app.shops.models import INSTALLED, Shop

BATCH = 60
BULK_FROM = 100
"""A backlog of so many leaves in bulk; below that a single call answers for each event."""
BULK_MOST = 1_000
"""Klaviyo takes no more events in one request."""
SHOPS = 20
LEASE = timedelta(seconds=120)


@dataclass(frozen=True)
class Sending:
    """A leased delivery; `stale` says why it must not be sent any more."""

    id: int
    shop_id: int
    body: Json
    stale: str | None


@dataclass(frozen=True)
class Claim:
    """What one shop may send now. `rest`: machine seconds until its account may be asked again, when that is why
    nothing was claimed."""

    shop_id: int
    account_id: str
    is_bulk: bool = False
    sendings: list[Sending] = field(default_factory=list)
    rest: float = 0.0


def shops_with_something(session: Session, moment: datetime) -> list[int]:
    """Return up to 20 shops that have a delivery to be sent at `moment` (machine time), longest waiting first."""
    first = ready(moment)
    oldest = func.min(first.c.next_try_at)
    found = select(first.c.shop_id).group_by(first.c.shop_id).order_by(oldest, first.c.shop_id)
    return list(session.scalars(found.limit(SHOPS)))


def claim(ctx: Context, shop_id: int) -> Claim | None:
    """Lease what the shop's account may be sent now; None when nothing is left or the shop disconnected."""
    moment, now = machine_now(), ctx.clock.now()
    with ctx.db.session() as session:
        instead.lock_telling(session, shop_id)
        account = session.get(KlaviyoAccount, shop_id)
        if account is None:
            return None
        ids = _next(session, shop_id, moment, BULK_MOST)
        if not ids:
            return None
        is_bulk = len(ids) >= BULK_FROM
        endpoint = bucket.BULK if is_bulk else bucket.SINGLE
        wanted = 1 if is_bulk else min(len(ids), BATCH)
        granted = bucket.take(session, account.account_id, endpoint, wanted, moment)
        if not granted:
            return Claim(shop_id, account.account_id, is_bulk, rest=bucket.seconds_until_one(endpoint))
        ids = ids if is_bulk else ids[:granted]
        _lease(session, ids, moment)
        instead.keep_apart(session, ids)
        return Claim(shop_id, account.account_id, is_bulk, _sendings(session, ids, now))


def ready(moment: Instant, *also: ColumnElement[bool]) -> Subquery:
    """Select what may be sent at `moment` (machine time): `id`, `shop_id`, `next_try_at`. `also`: more conditions.

    What waits is read once, in order. Whether another waits before it is not asked for each anew: a backlog comes
    faster than PostgreSQL counts its rows, and believing them few it compares each with all.
    """
    place = func.row_number().over(partition_by=(Delivery.shop_id, Delivery.contract_gid), order_by=Delivery.id)
    columns = (Delivery.id, Delivery.shop_id, Delivery.next_try_at, Delivery.lease_until, Delivery.contract_gid)
    waits = (
        _deliveries(select(*columns, place.label("place")))
        .where(
            Delivery.channel == CHANNEL,
            Delivery.state == PENDING,
            KlaviyoAccount.state == CONNECTED,
            Shop.status == INSTALLED,
            *also,
        )
        .subquery("waits")
    )
    return (
        select(waits.c.id, waits.c.shop_id, waits.c.next_try_at)
        .where(
            or_(waits.c.place == 1, waits.c.contract_gid.is_(None)),
            waits.c.next_try_at <= moment,
            or_(waits.c.lease_until.is_(None), waits.c.lease_until < moment),
        )
        .subquery("ready")
    )


def put_back(ctx: Context, sendings: list[Sending], wait: timedelta) -> None:
    """Give leased deliveries back untried, for after `wait` of machine time."""
    ids = [sending.id for sending in sendings]
    with ctx.db.session() as session:
        session.execute(
            update(Delivery)
            .where(is_among(Delivery.id, ids), Delivery.state == PENDING)
            .values(lease_until=None, next_try_at=machine_now() + wait)
        )


def _lease(session: Session, ids: list[int], moment: datetime) -> None:
    """A lease that ran out is that of a sender who died, and nobody knows how far it came."""
    has_died = or_(Delivery.is_unsure, Delivery.lease_until.is_not(None))
    mine = update(Delivery).where(is_among(Delivery.id, ids))
    session.execute(mine.values(lease_until=moment + LEASE, is_unsure=has_died))


def _next(session: Session, shop_id: int, moment: datetime, most: int) -> list[int]:
    first = ready(moment, Delivery.shop_id == shop_id)
    ids = session.scalars(select(first.c.id).order_by(first.c.next_try_at, first.c.id).limit(most)).all()
    free = select(Delivery.id).where(
        is_among(Delivery.id, ids),
        # another worker may have been faster
        Delivery.state == PENDING,
        or_(Delivery.lease_until.is_(None), Delivery.lease_until < moment),
    )
    free = free.order_by(Delivery.id).with_for_update(skip_locked=True)
    free_ids = set(session.scalars(free))
    return [one for one in ids if one in free_ids]


def _sendings(session: Session, ids: list[int], now: datetime) -> list[Sending]:
    columns = (Delivery.id, Delivery.shop_id, Delivery.body, Fact)
    found = select(*columns).join(Fact, Fact.id == Delivery.fact_id).where(is_among(Delivery.id, ids))
    rows = session.execute(found.order_by(Delivery.id)).all()
    stale = reasons(session, [fact for *_, fact in rows], now)
    return [Sending(number, shop_id, body or {}, stale[fact.id]) for number, shop_id, body, fact in rows]


def _deliveries(statement: Select[Any]) -> Select[Any]:
    joined = statement.select_from(Delivery).join(KlaviyoAccount, KlaviyoAccount.shop_id == Delivery.shop_id)
    return joined.join(Shop, Shop.id == Delivery.shop_id)
