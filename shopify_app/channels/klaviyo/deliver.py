"""Sending what the outbox holds: in order per contract, the stored body each time, one shop's trouble its own.

*Accepted* is all that Klaviyo ever says; nothing here claims that an event was stored or a mail sent.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache, partial

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo import bucket, in_bulk, outbox, verdicts
from shopify_app.channels.klaviyo import claim as claims
from shopify_app.channels.klaviyo.catalogue import CHANNEL
from shopify_app.channels.klaviyo.claim import Claim, Sending, put_back
from shopify_app.channels.klaviyo.models import KlaviyoAccount
from shopify_app.channels.klaviyo.story import Around
from shopify_app.context import Context
from shopify_app.gateways.klaviyo.client import KlaviyoClient
from shopify_app.gateways.klaviyo.errors import KlaviyoError, Stumbled
from shopify_app.journal.models import DROPPED, PENDING, Delivery
from shopify_app.kit.clock import machine_now, monotonic, sleep
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.crypto import SecretUnreadable
from shopify_app.kit.db import MACHINE_NOW, total
from shopify_app.links.urls import choice_links, mail_links
from shopify_app.shops.models import Shop

log = logging.getLogger(__name__)

NO_CLIENT_WAIT = timedelta(seconds=60)
SLICE = 20.0
"""Seconds of machine time one drain works before it lets other drains have the worker."""
SENDERS = 8
"""Single calls under way at once: at Klaviyo's eighty milliseconds each, one after another would use a fifth of what
an account may be sent."""


def drain(ctx: Context) -> int:
    """Render new facts and send what waits; returns how many deliveries were made or tried.

    Of a backlog one request is under way while the next is rendered: sending is mostly waiting.
    """
    deadline, done, unsent = monotonic() + SLICE, 0, 0
    with ThreadPoolExecutor(1, thread_name_prefix="klaviyo-bulk") as beside:
        sending: Future[tuple[int, float]] | None = None
        while monotonic() < deadline:
            with ctx.db.session() as session:
                made = outbox.fill(session, around(ctx), machine_now())
            done, unsent = done + made, unsent + made
            if made == outbox.BATCH and unsent < claims.BULK_MOST:
                continue  # a backlog: enough for a whole request first
            done += _tried(sending)
            sending, unsent = beside.submit(_send_all, ctx), 0
            if made == outbox.BATCH:
                continue
            tried, rest = sending.result()
            done, sending = done + tried, None
            if not made and not tried:
                if not rest:
                    return done
                sleep(rest)
        done += _tried(sending)
    ctx.wakeups.wake("klaviyo")
    return done


def _tried(sending: Future[tuple[int, float]] | None) -> int:
    """Wait for what is under way; whatever ended it ends the drain, too."""
    return sending.result()[0] if sending else 0


def around(ctx: Context) -> Around:
    """Return what rendering needs besides rows."""
    host = ctx.settings.host
    choices = partial(choice_links, ctx.links, host)
    return Around(host, ctx.clock.now(), partial(mail_links, ctx.links, host), choices)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count facts without a delivery, deliveries to be sent now, and those in a sender's hands (machine time)."""
    return session.scalar(_question(), {"machine_now": machine_now}) or 0


@cache
def _question() -> Select[int]:
    rows = select(Delivery.id).join(KlaviyoAccount, KlaviyoAccount.shop_id == Delivery.shop_id)
    rows = rows.join(Shop, Shop.id == Delivery.shop_id)
    in_hand = rows.where(Delivery.channel == CHANNEL, Delivery.state == PENDING, Delivery.lease_until >= MACHINE_NOW)
    return total(outbox.missing(), select(claims.ready(MACHINE_NOW).c.id), in_hand)


def _send_all(ctx: Context) -> tuple[int, float]:
    """One turn for each shop that has something; returns how many were tried, and the shortest rest of the others."""
    with ctx.db.session() as session:
        shop_ids = claims.shops_with_something(session, machine_now())
    tried, rests = 0, []
    for shop_id in shop_ids:
        claim = claims.claim(ctx, shop_id)
        if claim is None:
            continue
        reach("channel.after_claim_before_call")
        _send_claim(ctx, claim)
        tried += len(claim.sendings)
        rests += [claim.rest] if claim.rest else []
    return tried, min(rests, default=0.0)


def _send_claim(ctx: Context, claim: Claim) -> None:
    """Send one shop's deliveries; the first sign of trouble with the account puts the rest back."""
    stale = [sending for sending in claim.sendings if sending.stale]
    fresh = [sending for sending in claim.sendings if not sending.stale]
    for sending in stale:
        verdicts.close(ctx, sending.id, DROPPED, sending.stale or "")
    client = _client(ctx, claim.shop_id, fresh) if fresh else None
    if client is None:
        return
    if claim.is_bulk:
        fresh = _allowed(ctx, claim, in_bulk.send(ctx, client, claim.account_id, fresh))
    _send_singly(ctx, client, fresh)


def _allowed(ctx: Context, claim: Claim, singly: list[Sending]) -> list[Sending]:
    """The part of what a bulk request left over that the account may be sent singly now; the rest is put back."""
    with ctx.db.session() as session:
        granted = bucket.take(session, claim.account_id, bucket.SINGLE, len(singly), machine_now()) if singly else 0
    if singly[granted:]:
        put_back(ctx, singly[granted:], timedelta(seconds=1))
    return singly[:granted]


def _client(ctx: Context, shop_id: int, sendings: list[Sending]) -> KlaviyoClient | None:
    """The shop's client; None when there is none, and then what was claimed has been put back."""
    try:
        with ctx.db.session() as session:
            sealed = session.get_one(KlaviyoAccount, shop_id).sealed_key
        return ctx.klaviyo(ctx.vault.open(sealed))
    except SecretUnreadable as error:
        verdicts.key_refused(ctx, shop_id, str(error))
        put_back(ctx, sendings, timedelta(0))
    except Exception as error:
        # e.g. the merchant disconnected a moment ago; other shops must not wait for this one
        log.error("no client for a shop", extra={"shop_id": shop_id, "error": type(error).__name__})
        put_back(ctx, sendings, NO_CLIENT_WAIT)
    return None


def _send_singly(ctx: Context, client: KlaviyoClient, sendings: list[Sending]) -> None:
    """The first alone, since a dead key or a full window shows at once, then a few at a time."""
    chunks = [sendings[:1]] + [sendings[start : start + SENDERS] for start in range(1, len(sendings), SENDERS)]
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="klaviyo") as pool:
        for place, chunk in enumerate(chunks):
            waits = [wait for wait in pool.map(partial(_send, ctx, client), chunk) if wait is not None]
            if waits:
                put_back(ctx, [sending for later in chunks[place + 1 :] for sending in later], max(waits))
                return


def _send(ctx: Context, client: KlaviyoClient, sending: Sending) -> timedelta | None:
    """Send one delivery and write down the verdict; returns how long the shop must wait, None for not at all."""
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
