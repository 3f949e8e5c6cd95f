"""Which facts a channel has no delivery for yet, shop by shop from where each shop's journal is told to.

`owner` is the channel's table with one row for each shop: `shop_id`, and `facts_read_to`, the fact up to which every
fact that the channel tells has its delivery.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from shopify_app.journal.models import Delivery, Fact
from shopify_app.shops.models import INSTALLED, Shop

Condition = ColumnElement[bool] | InstrumentedAttribute[bool]
STRIDE = 500
SETTLED = "10 minutes"
"""Machine time after which no open transaction can still add a fact with a smaller id."""


def missing(
    owner: Any,
    channel: str,
    *,
    is_told: Condition,
    is_on: Condition,
    limit: int,
    shop_id: int | None = None,
) -> Select[int, int]:
    """Select the first facts (id, shop_id) of each shop that is on, or of one, that have no delivery.

    `is_told`: which facts the channel tells. Shop by shop: a plain join reads every fact there ever was.
    """
    told = select(Delivery.id).where(Delivery.fact_id == Fact.id, Delivery.channel == channel)
    untold = (
        select(Fact.id)
        .where(Fact.shop_id == owner.shop_id, Fact.id > owner.facts_read_to, is_told, ~told.exists())
        .order_by(Fact.id)
        .limit(limit)
        .lateral("untold")
    )
    found = (
        select(untold.c.id, owner.shop_id)
        .select_from(owner)
        .join(Shop, Shop.id == owner.shop_id)
        .join(untold, true())
        .where(is_on, Shop.status == INSTALLED)
    )
    return found if shop_id is None else found.where(owner.shop_id == shop_id)


def read_on(
    session: Session,
    owner: Any,
    is_on: Condition,
    missing_of: Callable[[int], Select[int, int]],
) -> None:
    """Remember how far each journal is told, in strides so that few rows are written.

    Recent facts are left out: one with a smaller id may commit later. What is missing is asked again with the owner
    locked, since a shop that is switched on at this moment brings facts that nobody has looked at.
    """
    newest = (
        select(Fact.id)
        .where(
            Fact.shop_id == owner.shop_id,
            Fact.id > owner.facts_read_to,
            Fact.recorded_at < func.now() - text(f"interval '{SETTLED}'"),
        )
        .order_by(Fact.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    behind = select(owner, newest).where(is_on, newest > owner.facts_read_to + STRIDE)
    for row, to in session.execute(behind.with_for_update(of=owner, skip_locked=True)).all():
        if session.scalar(select(missing_of(row.shop_id).subquery().c.id)) is None:
            row.facts_read_to = to
