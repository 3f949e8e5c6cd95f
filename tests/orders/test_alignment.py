"""A paid order that is not shipped yet follows a change: held, changed, released; never forgotten, never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sandbox.seeds import tiny
from sandbox.shopify import fulfillment_holds, fulfillment_orders, orders
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.address import Address, normal
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.orders.alignment.models import OrderAlignment
from shopify_app.tasks.models import Task
from tests.support.app import Story

EVENING = datetime(2027, 1, 1, 22, tzinfo=UTC)
"""17:00 in New York, on the day of the charge: it is packed tomorrow."""
AT_ONCE = timedelta(days=400)
NEW = normal({"first_name": "Alex", "last_name": "Marsh 1", "address1": "1 Pine Road", "city": "Troy",
              "province_code": "NY", "zip": "12180", "country_code": "US"})  # fmt: skip


class Paid:
    """A subscription whose January order is paid and not packed yet; the one from the checkout has been shipped."""

    def __init__(self, story: Story, **contract: Any) -> None:
        self.story, self.grown = story, tiny.grow(story.world, **contract)
        story.install()
        self.contract = self.grown.contracts[0]
        self.gid = f"gid://shopify/SubscriptionContract/{self.contract['id']}"
        with story.world.locked():
            orders.fulfill(story.world, story.shop_domain, self.contract["origin_order_id"])
        story.advance(EVENING, step=AT_ONCE)

    @property
    def order(self) -> dict[str, Any]:
        return self.story.world.of("orders", self.story.shop_domain).all()[-1]

    @property
    def shipment(self) -> dict[str, Any]:
        return fulfillment_orders.of_order(self.story.world, self.story.shop_domain, self.order["id"])[0]

    def holds(self) -> list[str]:
        return [hold["app"] for hold in self.shipment.get("holds", [])]

    def ask(self, request_id: str = "r1", actor: str = "merchant:42", address: dict[str, Any] = NEW) -> None:
        target = Target(self.story.shop.id, self.gid, actor)
        answer = door.carry_out(self.story.ctx, Address(address, paid_too=True), target, request_id)
        assert answer.is_done, answer

    def rows(self, kind: type = OrderAlignment) -> list[Any]:
        with self.story.ctx.db.session() as session:
            return list(session.scalars(select(kind).order_by(kind.id)))

    def facts(self) -> list[str]:
        """What the journal tells of paid orders, in its order."""
        return [fact.kind for fact in self.rows(Fact) if ":aligned:" in fact.key or fact.kind.startswith("task.")]

    def asker_dies(self) -> None:
        past = machine_now() - timedelta(minutes=1)
        with self.story.ctx.db.session() as session:
            session.execute(update(OrderAlignment).values(lease_until=past))


@pytest.fixture
def paid(story: Story) -> Paid:
    return Paid(story)


def test_an_address_change_on_the_evening_before_packing_holds_changes_and_releases_the_order(paid: Paid) -> None:
    with paid.story.world.locked():
        paid.order["tags"] = ["wholesale"]
        fulfillment_holds.hold_by_another(paid.story.world, paid.story.shop_domain, paid.shipment["id"])
    paid.ask()
    paid.story.settle()
    assert (paid.order["address"]["city"], paid.order["tags"]) == ("Troy", ["wholesale"])
    assert paid.holds() == ["others"]
    assert paid.facts() == ["order.held", "order.address_changed", "order.released"]
    (row,) = paid.rows()
    assert (row.state, row.reason, row.wish, row.order_name) == ("done", None, None, paid.order["name"])
    assert paid.rows(Task) == []
    shipped = paid.story.world.of("orders", paid.story.shop_domain)[paid.contract["origin_order_id"]]
    assert shipped["address"]["city"] != "Troy"
