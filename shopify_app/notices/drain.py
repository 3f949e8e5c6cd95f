"""The notices' drain, in this order: plan what is new or moved, tell what changed, tell what is due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle
from shopify_app.notices import changed, deliveries, deliveries_changed, plan, upcoming
from shopify_app.notices.paid_ahead import DELIVERY
from shopify_app.orders.models import FulfillmentOrder


def drain(ctx: Context) -> int:
    """Work off one batch of each; returns how many rows were looked at."""
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
    """Count what can be done by `now` (business time)."""
    unplanned = plan.unplanned(now, BillingCycle.id).subquery()
    altered = changed.candidates(now, BillingCycle.id).subquery()
    paid_ahead = deliveries.unplanned(now, FulfillmentOrder.id).subquery()
    moved = deliveries_changed.candidates(now, FulfillmentOrder.id).subquery()
    work = (unplanned, altered, paid_ahead, moved)
    counts = [session.scalar(select(func.count()).select_from(one)) or 0 for one in work]
    return sum(counts) + upcoming.waiting(session, now) + upcoming.waiting(session, now, DELIVERY)
