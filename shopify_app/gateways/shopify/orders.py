"""Orders, thinly: totals, states, and which contracts their lines came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.values import Node, amount, instant, known_instant

PAGE = 10


@dataclass(frozen=True)
class Unshipped:
    """What of a contract's line still has to be shipped (schema 2026-10, LineItem.unfulfilledQuantity: without what
    was shipped, refunded or taken out)."""

    title: str
    variant_title: str | None
    sku: str | None
    quantity: int


@dataclass(frozen=True)
class OrderSnapshot:
    """An Order as Shopify answered it; `total` is what the shopper pays, in the currency they pay in.

    `contract_gids` come from LineItem.contract. `source_name` is never asked: its value for renewals has changed
    and Shopify does not promise it (Shopify changelog, October 2025).
    """

    gid: str
    name: str
    total: Decimal
    currency: str
    financial_status: str | None
    fulfillment_status: str | None
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    contract_gids: tuple[str, ...]
    unshipped: tuple[Unshipped, ...] = ()


@dataclass(frozen=True)
class OrderPage:
    """One page of orders; `cursor` is None after the last."""

    orders: list[OrderSnapshot]
    cursor: str | None
    cost: Cost


def fetch(client: AdminClient, gid: str, patience: float = 5.0) -> OrderSnapshot | None:
    """Return one order, None when Shopify has none of this id. Raises ShopifyError."""
    node = client.run("Order", {"id": gid}, patience).data["order"]
    return _read(client, node, patience) if node else None


def fetch_page(client: AdminClient, query: str, after: str | None = None, patience: float = 5.0) -> OrderPage:
    """Return one page of orders that match Shopify's search `query`, oldest change first. Raises ShopifyError."""
    answer = client.run("OrderPage", {"first": PAGE, "after": after, "query": query}, patience)
    page = answer.data["orders"]
    orders = [_read(client, node, patience) for node in page["nodes"]]
    info = page["pageInfo"]
    return OrderPage(orders, info["endCursor"] if info["hasNextPage"] else None, answer.cost)


def _read(client: AdminClient, node: Node, patience: float) -> OrderSnapshot:
    total = node["currentTotalPriceSet"]["presentmentMoney"]
    lines = _lines(client, node, patience)
    return OrderSnapshot(
        gid=node["id"],
        name=node["name"],
        total=amount(total),
        currency=total["currencyCode"],
        financial_status=node["displayFinancialStatus"],
        fulfillment_status=node["displayFulfillmentStatus"],
        created_at=known_instant(node["createdAt"]),
        updated_at=known_instant(node["updatedAt"]),
        cancelled_at=instant(node["cancelledAt"]),
        contract_gids=tuple(sorted({line["contract"]["id"] for line in lines})),
        unshipped=_unshipped(lines),
    )


def _unshipped(lines: Sequence[Node]) -> tuple[Unshipped, ...]:
    return tuple(
        Unshipped(line["title"], line["variantTitle"], line["sku"], int(line["unfulfilledQuantity"]))
        for line in lines
        if line["requiresShipping"] and line["unfulfilledQuantity"]
    )


def _lines(client: AdminClient, node: Node, patience: float) -> list[Node]:
    """All lines of the order that came from a contract."""
    lines, info = list(node["lineItems"]["nodes"]), node["lineItems"]["pageInfo"]
    while info["hasNextPage"]:
        variables = {"id": node["id"], "after": info["endCursor"]}
        more = client.run("OrderLines", variables, patience).data["order"]
        if not more:
            break
        lines.extend(more["lineItems"]["nodes"])
        info = more["lineItems"]["pageInfo"]
    return [line for line in lines if line["contract"]]
