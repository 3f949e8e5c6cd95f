"""A paid order as it is to be shipped, and what may be changed of it (schema 2026-10).

`orderUpdate` replaces each field it is given, tags among them: it is never given more than the address. An edit of
what an order holds is begun, filled and committed; nothing is true before the commit, and money never moves by it:
what is to be paid or paid back shows as the difference of `total` and `paid`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from shopify_app.gateways.shopify import addresses
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.contents import read_address
from shopify_app.gateways.shopify.values import Node, amount, gid_of, instant

CLOSED, CANCELLED, IN_PROGRESS, SCHEDULED = "CLOSED", "CANCELLED", "IN_PROGRESS", "SCHEDULED"
HOLDABLE = ("OPEN", "ON_HOLD")
"""Of FulfillmentOrderStatus; ON_HOLD takes further holds since 2025-01."""


@dataclass(frozen=True)
class Hold:
    """A hold on a fulfillment order. `handle` is known of our own only."""

    gid: str
    handle: str
    is_ours: bool


@dataclass(frozen=True)
class Shipment:
    """A fulfillment order: what is shipped together. `fulfill_at` is None for what can be shipped at once."""

    gid: str
    status: str
    fulfill_at: datetime | None
    holds: tuple[Hold, ...]


@dataclass(frozen=True)
class OrderLine:
    """A line of an order. `quantity` is what is to be shipped after all edits; one that was added has no contract."""

    gid: str
    variant_gid: str | None
    contract_gid: str | None
    title: str
    variant_title: str | None
    sku: str | None
    quantity: int
    requires_shipping: bool


@dataclass(frozen=True)
class OrderToShip:
    """An order as Shopify answered it. `is_whole`: no line and no fulfillment order is missing here.

    `address` has the words of `gateways.shopify.addresses`; all its values are None without approval for protected
    customer data. `total` and `paid`, which is less what was refunded, are in
    the currency that the shopper pays in.
    """

    gid: str
    name: str
    cancelled_at: datetime | None
    address: dict[str, Any] | None
    total: Decimal
    paid: Decimal
    currency: str
    lines: tuple[OrderLine, ...]
    shipments: tuple[Shipment, ...]
    is_whole: bool


def read(client: AdminClient, gid: str, patience: float = 5.0) -> OrderToShip | None:
    """Return an order, None when Shopify has none of this id. Raises ShopifyError."""
    node = client.run("OrderToShip", {"id": gid}, patience).data["order"]
    if node is None:
        return None
    total, pages = node["currentTotalPriceSet"]["presentmentMoney"], (node["lineItems"], node["fulfillmentOrders"])
    return OrderToShip(
        gid=node["id"],
        name=node["name"],
        cancelled_at=instant(node["cancelledAt"]),
        address=read_address(node["shippingAddress"]),
        total=amount(total),
        paid=amount(node["netPaymentSet"]["presentmentMoney"]),
        currency=total["currencyCode"],
        lines=tuple(map(_line, node["lineItems"]["nodes"])),
        shipments=tuple(map(_shipment, node["fulfillmentOrders"]["nodes"])),
        is_whole=not any(page["pageInfo"]["hasNextPage"] for page in pages),
    )


def set_address(client: AdminClient, gid: str, address: Mapping[str, Any]) -> None:
    """Send an order elsewhere. Needs `write_orders`. Raises ShopifyError, UserErrors when nothing was changed."""
    whole = addresses.as_input(dict(address))
    client.mutate("OrderUpdate", {"input": {"id": gid, "shippingAddress": whole}}, "orderUpdate")


def set_quantities(client: AdminClient, gid: str, wanted: Mapping[str, int], note: str) -> None:
    """Make an order hold so many of each of these variants, whatever it held of them; others stay as they are.

    Quantities are absolute, so that it may be asked again. `note` is read by staff. Units taken out go back to stock,
    no mail is sent. Needs `write_order_edits`. Raises ShopifyError, UserErrors when nothing was changed.
    """
    begun = client.mutate("OrderEditBegin", {"id": gid}, "orderEditBegin")["calculatedOrder"]
    lines = [(each["id"], gid_of(each["variant"]), int(each["quantity"])) for each in begun["lineItems"]["nodes"]]
    for variant_gid, quantity in wanted.items():
        mine = [(line, held) for line, variant, held in lines if variant == variant_gid]
        if not mine and quantity:
            added = {"id": begun["id"], "variant": variant_gid, "quantity": quantity}
            client.mutate("OrderEditAddVariant", added, "orderEditAddVariant")
        for number, (line, held) in enumerate(mine):
            left = quantity if number == 0 else 0
            if left != held:
                changed = {"id": begun["id"], "line": line, "quantity": left}
                client.mutate("OrderEditSetQuantity", changed, "orderEditSetQuantity")
    client.mutate("OrderEditCommit", {"id": begun["id"], "note": note}, "orderEditCommit")


def _line(node: Node) -> OrderLine:
    return OrderLine(
        gid=node["id"],
        variant_gid=gid_of(node["variant"]),
        contract_gid=gid_of(node["contract"]),
        title=node["title"],
        variant_title=node["variantTitle"],
        sku=node["sku"],
        quantity=int(node["currentQuantity"]),
        requires_shipping=bool(node["requiresShipping"]),
    )


def _shipment(node: Node) -> Shipment:
    holds = [Hold(each["id"], each["handle"] or "", each["heldByRequestingApp"]) for each in node["fulfillmentHolds"]]
    return Shipment(node["id"], node["status"], instant(node["fulfillAt"]), tuple(holds))
