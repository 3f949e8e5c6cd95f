"""Working off the inbox, subject by subject: claim and commit, read from Shopify, write and close in one transaction.

A subject ("contract:123") is leased whole, so no two workers read the same thing at once; the newest message
stands for all that were waiting. Leases are machine time; a killed worker's subject is free when its lease ends.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app import topics
from shopify_app.context import Context
from shopify_app.inbox.backoff import MAX_TRIES, ReadAgain, judge
from shopify_app.inbox.models import HANDLED, IGNORED, PARKED, SUPERSEDED, InboxMessage
from shopify_app.kit import handling
from shopify_app.kit.clock import machine_now, monotonic
from shopify_app.kit.db import lock, try_lock
from shopify_app.kit.log import mask
from shopify_app.shops.models import Shop

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
"""Longer than the slowest handler's calls together, so that a lease ends only under a worker that is gone."""

BATCH = 20
SLICE_SECONDS = 20.0

AFTERWARDS = ("outcomes", "stock_demand", "stock", "notices", "klaviyo", "flow")
"""Drains that find new rows once the inbox has moved."""

AFTER_UNINSTALL = {"app/uninstalled", "shop/redact", "customers/redact", "customers/data_request"}
"""Topics that are still worked off for a shop that has left."""


@dataclass(frozen=True)
class Claim:
    """The messages of one subject that this worker has leased; `ids` oldest first, the last is the newest."""

    shop: Shop
    subject: str
    ids: list[int]
    newest: InboxMessage
    received_at: datetime


def drain(ctx: Context) -> int:
    """Work off waiting messages for at most 20 seconds; returns how many were closed or put back."""
    started, done = monotonic(), 0
    while monotonic() - started < SLICE_SECONDS:
        subjects = _waiting_subjects(ctx)
        handled = sum(_handle(ctx, shop_id, subject) for shop_id, subject in subjects)
        done += handled
        if not handled:
            break
    if done:
        for name in AFTERWARDS:
            ctx.wakeups.wake(name)
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count messages that could be worked off at this machine instant."""
    free = or_(InboxMessage.lease_until.is_(None), InboxMessage.lease_until <= machine_now)
    actionable = (InboxMessage.handled_at.is_(None), InboxMessage.next_try_at <= machine_now, free)
    return int(session.scalar(select(func.count()).select_from(InboxMessage).where(*actionable)) or 0)


def _waiting_subjects(ctx: Context) -> list[tuple[int, str]]:
    moment, lease = machine_now(), func.max(InboxMessage.lease_until)
    query = (
        select(InboxMessage.shop_id, InboxMessage.subject)
        .where(InboxMessage.handled_at.is_(None))
        .group_by(InboxMessage.shop_id, InboxMessage.subject)
        .having(func.min(InboxMessage.next_try_at) <= moment, or_(lease.is_(None), lease <= moment))
        .order_by(func.min(InboxMessage.next_try_at))
        .limit(BATCH)
    )
    with ctx.db.session() as session:
        return [(shop_id, subject) for shop_id, subject in session.execute(query)]


def _handle(ctx: Context, shop_id: int, subject: str) -> int:
    """Work off one subject; returns how many messages left the queue, 0 when another worker has it."""
    with ctx.db.session() as session:
        claim = _claim(session, shop_id, subject)
    if claim is None:
        return 0
    handlers = topics.HANDLERS.get(claim.newest.topic, ())
    if not handlers or not (claim.shop.is_installed or claim.newest.topic in AFTER_UNINSTALL):
        with ctx.db.session() as session:
            _close(session, claim, IGNORED)
        return len(claim.ids)
    try:
        if claim.newest.tries > MAX_TRIES:
            raise RuntimeError("its workers died while handling it")
        _run(ctx, claim, handlers)
    except Exception as error:
        _put_back(ctx, claim, error)
    return len(claim.ids)


def _claim(session: Session, shop_id: int, subject: str) -> Claim | None:
    if not try_lock(session, "inbox", shop_id, subject):
        return None
    mine = (
        InboxMessage.shop_id == shop_id,
        InboxMessage.subject == subject,
        InboxMessage.handled_at.is_(None),
    )
    order = (InboxMessage.triggered_at.asc().nulls_first(), InboxMessage.id)
    rows = session.scalars(select(InboxMessage).where(*mine).order_by(*order).with_for_update()).all()
    moment = machine_now()
    leased = any(row.lease_until and row.lease_until > moment for row in rows)
    if not rows or leased or not any(row.next_try_at <= moment for row in rows):
        return None
    for row in rows:
        row.lease_until = moment + LEASE
        row.tries += 1
    shop = session.get_one(Shop, shop_id)
    return Claim(shop, subject, [row.id for row in rows], rows[-1], min(row.received_at for row in rows))


def _run(ctx: Context, claim: Claim, handlers: Sequence[topics.Handler]) -> None:
    """One handler after the other, so that each sees what the one before wrote; the last one's transaction closes."""
    ignored = True
    for place, handler in enumerate(handlers, 1):
        reading = handler.fetch(ctx, claim.shop, claim.newest)
        with ctx.db.session() as session:
            lock(session, "inbox", claim.shop.id, claim.subject)
            if not _still_ours(session, claim):
                return
            shop = session.get_one(Shop, claim.shop.id)
            outcome = handler.apply(ctx, session, shop, claim.newest, reading)
            ignored = ignored and outcome == handling.IGNORED
            if place == len(handlers) and outcome != handling.STALE:
                _close(session, claim, IGNORED if ignored else HANDLED)
        if outcome == handling.STALE:
            raise ReadAgain("something newer was written meanwhile")


def _still_ours(session: Session, claim: Claim) -> bool:
    """A worker that was stopped for longer than its lease must not write what it read back then."""
    query = select(InboxMessage.tries).where(InboxMessage.id == claim.newest.id, InboxMessage.handled_at.is_(None))
    return session.scalar(query) == claim.newest.tries


def _close(session: Session, claim: Claim, outcome: str) -> None:
    """Close the claim's messages and let go of their payloads: hints have served, and may name a person."""
    values: dict[str, object] = {"handled_at": machine_now(), "lease_until": None, "last_error": None, "payload": {}}
    older = claim.ids[:-1]
    if older:
        statement = update(InboxMessage).where(InboxMessage.id.in_(older), InboxMessage.handled_at.is_(None))
        session.execute(statement.values(**values, outcome=SUPERSEDED))
    statement = update(InboxMessage).where(InboxMessage.id == claim.newest.id)
    session.execute(statement.values(**values, outcome=outcome))


def _put_back(ctx: Context, claim: Claim, error: Exception) -> None:
    moment = machine_now()
    verdict = judge(error, claim.newest.tries, claim.received_at, moment)
    values: dict[str, object] = {"lease_until": None, "next_try_at": moment + verdict.wait}
    values["last_error"] = mask(f"{type(error).__name__}: {error}")[:500]
    if not verdict.counts:
        values["tries"] = func.greatest(InboxMessage.tries - 1, 0)
    if verdict.park:
        values |= {"handled_at": moment, "outcome": PARKED}
    with ctx.db.session() as session:
        session.execute(
            update(InboxMessage)
            .where(InboxMessage.id.in_(claim.ids), InboxMessage.handled_at.is_(None))
            .values(**values)
        )
    level = logging.ERROR if verdict.park else logging.WARNING if verdict.counts else logging.INFO
    log.log(
        level,
        "message parked" if verdict.park else "message put back",
        exc_info=error if verdict.counts else None,
        extra={
            "topic": claim.newest.topic,
            "shop": claim.shop.domain,
            "subject": claim.subject,
            "why": type(error).__name__,
        },
    )
