"""Forgetting which links were used, once none of them could be pressed again anyway."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, tuple_

from shopify_app.context import Context
from shopify_app.links.models import LinkUse

KEEP = timedelta(days=90)
"""Longer than any link lives: the longest lead of a notice is 60 days, and a link ends at its charge."""
BATCH = 1000


def run(ctx: Context) -> int:
    """Delete uses more than 90 days of business time old; returns how many."""
    before, deleted = ctx.clock.now() - KEEP, 0
    while True:
        old = select(LinkUse.shop_id, LinkUse.nonce).where(LinkUse.used_at < before).limit(BATCH)
        statement = delete(LinkUse).where(tuple_(LinkUse.shop_id, LinkUse.nonce).in_(old))
        with ctx.db.session() as session:
            gone = session.scalars(statement.returning(LinkUse.nonce)).all()
        deleted += len(gone)
        if len(gone) < BATCH:
            return deleted
