"""Works off compliance requests: a report, an erased customer, a deleted shop. Shopify allows 30 days; we take none.

A customer's request is one transaction. A shop's rows are deleted in batches, each of which first makes sure that
the shop has not come back.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from shopify_app.context import Context
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Base
from shopify_app.privacy.models import CUSTOMER_REDACT, DATA_REQUEST, SHOP_REDACT, PrivacyRequest
from shopify_app.privacy.registry import FEATURES
from shopify_app.shops.models import UNINSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 1000
"""Rows per delete: a few tens of milliseconds, so that no lock is held for long."""

RETRY_AFTER = timedelta(minutes=10)
"""Machine time until a request that failed is tried again."""


def waiting(session: Session, now: datetime, machine_time: datetime) -> int:
    """Return how many requests can be worked off right now."""
    return session.scalar(select(func.count()).select_from(PrivacyRequest).where(*_open(machine_time))) or 0


def drain(ctx: Context) -> int:
    """Work off every open request; return how many are done. One that fails waits and never stops the others."""
    done = 0
    while request := _next(ctx):
        try:
            _work_off(ctx, request)
            done += 1
        except Exception as error:
            log.exception("privacy request failed", extra={"request": request.id, "topic": request.kind})
            _postpone(ctx, request.id, type(error).__name__)
    return done


def _open(machine_time: datetime) -> tuple[ColumnElement[bool], ...]:
    due = or_(PrivacyRequest.next_try_at.is_(None), PrivacyRequest.next_try_at <= machine_time)
    return PrivacyRequest.done_at.is_(None), due


def _next(ctx: Context) -> PrivacyRequest | None:
    query = select(PrivacyRequest).where(*_open(machine_now())).order_by(PrivacyRequest.id).limit(1)
    if ctx.only_shop_id is not None:
        query = query.where(PrivacyRequest.shop_id == ctx.only_shop_id)
    with ctx.db.session() as session:
        return session.scalars(query).one_or_none()


def _work_off(ctx: Context, request: PrivacyRequest) -> None:
    """Two drains may meet here: each kind of work bears being done twice."""
    if request.kind == SHOP_REDACT:
        _delete_shop(ctx, request)
        return
    with ctx.db.session() as session:
        row = session.get(PrivacyRequest, request.id, with_for_update=True)
        if row is not None and row.done_at is None:
            _answer(session, row)
            row.done_at = ctx.clock.now()


def _answer(session: Session, request: PrivacyRequest) -> None:
    customer = request.customer_gid or ""
    if request.kind == DATA_REQUEST:
        request.report = {name: f.held(session, request.shop_id, customer) for name, f in FEATURES.items()}
    elif request.kind == CUSTOMER_REDACT:
        counts = {name: f.erase(session, request.shop_id, customer) for name, f in FEATURES.items()}
        request.report = {"erased": counts}


def _delete_shop(ctx: Context, request: PrivacyRequest) -> None:
    while True:
        with ctx.db.session() as session:
            shop = session.get(Shop, request.shop_id, with_for_update=True)
            if shop is None:
                return
            if shop.status != UNINSTALLED:
                _close(session, request.id, ctx.clock.now())
                return
            if not _delete_some(session, shop.id):
                session.delete(shop)
                log.info("shop redacted", extra={"shop": shop.domain})
                return


def _close(session: Session, request_id: int, now: datetime) -> None:
    log.info("shop/redact has nothing to do: the shop is back", extra={"request": request_id})
    session.execute(update(PrivacyRequest).where(PrivacyRequest.id == request_id).values(done_at=now))


def _delete_some(session: Session, shop_id: int) -> bool:
    """Delete a batch of the shop's rows, children first; False when only the shop and its requests are left."""
    return any(_delete_from(session, table, shop_id) for table in reversed(Base.metadata.sorted_tables))


def _delete_from(session: Session, table: Table, shop_id: int) -> bool:
    if "shop_id" not in table.c or table.name == PrivacyRequest.__tablename__:
        return False
    key = next(iter(table.primary_key.columns))
    batch = select(key).where(table.c.shop_id == shop_id).limit(BATCH)
    return bool(session.execute(delete(table).where(key.in_(batch)).returning(key)).first())


def _postpone(ctx: Context, request_id: int, error: str) -> None:
    with ctx.db.session() as session:
        session.execute(
            update(PrivacyRequest)
            .where(PrivacyRequest.id == request_id)
            .values(next_try_at=machine_now() + RETRY_AFTER, last_error=error)
        )
