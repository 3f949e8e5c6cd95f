"""Keys by which programs read a shop's feed: shown once, kept as a digest, revoked for good."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.fulfillment.models import FeedKey
from shopify_app.kit.db import lock

PREFIX = "perennial_feed_"
"""By which scanners for leaked secrets, and people, know what it is."""
MOST = 20
LONGEST_NAME = 60
USED_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept (machine time): a row is not written for every request."""


class TooMany(Exception):
    """The shop has as many working keys as it may have."""


def make(session: Session, shop_id: int, name: str, by: str, machine_now: datetime) -> tuple[FeedKey, str]:
    """Make a key; returns its row and its text, which nobody can tell again. Raises TooMany."""
    lock(session, "feed keys", shop_id)
    working = select(func.count()).where(FeedKey.shop_id == shop_id, FeedKey.revoked_at.is_(None))
    if (session.scalar(working) or 0) >= MOST:
        raise TooMany
    text = PREFIX + secrets.token_urlsafe(32)
    row = FeedKey(shop_id=shop_id, name=name, digest=_digest(text), hint=text[-4:], made_at=machine_now, made_by=by)
    session.add(row)
    session.flush()
    return row, text


def revoke(session: Session, shop_id: int, key_id: int, machine_now: datetime) -> FeedKey | None:
    """Make a key worthless from now on; returns it, None when the shop has no such working key."""
    mine = (FeedKey.shop_id == shop_id, FeedKey.id == key_id, FeedKey.revoked_at.is_(None))
    row = session.scalar(select(FeedKey).where(*mine).with_for_update())
    if row is not None:
        row.revoked_at = machine_now
    return row


def find(session: Session, text: str, machine_now: datetime) -> FeedKey | None:
    """Return the working key of this text and note that it is used."""
    if not text.startswith(PREFIX) or len(text) > 200:
        return None
    row = session.scalar(select(FeedKey).where(FeedKey.digest == _digest(text), FeedKey.revoked_at.is_(None)))
    if row is not None and (row.last_used_at is None or machine_now - row.last_used_at > USED_EVERY):
        row.last_used_at = machine_now
    return row


def of_shop(session: Session, shop_id: int) -> Sequence[FeedKey]:
    """Return the shop's working keys, oldest first."""
    mine = (FeedKey.shop_id == shop_id, FeedKey.revoked_at.is_(None))
    return session.scalars(select(FeedKey).where(*mine).order_by(FeedKey.id)).all()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
