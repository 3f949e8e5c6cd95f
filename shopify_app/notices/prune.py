"""Forgetting what was told of an order, once the order is long past: no change of it can be told any more.

The notices themselves stay: they are part of a subscription's history.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, delete, or_, select, tuple_

from shopify_app.context import Context
from shopify_app.contracts.cycles import UNBILLED
from shopify_app.contracts.models import BillingCycle
from shopify_app.notices.models import AnnouncedOrder

KEEP = timedelta(days=180)
"""Three times the longest lead."""
BATCH = 1000


def run(ctx: Context) -> int:
    """Delete what was told of orders charged, or of cycles gone, more than 180 days of business time ago."""
    before, deleted = ctx.clock.now() - KEEP, 0
    while True:
        past = (
            select(AnnouncedOrder.contract_id, AnnouncedOrder.cycle_index)
            .outerjoin(
                BillingCycle,
                and_(
                    BillingCycle.contract_id == AnnouncedOrder.contract_id,
                    BillingCycle.cycle_index == AnnouncedOrder.cycle_index,
                ),
            )
            .where(
                AnnouncedOrder.told_at < before,
                or_(
                    BillingCycle.id.is_(None),
                    BillingCycle.status != UNBILLED,
                    # skipped and past: nobody can bring it back
                    and_(BillingCycle.skipped, BillingCycle.expected_at < before),
                ),
            )
            .limit(BATCH)
        )
        statement = delete(AnnouncedOrder).where(
            tuple_(AnnouncedOrder.contract_id, AnnouncedOrder.cycle_index).in_(past)
        )
        with ctx.db.session() as session:
            gone = session.scalars(statement.returning(AnnouncedOrder.contract_id)).all()
        deleted += len(gone)
        if len(gone) < BATCH:
            return deleted
