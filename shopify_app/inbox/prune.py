"""Forgetting messages that were closed a month ago, in batches so that no lock lasts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from shopify_app.context import Context
from shopify_app.inbox.models import InboxMessage
from shopify_app.kit.clock import machine_now

KEEP = timedelta(days=30)
BATCH = 1000


def run(ctx: Context) -> int:
    """Delete messages handled more than 30 days of machine time ago; returns how many."""
    deleted = 0
    while True:
        old = select(InboxMessage.id).where(InboxMessage.handled_at < machine_now() - KEEP).limit(BATCH)
        with ctx.db.session() as session:
            gone = session.scalars(
                delete(InboxMessage).where(InboxMessage.id.in_(old)).returning(InboxMessage.id)
            ).all()
        deleted += len(gone)
        if len(gone) < BATCH:
            return deleted
