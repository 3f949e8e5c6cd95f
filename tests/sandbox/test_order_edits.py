"""A paid order changed by an app: held, its address and its items edited, released; what Shopify forbids."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import contracts, fulfillment_holds, fulfillment_orders, orders
from sandbox.testing import SandboxServer

HOLD = """mutation($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
  fulfillmentHold { id handle heldByRequestingApp } fulfillmentOrder { status } userErrors { code } } }"""
RELEASE = """mutation($id: ID!, $holds: [ID!]) { fulfillmentOrderReleaseHold(id: $id, holdIds: $holds) {
  fulfillmentOrder { status fulfillmentHolds { heldByRequestingApp } } userErrors { code message } } }"""
RESCHEDULE = """mutation($id: ID!, $at: DateTime!) { fulfillmentOrderReschedule(id: $id, fulfillAt: $at) {
  fulfillmentOrder { fulfillAt } userErrors { code message } } }"""
OPEN = "mutation($id: ID!) { fulfillmentOrderOpen(id: $id) { fulfillmentOrder { status } userErrors { message } } }"
UPDATE = """mutation($input: OrderInput!) { orderUpdate(input: $input) {
  order { tags shippingAddress { lastName city company } } userErrors { field } } }"""
BEGIN = """mutation($id: ID!) { orderEditBegin(id: $id) {
  calculatedOrder { id lineItems(first: 5) { nodes { id quantity } } } userErrors { message } } }"""
QUANTITY = """mutation($id: ID!, $line: ID!, $quantity: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity, restock: true) {
  calculatedLineItem { quantity } userErrors { message } } }"""
ADD = """mutation($id: ID!, $variant: ID!, $quantity: Int!) {
  orderEditAddVariant(id: $id, variantId: $variant, quantity: $quantity) {
  calculatedLineItem { id } userErrors { message } } }"""
COMMIT = "mutation($id: ID!) { orderEditCommit(id: $id) { order { edited } userErrors { message } } }"
ORDER = """query($id: ID!) { order(id: $id) { displayFulfillmentStatus displayFinancialStatus
  currentTotalPriceSet { shopMoney { amount } } totalReceivedSet { shopMoney { amount } }
  lineItems(first: 5) { nodes { quantity currentQuantity contract { id } } } } }"""
ADDRESS = {"lastName": "Okafor", "address1": "1 Pine Rd", "city": "Troy", "provinceCode": "NY", "zip": "12180",
           "countryCode": "US"}  # fmt: skip


class Paid:
    """An order of a shop that the app is installed in."""

    def __init__(self, sandbox: SandboxServer, **tiny: Any) -> None:
        self.sandbox, self.grown = sandbox, sandbox.tiny(**tiny)
        self.key = self.grown.contracts[0]["origin_order_id"]
        self.order = f"gid://shopify/Order/{self.key}"
        self.rows = fulfillment_orders.of_order(sandbox.world, SHOP, self.key)
        self.gids = [f"gid://shopify/FulfillmentOrder/{row['id']}" for row in self.rows]

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        (found,) = self.sandbox.data(query, variables).values()
        return found  # type: ignore[no-any-return]

    def hold(self, handle: str) -> dict[str, Any]:
        return self.ask(HOLD, id=self.gids[0], hold={"reason": "INCORRECT_ADDRESS", "handle": handle})


@pytest.fixture
def paid(sandbox: SandboxServer) -> Paid:
    return Paid(sandbox)


def test_a_hold_stops_an_order_until_the_last_one_is_gone_and_others_stay(paid: Paid) -> None:
    world = paid.sandbox.world
    held = paid.hold("a")
    assert (held["fulfillmentOrder"]["status"], held["fulfillmentHold"]["heldByRequestingApp"]) == ("ON_HOLD", True)
    assert paid.hold("a")["userErrors"] == [{"code": "DUPLICATE_FULFILLMENT_HOLD_HANDLE"}]
    fulfillment_holds.hold_by_another(world, SHOP, paid.rows[0]["id"])
    assert paid.ask(ORDER, id=paid.order)["displayFulfillmentStatus"] == "ON_HOLD"
    with pytest.raises(orders.OnHold):
        orders.fulfill(world, SHOP, paid.key)
    mine = [held["fulfillmentHold"]["id"]]
    released = paid.ask(RELEASE, id=paid.gids[0], holds=mine)
    assert released["fulfillmentOrder"] == {"status": "ON_HOLD", "fulfillmentHolds": [{"heldByRequestingApp": False}]}
    assert paid.ask(RELEASE, id=paid.gids[0], holds=mine)["userErrors"]
    # without ids, everybody's go: what an app must never do
    assert paid.ask(RELEASE, id=paid.gids[0])["fulfillmentOrder"] == {"status": "OPEN", "fulfillmentHolds": []}
    assert paid.ask(ORDER, id=paid.order)["displayFulfillmentStatus"] == "UNFULFILLED"
    for number in range(fulfillment_holds.MOST):
        assert paid.hold(f"n{number}")["userErrors"] == []
    assert paid.hold("one more")["userErrors"] == [{"code": "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"}]


def test_an_update_replaces_the_whole_address_and_all_tags(paid: Paid) -> None:
    changed = paid.ask(UPDATE, input={"id": paid.order, "shippingAddress": ADDRESS, "tags": ["b"]})
    assert changed["order"]["shippingAddress"] == {"lastName": "Okafor", "city": "Troy", "company": None}
    assert changed["order"]["tags"] == ["b"]
    wrong = paid.ask(UPDATE, input={"id": paid.order, "shippingAddress": ADDRESS | {"zip": ""}})
    assert wrong["userErrors"] == [{"field": ["input", "shippingAddress", "zip"]}]


def test_an_edit_is_true_with_its_commit_only_and_not_after_another(paid: Paid) -> None:
    begun, other = (paid.ask(BEGIN, id=paid.order)["calculatedOrder"] for _ in range(2))
    (line,) = begun["lineItems"]["nodes"]
    assert paid.ask(QUANTITY, id=begun["id"], line=line["id"], quantity=2)["userErrors"] == []
    variant = f"gid://shopify/ProductVariant/{paid.grown.variant['id']}"
    (refusal,) = paid.ask(ADD, id=begun["id"], variant=variant, quantity=1)["userErrors"]
    assert "already in the order" in refusal["message"]
    assert paid.ask(ORDER, id=paid.order)["lineItems"]["nodes"][0]["currentQuantity"] == 1
    assert paid.ask(COMMIT, id=begun["id"])["order"] == {"edited": True}
    seen = paid.ask(ORDER, id=paid.order)
    assert seen["displayFinancialStatus"] == "PARTIALLY_PAID"
    assert seen["currentTotalPriceSet"] != seen["totalReceivedSet"]
    for calculated in (begun, other):
        assert paid.ask(COMMIT, id=calculated["id"])["order"] is None
    orders.fulfill(paid.sandbox.world, SHOP, paid.key)
    assert "fulfilled" in paid.ask(BEGIN, id=paid.order)["userErrors"][0]["message"]


def test_a_scheduled_delivery_is_moved_or_opened_and_no_other_is(sandbox: SandboxServer) -> None:
    paid = Paid(sandbox, interval_count=3, delivery_policy=contracts.policy("MONTH", 1))
    later = (sandbox.world.now() + timedelta(days=45)).isoformat()
    moved = paid.ask(RESCHEDULE, id=paid.gids[1], at=later)
    assert moved["userErrors"] == [] and moved["fulfillmentOrder"]["fulfillAt"][:10] == later[:10]
    assert paid.ask(RESCHEDULE, id=paid.gids[0], at=later)["userErrors"][0]["code"] is None
    assert paid.ask(RESCHEDULE, id=paid.gids[1], at=sandbox.world.now().isoformat())["userErrors"]
    assert paid.ask(OPEN, id=paid.gids[2])["fulfillmentOrder"]["status"] == "OPEN"
    assert paid.ask(OPEN, id=paid.gids[2])["userErrors"]


def test_each_asks_for_its_own_scope(paid: Paid) -> None:
    paid.sandbox.access_token()
    row = paid.sandbox.world.shops[SHOP]
    without = {"write_orders", "write_order_edits", "write_merchant_managed_fulfillment_orders",
               "write_third_party_fulfillment_orders"}  # fmt: skip
    with paid.sandbox.world.locked():
        row["install"]["scopes"] = [scope for scope in row["install"]["scopes"] if scope not in without]
    hold = {"id": paid.gids[0], "hold": {"reason": "OTHER"}}
    for query, variables in ((HOLD, hold), (BEGIN, {"id": paid.order}), (UPDATE, {"input": {"id": paid.order}})):
        (error,) = paid.sandbox.call(query, variables)["errors"]
        assert error["extensions"]["code"] == "ACCESS_DENIED"
