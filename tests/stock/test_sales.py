"""What is sold besides subscriptions, from orders as their webhooks tell them; a renewal is no sale of that kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from sandbox.shopify import orders, payloads
from sandbox.testing import SandboxServer
from shopify_app import topics
from shopify_app.kit.gid import gid
from shopify_app.kit.handling import IGNORED
from shopify_app.shops.models import Shop
from shopify_app.stock import sales
from shopify_app.stock.models import OneTimeSale
from tests.billing.till import DOMAIN, Told
from tests.stock.shelf import Shelf, stocked


def bought(shelf: Shelf, units: int, **values: Any) -> dict[str, Any]:
    """An order of somebody who has no subscription."""
    with shelf.world.locked():
        like = shelf.world.of("contracts", DOMAIN).all()[0]
        line = {**like["lines"][0], "quantity": units}
        return orders.place(shelf.world, DOMAIN, {**like, "id": None, "lines": [line], **values}, source="web")


def hear(shelf: Shelf, row: dict[str, Any], topic: str = "orders/create") -> str | None:
    message = Told(payloads.order(row, None, "America/New_York"), topic)
    handler = topics.HANDLERS[topic][0]
    with shelf.ctx.db.session() as session:
        shop = session.get_one(Shop, shelf.till.shop_id)
    reading = handler.fetch(shelf.ctx, shop, message)
    with shelf.ctx.db.session() as session:
        return handler.apply(shelf.ctx, session, session.get_one(Shop, shelf.till.shop_id), message, reading)


def sold(shelf: Shelf) -> list[int]:
    with shelf.ctx.db.session() as session:
        return list(session.scalars(select(OneTimeSale.units).order_by(OneTimeSale.order_gid)))


def test_the_pace_of_what_is_sold_besides(sandbox_server: SandboxServer, postgres_url: str) -> None:
    with stocked(sandbox_server, postgres_url, 50, [datetime(2026, 12, 20, 14, tzinfo=UTC)]) as shelf:
        renewal = shelf.world.of("orders", DOMAIN).all()[0]
        hear(shelf, renewal)
        assert sold(shelf) == []
        first = bought(shelf, 4)
        assert hear(shelf, first) != IGNORED
        assert hear(shelf, first) != IGNORED  # Shopify tells things twice
        shelf.till.wait(timedelta(days=14))
        hear(shelf, bought(shelf, 3))
        assert sold(shelf) == [4, 3]
        variants = [gid("ProductVariant", shelf.variants[0]["id"])]
        with shelf.ctx.db.session() as session:
            assert sales.pace(session, shelf.till.shop_id, variants, shelf.till.now) == 0.5
        with shelf.world.locked():
            cancelled = orders.cancel(shelf.world, DOMAIN, first["id"])
        hear(shelf, cancelled, "orders/cancelled")
        assert sold(shelf) == [3]
        shelf.till.wait(timedelta(days=100))
        assert sales.prune(shelf.ctx) == 1
