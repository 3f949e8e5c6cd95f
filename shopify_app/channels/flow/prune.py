"""Forgetting what workflows asked for, once Flow cannot ask for it again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from shopify_app.channels.flow.models import WAITING, FlowRun
from shopify_app.context import Context

KEEP = timedelta(days=90)
"""Far longer than anybody repeats a request that was answered, and longer than the page of runs is asked for."""
BATCH = 1000


def run(ctx: Context) -> int:
    """Delete runs that are over since 90 days of business time; returns how many. What waits stays."""
    before, deleted = ctx.clock.now() - KEEP, 0
    while True:
        old = select(FlowRun.id).where(FlowRun.state != WAITING, FlowRun.asked_at < before).limit(BATCH)
        with ctx.db.session() as session:
            gone = session.scalars(delete(FlowRun).where(FlowRun.id.in_(old)).returning(FlowRun.id)).all()
        deleted += len(gone)
        if len(gone) < BATCH:
            return deleted
