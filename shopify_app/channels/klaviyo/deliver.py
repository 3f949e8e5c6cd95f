"""Sending what the outbox holds: in order per contract, the stored body each time, one shop's trouble its own.

*Accepted* is all that Klaviyo ever says; nothing here claims that an event was stored or a mail sent.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from shopify_app.channels.klaviyo import outbox, verdicts
from shopify_app.channels.klaviyo.catalogue import CHANNEL
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount
from shopify_app.channels.klaviyo.story import Around
from shopify_app.channels.klaviyo.truth import no_longer_true
from shopify_app.context import Context
from shopify_app.gateways.klaviyo.client import KlaviyoClient
from shopify_app.gateways.klaviyo.errors import KlaviyoError, Stumbled
from shopify_app.journal.models import DROPPED, PENDING, Delivery, Fact
from shopify_app.kit.clock import machine_now, monotonic
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.crypto import SecretUnreadable
from shopify_app.kit.db import Json
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 25
LEASE = timedelta(seconds=120)
NO_CLIENT_WAIT = timedelta(seconds=60)
SLICE = 20.0
"""Seconds of machine time one drain works before it lets other drains have the worker."""


def drain(ctx: Context) -> int:
    """Render new facts and send what waits; returns how many deliveries were made or tried."""
    deadline, done = monotonic() + SLICE, 0
    while monotonic() < deadline:
        with ctx.db.session() as session:
            made = outbox.fill(session, around(ctx), machine_now())
        tried = _send_batch(ctx)
        done += made + tried
        if not made and not tried:
            return done
    ctx.wakeups.wake("klaviyo")
    return done


def around(ctx: Context) -> Around:
    """Return what rendering needs besides rows."""
    return Around(ctx.settings.host, ctx.clock.now())


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count facts without a delivery, deliveries to be sent now, and those in a sender's hands (machine time)."""
    rows = select(func.count()).select_from(Delivery).join(KlaviyoAccount, KlaviyoAccount.shop_id == Delivery.shop_id)
    rows = rows.join(Shop, Shop.id == Delivery.shop_id)
    in_hand = rows.where(Delivery.channel == CHANNEL, Delivery.state == PENDING, Delivery.lease_until >= machine_now)
    ready = rows.where(*_ready(machine_now))
    return outbox.missing(session) + int(session.scalar(ready) or 0) + int(session.scalar(in_hand) or 0)


@dataclass(frozen=True)
class Sending:
    """A leased delivery as plain values; `stale` says why it must not be sent any more."""

    id: int
    shop_id: int
    body: Json
    stale: str | None


def _send_batch(ctx: Context) -> int:
    claimed = _claim(ctx)
    reach("channel.after_claim_before_call")
    for shop_id, sendings in claimed.items():
        _send_shop(ctx, shop_id, sendings)
    return sum(len(sendings) for sendings in claimed.values())


def _ready(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    earlier = aliased(Delivery)
    before = select(earlier.id).where(
        earlier.shop_id == Delivery.shop_id,
        earlier.contract_gid == Delivery.contract_gid,
        earlier.channel == Delivery.channel,
        earlier.state == PENDING,
        earlier.id < Delivery.id,
    )
    return (
        Delivery.channel == CHANNEL,
        Delivery.state == PENDING,
        Delivery.next_try_at <= moment,
        or_(Delivery.lease_until.is_(None), Delivery.lease_until < moment),
        KlaviyoAccount.state == CONNECTED,
        Shop.status == INSTALLED,
        ~before.exists(),
    )


def _claim(ctx: Context) -> dict[int, list[Sending]]:
    """Lease the next deliveries, at most one of each contract, grouped by shop in the order they were made."""
    moment, now = machine_now(), ctx.clock.now()
    statement = (
        select(Delivery, Fact)
        .join(KlaviyoAccount, KlaviyoAccount.shop_id == Delivery.shop_id)
        .join(Shop, Shop.id == Delivery.shop_id)
        .join(Fact, Fact.id == Delivery.fact_id)
        .where(*_ready(moment))
        .order_by(Delivery.next_try_at, Delivery.id)
        .limit(BATCH)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    claimed: dict[int, list[Sending]] = defaultdict(list)
    with ctx.db.session() as session:
        for delivery, fact in session.execute(statement).all():
            delivery.lease_until = moment + LEASE
            stale = no_longer_true(session, fact, now)
            claimed[delivery.shop_id].append(Sending(delivery.id, delivery.shop_id, delivery.body or {}, stale))
    return claimed


def _send_shop(ctx: Context, shop_id: int, sendings: list[Sending]) -> None:
    """Send one shop's deliveries in order; the first sign of trouble with the account puts the rest back."""
    try:
        client = _client(ctx, shop_id)
    except SecretUnreadable as error:
        verdicts.key_refused(ctx, shop_id, str(error))
        _put_back(ctx, sendings, timedelta(0))
        return
    except Exception as error:
        # e.g. the merchant disconnected a moment ago; other shops must not wait for this one
        log.error("no client for a shop", extra={"shop_id": shop_id, "error": type(error).__name__})
        _put_back(ctx, sendings, NO_CLIENT_WAIT)
        return
    for place, sending in enumerate(sendings):
        wait = _send(ctx, client, sending)
        if wait is not None:
            _put_back(ctx, sendings[place + 1 :], wait)
            return


def _client(ctx: Context, shop_id: int) -> KlaviyoClient:
    with ctx.db.session() as session:
        sealed = session.get_one(KlaviyoAccount, shop_id).sealed_key
    return ctx.klaviyo(ctx.vault.open(sealed))


def _send(ctx: Context, client: KlaviyoClient, sending: Sending) -> timedelta | None:
    """Send one delivery and write down the verdict; returns how long the shop must wait, None for not at all."""
    if sending.stale:
        verdicts.close(ctx, sending.id, DROPPED, sending.stale)
        return None
    try:
        client.create_event(sending.body)
    except KlaviyoError as error:
        return verdicts.failed(ctx, sending.id, sending.shop_id, error)
    except Exception as error:
        # a bug about one event: its own trouble, and its text stays out of the log because it may quote the event
        return verdicts.failed(ctx, sending.id, sending.shop_id, Stumbled(f"unforeseen: {type(error).__name__}"))
    reach("channel.after_call_before_record")
    verdicts.accepted(ctx, sending.id)
    return None


def _put_back(ctx: Context, sendings: list[Sending], wait: timedelta) -> None:
    ids = [sending.id for sending in sendings]
    with ctx.db.session() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.state == PENDING)
            .values(lease_until=None, next_try_at=machine_now() + wait)
        )
