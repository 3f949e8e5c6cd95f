"""The orders that need an item, first charge first, with what was decided about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.shoppers.models import Shopper
from shopify_app.stock.models import Demand, StockDecision

PAGE = 50


class Row(NamedTuple):
    """One order. `decision`: the one that is open about this item in it."""

    need: Demand
    contract: Contract
    shopper: Shopper | None
    decision: StockDecision | None


def page(
    session: Session,
    shop_id: int,
    variant_gids: Sequence[str],
    until: datetime,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> list[Row]:
    """Return up to `limit` orders charged until an instant after a key, and one more if there is another page."""
    open_one = and_(
        StockDecision.contract_id == Demand.contract_id,
        StockDecision.cycle_index == Demand.cycle_index,
        StockDecision.variant_gid == Demand.variant_gid,
        StockDecision.ended_at.is_(None),
        Demand.delivery == 0,
    )
    shopper = and_(Shopper.shop_id == Contract.shop_id, Shopper.shopify_gid == Contract.customer_gid)
    query = (
        select(Demand, Contract, Shopper, StockDecision)
        .join(Contract, Contract.id == Demand.contract_id)
        .outerjoin(StockDecision, open_one)
        .outerjoin(Shopper, shopper)
        .where(Demand.shop_id == shop_id, Demand.variant_gid.in_(variant_gids), Demand.spent_at.is_(None))
        .where(Demand.charge_at <= until)
    )
    if after is not None:
        query = query.where(
            or_(Demand.charge_at > after[0], and_(Demand.charge_at == after[0], Demand.id > after[1]))
        )
    found = session.execute(query.order_by(Demand.charge_at, Demand.id).limit(limit + 1))
    return [Row(*each) for each in found]


def key(row: Row) -> tuple[datetime, int]:
    """Return where the page after this order begins."""
    return row.need.charge_at, row.need.id
