"""The notices' drain, in this order: plan what is new or moved, tell what changed, tell what is due."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.clock import monotonic
from shopify_app.kit.db import NOW, total
from shopify_app.notices import changed, deliveries, deliveries_changed, plan, upcoming
from shopify_app.notices.models import Notice
from shopify_app.orders.models import FulfillmentOrder

SLICE = 2.0
"""Seconds of machine time a backlog is worked off before other drains get the worker, among them the one that sends
what was recorded."""


def drain(ctx: Context) -> int:
    """Work off one batch of each, and more as long as batches are full; returns how many rows were looked at."""
    deadline = monotonic() + SLICE
    done = found = _one_of_each(ctx)
    while found >= upcoming.BATCH and monotonic() < deadline:
        found = _one_of_each(ctx)
        done += found
    return done


def _one_of_each(ctx: Context) -> int:
    now = ctx.clock.now()
    done = 0
    for work in (
        plan.catch_up,
        deliveries.catch_up,
        changed.work,
        deliveries_changed.work,
        upcoming.work,
        deliveries.work,
    ):
        with ctx.db.session() as session:
            done += work(session, now)
    if done:
        ctx.wakeups.wake("klaviyo")
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count what can be done by `now` (business time), a batch of each at most."""
    return session.scalar(_question(), {"now": now}) or 0


@cache
def _question() -> Select[int]:
    work = (
        plan.unplanned(NOW, BillingCycle.id),
        changed.candidates(NOW, BillingCycle.id),
        deliveries.unplanned(NOW, FulfillmentOrder.id),
        deliveries_changed.candidates(NOW, FulfillmentOrder.id),
        upcoming.ripe(NOW, Notice.id),
    )
    return total(*(each.limit(upcoming.BATCH) for each in work))
