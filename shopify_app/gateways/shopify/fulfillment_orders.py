"""What is to be shipped of an order, and when: a prepaid order has one fulfillment order for each delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.contents import LineSnapshot
from shopify_app.gateways.shopify.values import Node, amount, gid_of, instant, known_instant, stamp


@dataclass(frozen=True)
class FulfillmentOrderSnapshot:
    """A FulfillmentOrder as Shopify answered it.

    `status`: OPEN, SCHEDULED, IN_PROGRESS, ON_HOLD, CLOSED, CANCELLED or INCOMPLETE (schema 2026-10).
    `fulfill_at` is the order's creation where Shopify gives none, as for what can be shipped at once. `lines` are
    what it holds of each contract; prices are those of the order that paid, in its presentment currency.
    `location`: the name of the place it is to be shipped from.
    """

    gid: str
    status: str
    fulfill_at: datetime
    updated_at: datetime
    lines: dict[str, tuple[LineSnapshot, ...]]
    location: str | None = None


@dataclass(frozen=True)
class OrderFulfillment:
    """All fulfillment orders that our scopes let us see, and the order's own time of change."""

    updated_at: datetime
    created_at: datetime
    fulfillment_orders: tuple[FulfillmentOrderSnapshot, ...]


def of_order(client: AdminClient, gid: str, patience: float = 5.0) -> OrderFulfillment | None:
    """Return an order's fulfillment orders, None when Shopify has no such order. Raises ShopifyError.

    Needs read_merchant_managed_fulfillment_orders or read_third_party_fulfillment_orders; what is kept at a kind of
    location without its scope is left out (Shopify docs, FulfillmentOrder).
    """
    found: list[FulfillmentOrderSnapshot] = []
    after = None
    while True:
        order = client.run("OrderFulfillmentOrders", {"id": gid, "after": after}, patience).data["order"]
        if order is None:
            return None
        created_at, page = known_instant(order["createdAt"]), order["fulfillmentOrders"]
        found += [_read(node, created_at) for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return OrderFulfillment(known_instant(order["updatedAt"]), created_at, tuple(found))
        after = page["pageInfo"]["endCursor"]


def hold(client: AdminClient, gid: str, reason: str, notes: str, handle: str) -> None:
    """Stop a fulfillment order from being shipped. Needs write_merchant_managed_fulfillment_orders or
    write_third_party_fulfillment_orders. `reason` is a FulfillmentHoldReason, `handle` at most 64 characters.

    Repeated with the same handle it raises UserErrors (DUPLICATE_FULFILLMENT_HOLD_HANDLE): the hold is there. Raises
    ShopifyError.
    """
    wanted = {"reason": reason, "reasonNotes": notes, "handle": handle, "notifyMerchant": False}
    client.mutate("FulfillmentOrderHold", {"id": gid, "hold": wanted}, "fulfillmentOrderHold")


def release(client: AdminClient, gid: str, hold_gids: Sequence[str]) -> None:
    """Take these holds, and no others, off a fulfillment order. Raises ValueError without any: Shopify would take
    that for all there are, other apps' among them. Raises ShopifyError."""
    if not hold_gids:
        raise ValueError("name the holds that are to be released")
    client.mutate("FulfillmentOrderReleaseHold", {"id": gid, "holds": list(hold_gids)}, "fulfillmentOrderReleaseHold")


def reschedule(client: AdminClient, gid: str, at: datetime) -> None:
    """Let a SCHEDULED fulfillment order open at another instant. Raises ShopifyError."""
    client.mutate("FulfillmentOrderReschedule", {"id": gid, "at": stamp(at)}, "fulfillmentOrderReschedule")


def _read(node: Node, created_at: datetime) -> FulfillmentOrderSnapshot:
    lines: dict[str, tuple[LineSnapshot, ...]] = {}
    for each in node["lineItems"]["nodes"]:
        contract_gid = gid_of(each["lineItem"]["contract"])
        if contract_gid:
            lines[contract_gid] = (*lines.get(contract_gid, ()), _line(each))
    return FulfillmentOrderSnapshot(
        gid=node["id"],
        status=node["status"],
        fulfill_at=instant(node["fulfillAt"]) or created_at,
        updated_at=known_instant(node["updatedAt"]),
        lines=lines,
        location=(node["assignedLocation"] or {}).get("name"),
    )


def _line(node: Node) -> LineSnapshot:
    bought = node["lineItem"]
    return LineSnapshot(
        gid=node["id"],
        product_gid=gid_of(bought["product"]),
        variant_gid=gid_of(bought["variant"]),
        title=node["productTitle"],
        variant_title=node["variantTitle"],
        sku=node["sku"],
        quantity=int(node["totalQuantity"]),
        current_price=amount(bought["originalUnitPriceSet"]["presentmentMoney"]),
        discounted_price=amount(bought["discountedTotalSet"]["presentmentMoney"]),
        selling_plan_gid=None,
        selling_plan_name=None,
        image_url=None,
        requires_shipping=bool(node["requiresShipping"]),
    )
