"""Forgetting changes that were packed long ago: they tell names and places, and nobody packs them again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, select

from shopify_app.context import Context
from shopify_app.fulfillment.models import Change, ChangeFact, FeedReading

KEEP = timedelta(days=400)
"""As long as the edits they tell of (`edits/prune.py`): a yearly order's last change is there when the next comes."""
BATCH = 1000


def run(ctx: Context) -> int:
    """Delete entries whose last fact is older than 400 days of business time, seen or not; returns how many.

    A program that reads the feed asks for what is above a position, and positions are never given twice. An entry
    with a fact beyond what is remembered as read stays: without it that fact would be taken anew.
    """
    before, deleted = ctx.clock.now() - KEEP, 0
    while True:
        unread = exists().where(
            ChangeFact.change_id == Change.id,
            FeedReading.shop_id == Change.shop_id,
            ChangeFact.fact_id > FeedReading.facts_read_to,
        )
        old = select(Change.id).where(Change.last_at < before, ~unread).limit(BATCH)
        with ctx.db.session() as session:
            gone = session.scalars(delete(Change).where(Change.id.in_(old)).returning(Change.id)).all()
        deleted += len(gone)
        if len(gone) < BATCH:
            return deleted
