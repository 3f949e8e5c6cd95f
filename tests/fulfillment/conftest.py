"""The feed's tests begin at the journal: facts as the doors and the mirror record them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.fulfillment import take
from shopify_app.fulfillment.models import Change
from tests.support.rows import add_shop, context
from tests.support.stories import story
from tests.web import rows

__all__ = ["story"]

NOW = rows.NOW
"""9:00 in New York, on Tuesday, December 1."""
SHIPS = NOW + timedelta(days=4)
SHOPPER = "shopper:gid://shopify/Customer/7"


@dataclass
class Desk:
    """A shop with one contract that ships on Saturday, December 5, and a month later."""

    ctx: Context
    shop_id: int
    contract: Contract

    def tell(self, kind: str, at: datetime = NOW, actor: str = SHOPPER, **columns: Any) -> None:
        given = {"actor": actor, "customer_gid": "gid://shopify/Customer/7", "data": {}} | columns
        with self.ctx.db.session() as session:
            rows.fact(session, self.contract, kind, at, **given)

    def take(self) -> int:
        return take.drain(self.ctx)

    def waiting(self) -> int:
        with self.ctx.db.session() as session:
            return take.waiting(session, NOW, NOW)

    def changes(self) -> list[Change]:
        with self.ctx.db.session() as session:
            return list(session.scalars(select(Change).where(Change.shop_id == self.shop_id).order_by(Change.id)))

    def the_change(self) -> Change:
        self.take()
        (change,) = self.changes()
        return change


@pytest.fixture
def desk(postgres_url: str) -> Iterator[Desk]:
    ctx = context(postgres_url, NOW)
    shop = add_shop(ctx)
    with ctx.db.session() as session:
        contract = rows.contract(session, shop.id, 9, customer_gid="gid://shopify/Customer/7")
        for index in (3, 4):
            rows.cycle(session, contract, index, SHIPS + timedelta(days=30 * (index - 3)))
    yield Desk(ctx, shop.id, contract)
    ctx.db.close()
