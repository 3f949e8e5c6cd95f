"""Entries are locked by id, whoever wants several: two who take them in other orders would wait for each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shopify_app.fulfillment.models import Change
from shopify_app.journal.models import Fact
from shopify_app.kit.db import is_among


def lock_changes(session: Session, *wanted: ColumnElement[bool]) -> list[int]:
    """Lock the entries for which all of this holds until the transaction ends; returns their ids, in order."""
    return list(session.scalars(select(Change.id).where(*wanted).order_by(Change.id).with_for_update()))


def lock_near(session: Session, shop_id: int, facts: Sequence[Fact], within: timedelta) -> None:
    """Lock all entries that these facts may be folded into, as facts touch them in any order.

    `within`: business time between an entry's last change and a fact.
    """
    times = [fact.occurred_at for fact in facts]
    if times:
        theirs = is_among(Change.contract_gid, {fact.contract_gid for fact in facts if fact.contract_gid})
        near = Change.last_at.between(min(times) - within, max(times) + within)
        lock_changes(session, Change.shop_id == shop_id, theirs, near)
