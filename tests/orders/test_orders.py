"""Orders, products and stock are mirrored as far as a contract holds them; all else is closed unread."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from sandbox.seeds import tiny
from sandbox.shopify import orders, payloads, products, stock
from shopify_app.catalog.models import Product, Variant
from shopify_app.inbox.models import InboxMessage
from shopify_app.orders.models import Order, OrderContract
from shopify_app.stock.models import InventoryLevel, ItemStanding
from tests.support.app import Story


def rows(story: Story, kind: type) -> list:
    with story.ctx.db.session() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def outcomes(story: Story, topic: str) -> list[str | None]:
    return [message.outcome for message in rows(story, InboxMessage) if message.topic == topic]


def test_an_order_is_ours_by_its_lines_never_by_its_source_name(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=1)
    story.install()
    contract = grown.contracts[0]
    with story.world.locked():
        orders.place(story.world, story.shop_domain, contract, source="web")
        # the very name that renewals carry, on an order that no contract made
        stranger = {**contract, "id": None}
        orders.place(story.world, story.shop_domain, stranger, source=orders.RENEWAL_SOURCE)
    story.settle()
    assert [order.name for order in rows(story, Order)] == ["#1001", "#1002"]
    gids = {link.contract_gid for link in rows(story, OrderContract)}
    assert gids == {f"gid://shopify/SubscriptionContract/{contract['id']}"}
    assert outcomes(story, "orders/create")[-2:] == ["handled", "ignored"]


def test_an_order_follows_its_life(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=1)
    story.install()
    with story.world.locked():
        order = orders.place(story.world, story.shop_domain, grown.contracts[0], source="web")
    story.settle()
    story.advance(timedelta(minutes=1))
    with story.world.locked():
        orders.fulfill(story.world, story.shop_domain, order["id"])
        orders.cancel(story.world, story.shop_domain, order["id"])
    story.settle()
    ours = rows(story, Order)[-1]
    assert (ours.fulfillment_status, ours.financial_status, ours.cancelled_at) == ("FULFILLED", "REFUNDED", story.now)
    assert ours.total == Decimal("18.50") and ours.currency == "USD"


def test_an_order_with_many_lines_names_all_its_contracts(story: Story) -> None:
    """More lines than the first page of them holds."""
    grown = tiny.grow(story.world, contracts=1)
    story.install()
    contract = grown.contracts[0]
    with story.world.locked():
        orders.place(story.world, story.shop_domain, {**contract, "lines": contract["lines"] * 45}, source="web")
    story.settle()
    assert len(rows(story, Order)) == 2 and len(rows(story, OrderContract)) == 2


def test_stock_and_products_that_a_contract_holds_are_followed(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=1)
    story.install()
    story.advance(timedelta(minutes=10))  # the sweep that fills the catalog from the contract's lines
    (variant,) = rows(story, Variant)
    (level,) = rows(story, InventoryLevel)
    assert (variant.sku, variant.price, variant.tracked, level.available) == ("HB-250", Decimal("14.00"), True, 999)

    story.advance(timedelta(minutes=1))
    with story.world.locked():
        stock.set_available(story.world, story.shop_domain, grown.variant["inventory_item_id"], 3)
        products.touch(story.world, story.shop_domain, grown.product["id"], title="House Blend, new")
    story.settle()
    assert rows(story, InventoryLevel)[0].available == 3
    assert rows(story, Product)[0].title == "House Blend, new"

    with story.world.locked():
        products.delete(story.world, story.shop_domain, grown.product["id"])
    story.settle()
    assert rows(story, Product)[0].deleted_at == story.now


def test_a_place_that_keeps_an_item_no_longer_is_forgotten_and_no_other(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=1)
    story.install()
    story.advance(timedelta(minutes=10))
    item = grown.variant["inventory_item_id"]
    with story.world.locked():
        annex = stock.create_location(story.world, story.shop_domain, "Annex")
        stock.stock(story.world, story.shop_domain, item, annex["id"], 7)
        stock.set_available(story.world, story.shop_domain, item, 8, annex["id"])
    story.settle()
    assert {row.location_name: row.available for row in rows(story, InventoryLevel)}["Annex"] == 8
    story.advance(timedelta(minutes=1))
    with story.world.locked():
        stock.disconnect(story.world, story.shop_domain, item, annex["id"])
        # said of a place that keeps it: late, doubled or mistaken
        row = stock.levels(story.world, story.shop_domain, item)[0]
        story.world.emit(story.shop_domain, "inventory_levels/disconnect", payloads.disconnected(row))
    story.settle()
    (left,) = rows(story, InventoryLevel)
    assert (left.available, left.location_name) == (
        999,
        story.world.of("locations", story.shop_domain).all()[0]["name"],
    )
    with story.ctx.db.session() as session:
        assert session.scalars(select(ItemStanding.supply)).all() == [999]


def test_what_no_contract_holds_is_closed_unread(story: Story) -> None:
    tiny.grow(story.world, contracts=1)
    story.install()
    story.advance(timedelta(minutes=10))
    with story.world.locked():
        mug = products.create(story.world, story.shop_domain, "Mug")
        variant = products.add_variant(story.world, story.shop_domain, mug, "One", "9.00", sku="MUG", available=5)
        stock.set_available(story.world, story.shop_domain, variant["inventory_item_id"], 4)
        products.touch(story.world, story.shop_domain, mug["id"], title="Mug, blue")
    story.settle()
    assert set(outcomes(story, "inventory_levels/update")) == {"ignored"}
    assert outcomes(story, "products/update")[-1] == "ignored"
    assert [product.title for product in rows(story, Product)] == ["House Blend"]
    assert len(rows(story, InventoryLevel)) == 1
