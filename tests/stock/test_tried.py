"""The shelf was emptied just before the charge, and no reading told us: Shopify refuses; we do not try blindly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.shopify import stock
from sandbox.testing import SandboxServer
from shopify_app.dunning import follow, steps
from tests.billing.till import DOMAIN
from tests.stock.shelf import stocked


def day(number: int) -> datetime:
    """Nine o'clock in New York."""
    return datetime(2026, 12, number, 14, tzinfo=UTC)


def test_what_failed_for_its_stock_is_tried_again_only_once_it_is_there(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(5)]) as shelf:
        shelf.until(day(4))
        with shelf.world.locked():
            stock.set_available(shelf.world, DOMAIN, shelf.variants[0]["inventory_item_id"], 0)
        shelf.till.at(day(5))
        shelf.till.charge()
        shelf.till.sandbox.settle()
        shelf.till.at(day(5) + timedelta(minutes=6))
        shelf.till.look()
        for number in (5, 6, 7):
            shelf.till.at(day(number) + timedelta(hours=1))
            shelf.read()
            follow.drain(shelf.ctx)
            steps.drain(shelf.ctx)
        assert shelf.till.calls("AttemptCreate") == 1
        assert shelf.told() == [], "an order that was tried is not decided any more"
        shelf.put(1)
        for number in (8, 9):
            shelf.till.at(day(number) + timedelta(hours=1))
            steps.drain(shelf.ctx)
            shelf.till.sandbox.settle()
            shelf.till.at(day(number) + timedelta(hours=1, minutes=6))
            shelf.till.look()
            shelf.read()
        assert shelf.till.calls("AttemptCreate") == 2
        assert shelf.paid() == 1
