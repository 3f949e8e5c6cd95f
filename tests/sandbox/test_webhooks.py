"""Webhooks against Shopify's delivery docs: signature, headers, include_fields, retries, loss, order, the end."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sandbox.seeds import tiny
from sandbox.seeds.tiny import SHOP
from sandbox.shopify import (
    checkout,
    contracts,
    customers,
    fulfillment_holds,
    fulfillment_orders,
    installs,
    orders,
    payment_methods,
    products,
    shops,
    stock,
)
from sandbox.testing import SandboxServer
from sandbox.world.outbox import pick
from tests.sandbox.conftest import Listener, signature


@pytest.fixture
def shop(sandbox: SandboxServer) -> SandboxServer:
    sandbox.tiny(contracts=1)
    return sandbox


def contract(shop: SandboxServer) -> dict:
    return shop.world.of("contracts", SHOP).all()[0]


def test_the_raw_body_is_signed_and_the_headers_are_shopifys(shop: SandboxServer, app: Listener) -> None:
    contracts.change(shop.world, SHOP, contract(shop), status="PAUSED")
    shop.drain()
    pause, update = app.received
    assert (pause["topic"], update["topic"]) == ("subscription_contracts/pause", "subscription_contracts/update")
    headers = pause["headers"]
    assert headers["x-shopify-hmac-sha256"] == signature(pause["body"])
    assert headers["x-shopify-shop-domain"] == SHOP and headers["x-shopify-api-version"] == "2026-10"
    assert headers["x-shopify-triggered-at"].startswith("2026-12-01T09:00:00")
    assert headers["x-shopify-name"] == "contracts" and pause["path"] == "/webhooks"
    assert headers["x-shopify-webhook-id"] != update["headers"]["x-shopify-webhook-id"]


def test_contract_payloads_are_hints(shop: SandboxServer, app: Listener) -> None:
    contracts.change(shop.world, SHOP, contract(shop), note="hello")
    shop.drain()
    body = json.loads(app.received[0]["body"])
    assert body["status"] == "active" and body["revision_id"] == str(contract(shop)["revision_id"])
    assert not {"lines", "next_billing_date", "updated_at", "email"} & set(body)


def test_every_change_is_a_newer_revision(shop: SandboxServer) -> None:
    before = contract(shop)["revision_id"]
    contracts.change(shop.world, SHOP, contract(shop), note="a")
    assert contract(shop)["revision_id"] > before


def test_include_fields_keeps_the_rest_out(shop: SandboxServer, app: Listener) -> None:
    customers.change(shop.world, SHOP, contract(shop)["customer_id"], email="new@rosebud-shopper.net")
    orders.cancel(shop.world, SHOP, contract(shop)["origin_order_id"])
    shop.drain()
    by_topic = {r["topic"]: json.loads(r["body"]) for r in app.received}
    assert set(by_topic["customers/update"]) == {"id", "admin_graphql_api_id", "updated_at"}
    assert set(by_topic["orders/updated"]) == {
        "id", "admin_graphql_api_id", "updated_at", "cancelled_at", "financial_status", "fulfillment_status"
    }  # fmt: skip
    assert not any(b"rosebud-shopper" in r["body"] for r in app.received)


def test_include_fields_reaches_into_objects_and_lists() -> None:
    body = {"id": 1, "customer": {"id": 2, "email": "x"}, "line_items": [{"id": 3, "sku": "s"}], "note": "n"}
    kept = pick(body, ("id", "customer.id", "line_items.sku"))
    assert kept == {"id": 1, "customer": {"id": 2}, "line_items": [{"sku": "s"}]}


def test_checkout_tells_the_order_before_the_contract(shop: SandboxServer, app: Listener) -> None:
    made = checkout.buy(shop.world, SHOP, interval="WEEK")
    shop.drain()
    topics = app.topics()
    assert topics.index("orders/create") < topics.index("subscription_contracts/create")
    [told] = [json.loads(r["body"]) for r in app.received if r["topic"] == "subscription_contracts/create"]
    assert told["id"] == made["id"] and told["origin_order_id"] == made["origin_order_id"]


def test_every_topic_of_the_app_has_something_that_causes_it(shop: SandboxServer, app: Listener) -> None:
    """What is subscribed in shopify.app.toml and never sent would be a test the app only seems to pass."""
    world, row = shop.world, contract(shop)
    made = tiny.add_contract(world, SHOP)
    token = row["payment_method_id"]
    for status in ("PAUSED", "ACTIVE", "FAILED", "CANCELLED"):
        contracts.change(world, SHOP, row, status=status)
    contracts.change(world, SHOP, made, status="EXPIRED")
    checkout.buy(world, SHOP)
    payment_methods.update(world, SHOP, token, expiry_year=2031)
    payment_methods.revoke(world, SHOP, token)
    order = row["origin_order_id"]
    ships = fulfillment_orders.of_order(world, SHOP, made["origin_order_id"])[0]["id"]
    hold = fulfillment_holds.hold_by_another(world, SHOP, ships)
    fulfillment_holds.release(world, SHOP, world.of("fulfillment_orders", SHOP)[ships], {hold["id"]})
    fulfillment_orders.change(world, SHOP, ships, None, status="SCHEDULED")
    fulfillment_orders.reschedule(world, SHOP, ships, world.now())
    fulfillment_orders.open_ready(world)
    fulfillment_orders.cancel(world, SHOP, ships)
    orders.edit(world, SHOP, order, 2)
    orders.fulfill(world, SHOP, order)
    orders.cancel(world, SHOP, order)
    variant = world.of("variants", SHOP).all()[0]
    stock.set_available(world, SHOP, variant["inventory_item_id"], 5)
    kept = stock.levels(world, SHOP, variant["inventory_item_id"])[0]
    stock.disconnect(world, SHOP, variant["inventory_item_id"], kept["location_id"])
    products.touch(world, SHOP, variant["product_id"], title="Renamed")
    products.delete(world, SHOP, variant["product_id"])
    customers.change(world, SHOP, row["customer_id"], email="a@rosebud-shopper.net")
    customers.merge(world, SHOP, made["customer_id"], row["customer_id"])
    customers.delete(world, SHOP, made["customer_id"])
    shops.update(world, SHOP, name="Rosebud")
    shop.drain()
    elsewhere = {
        # tests/sandbox/test_selling_plans.py
        "selling_plan_groups/create", "selling_plan_groups/update", "selling_plan_groups/delete",
        "app/uninstalled", "app/scopes_update", "customers/data_request", "customers/redact", "shop/redact",
        "subscription_billing_attempts/success", "subscription_billing_attempts/failure",
        "subscription_billing_attempts/challenged", "subscription_billing_cycles/skip",
        "subscription_billing_cycles/unskip", "subscription_billing_cycle_edits/create",
        "subscription_billing_cycle_edits/update", "subscription_billing_cycle_edits/delete",
    }  # fmt: skip
    wanted = {s.topic for s in shop.config.subscriptions} - elsewhere
    assert wanted - set(app.topics()) == set()


# --- delivery ---


def one_change(shop: SandboxServer) -> None:
    shops.update(shop.world, SHOP, name="Rosebud & Sons")


def test_only_2xx_is_success_and_eight_retries_take_four_hours(shop: SandboxServer, app: Listener) -> None:
    app.status = 302
    one_change(shop)
    [row] = shop.world.webhooks.deliveries(SHOP)
    start = shop.world.now()
    shop.drain()
    tried = [1]
    for _ in range(5 * 12):
        shop.advance(timedelta(minutes=5))
        shop.drain()
        tried.append(len(app.received))
    assert tried[1] == 2 and tried[12] == 6  # soon at first, then ever slower
    assert len(app.received) == 9 and row["state"] == "failed"
    assert len({r["headers"]["x-shopify-webhook-id"] for r in app.received}) == 1
    assert len({r["body"] for r in app.received}) == 1
    assert row["tries"][0]["status"] == 302
    assert shop.world.now() - start > timedelta(hours=4)


def test_a_retry_waits_for_business_time(shop: SandboxServer, app: Listener) -> None:
    app.status = 500
    one_change(shop)
    shop.drain()
    app.status = 200
    shop.drain()
    assert len(app.received) == 1
    shop.advance(timedelta(minutes=1))
    shop.drain()
    assert [r["topic"] for r in app.received] == ["shop/update"] * 2
    assert shop.world.webhooks.deliveries(SHOP)[0]["state"] == "delivered"


def test_an_app_that_is_down_is_tried_again(shop: SandboxServer) -> None:
    shop.point_at("http://127.0.0.1:9")
    one_change(shop)
    shop.drain()
    [row] = shop.world.webhooks.deliveries(SHOP)
    assert row["state"] == "waiting" and row["tries"][0]["error"] == "ConnectError"


def test_lost_and_duplicated(shop: SandboxServer, app: Listener) -> None:
    shop.world.faults.set({"webhooks": {"loss": 1.0}})
    one_change(shop)
    shop.world.faults.set({"webhooks": {"loss": 0.0, "duplicate": 1.0}})
    one_change(shop)
    shop.drain()
    assert [r["state"] for r in shop.world.webhooks.deliveries(SHOP)] == ["lost", "delivered", "delivered"]
    assert len(app.received) == 2
    assert len({r["headers"]["x-shopify-webhook-id"] for r in app.received}) == 1


def test_shuffled(shop: SandboxServer, app: Listener) -> None:
    shop.world.faults.set({"webhooks": {"shuffle": 1.0}})
    for number in range(20):
        shops.update(shop.world, SHOP, name=f"Rosebud {number}")
    shop.drain()
    names = [json.loads(r["body"])["name"] for r in app.received]
    assert sorted(names) == sorted(f"Rosebud {n}" for n in range(20))
    assert names != [f"Rosebud {n}" for n in range(20)]


def test_app_uninstalled_is_the_last_one_but_compliance(shop: SandboxServer, app: Listener) -> None:
    one_change(shop)
    installs.uninstall(shop.world, SHOP)
    one_change(shop)
    shop.drain()
    assert app.topics() == ["app/uninstalled"]
    shop.advance(timedelta(hours=47))
    shop.drain()
    assert app.topics() == ["app/uninstalled"]
    shop.advance(timedelta(hours=1))
    shop.drain()
    assert app.topics() == ["app/uninstalled", "shop/redact"]
    assert app.received[1]["path"] == "/webhooks/compliance"
    assert contract(shop)["status"] == "CANCELLED"


def test_reinstalling_within_48_hours_keeps_everything(shop: SandboxServer, app: Listener) -> None:
    installs.uninstall(shop.world, SHOP)
    shop.advance(timedelta(hours=47))
    installs.install(shop.world, SHOP)
    shop.advance(timedelta(hours=2))
    shop.drain()
    assert "shop/redact" not in app.topics() and contract(shop)["status"] == "ACTIVE"


def test_an_uninstalled_shops_charge_in_flight_tells_nobody(shop: SandboxServer, app: Listener) -> None:
    installs.uninstall(shop.world, SHOP)
    contracts.change(shop.world, SHOP, contract(shop), note="x")
    shop.drain()
    assert app.topics() == ["app/uninstalled"]
