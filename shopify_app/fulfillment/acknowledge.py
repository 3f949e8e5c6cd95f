"""That somebody has taken note of entries, exactly as they saw them: what changed since stays open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import BigInteger, select, update
from sqlalchemy.orm import Session

from shopify_app.fulfillment.locking import lock_changes
from shopify_app.fulfillment.models import HISTORY, Change
from shopify_app.kit.db import is_among, rows_of

MOST = 500
"""Entries taken note of by one request."""


def acknowledge(session: Session, shop_id: int, seen: Mapping[int, int], by: str, now: datetime) -> list[int]:
    """Take note of entries by id at the revision that was seen; returns the ids for which that holds from now on.

    Left out are those of another revision, of another shop, and those that somebody had taken note of before.
    `now`: business time.
    """
    lock_changes(session, Change.shop_id == shop_id, is_among(Change.id, seen))
    given = rows_of(list(seen.items()), BigInteger(), BigInteger())
    statement = (
        update(Change)
        .where(Change.shop_id == shop_id, Change.id == given.c.a, Change.revision == given.c.b)
        .where(Change.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=by)
        .returning(Change.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(statement))


def reopen(session: Session, shop_id: int, ids: Collection[int]) -> list[int]:
    """Take it back; returns the ids that are open again. What happened before the feed began stays history."""
    mine = (Change.shop_id == shop_id, is_among(Change.id, ids), Change.acknowledged_by != HISTORY)
    lock_changes(session, *mine)
    statement = update(Change).where(*mine).values(acknowledged_at=None, acknowledged_by=None).returning(Change.id)
    return sorted(session.scalars(statement.execution_options(synchronize_session=False)))


def one(session: Session, shop_id: int, change_id: int) -> Change | None:
    """Return an entry of this shop."""
    return session.scalar(select(Change).where(Change.shop_id == shop_id, Change.id == change_id))
