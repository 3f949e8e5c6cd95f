"""A copy of the database must not charge anyone twice.

HOST is remembered at install. A database that wakes up under another one (a copy, a restore) starts with billing
stopped, until `perennial doctor --adopt` says that the move was meant.
"""

from __future__ import annotations

import logging

from sqlalchemy import update

from shopify_app.context import Context
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import HOST_CHANGED

log = logging.getLogger(__name__)


def check(ctx: Context) -> list[str]:
    """Stop billing of every shop installed under another HOST; return their domains. For process start."""
    statement = (
        update(Shop)
        .where(Shop.host != ctx.settings.host, Shop.billing_stopped_at.is_(None))
        .values(billing_stopped_at=ctx.clock.now(), billing_stopped_reason=HOST_CHANGED)
        .returning(Shop.domain)
    )
    with ctx.db.session() as session:
        domains = sorted(session.scalars(statement))
    if domains:
        log.error("HOST changed: billing stopped; `perennial doctor --adopt` if it moved", extra={"shops": domains})
    return domains


def adopt(ctx: Context) -> int:
    """Take this HOST for the right one: remember it, let billing go on where only the HOST had stopped it.

    Returns how many shops were adopted.
    """
    with ctx.db.session() as session:
        session.execute(
            update(Shop)
            .where(Shop.billing_stopped_reason == HOST_CHANGED)
            .values(billing_stopped_at=None, billing_stopped_reason=None)
        )
        adopted = session.scalars(
            update(Shop).where(Shop.host != ctx.settings.host).values(host=ctx.settings.host).returning(Shop.id)
        )
        return len(list(adopted))
