"""Subscription contracts as snapshots: one by id, or pages of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from shopify_app.gateways.shopify import customers, payment_methods
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.contents import LineSnapshot, read_delivery, read_line
from shopify_app.gateways.shopify.customers import CustomerSnapshot
from shopify_app.gateways.shopify.cycles import CyclesRead
from shopify_app.gateways.shopify.payment_methods import PaymentMethodSnapshot
from shopify_app.gateways.shopify.values import Node, amount, gid_of, instant, known_instant, stamp
from shopify_app.kit.clock import machine_now

PAGE = 10
"""Contracts per page: a page asks for some 80 points a contract, and one request may ask for 1,000 (Shopify docs)."""


@dataclass(frozen=True)
class ContractSnapshot:
    """A SubscriptionContract as Shopify answered it.

    `asked_at` is the machine instant just before the question: of two readings of one revision the later asked
    one wins, because cycles change without a new revision. `cycles` is None when they were not read with it.
    """

    gid: str
    status: str
    revision_id: int
    currency: str
    created_at: datetime
    updated_at: datetime
    next_billing_date: datetime | None
    note: str | None
    last_payment_status: str | None
    billing_policy: dict[str, Any]
    delivery_policy: dict[str, Any]
    delivery_method: dict[str, Any] | None
    delivery_price: Decimal
    discounts: list[dict[str, Any]]
    origin_order_gid: str | None
    customer: CustomerSnapshot | None
    payment_method: PaymentMethodSnapshot | None
    lines: tuple[LineSnapshot, ...]
    asked_at: datetime
    cycles: CyclesRead | None = None


@dataclass(frozen=True)
class ContractPage:
    """One page of contracts; `cursor` is None after the last."""

    contracts: list[ContractSnapshot]
    cursor: str | None
    cost: Cost


def fetch(client: AdminClient, gid: str, patience: float = 5.0) -> ContractSnapshot | None:
    """Return one contract with all its lines, None when Shopify has none of this id for us. Raises ShopifyError."""
    asked_at = machine_now()
    node = client.run("Contract", {"id": gid}, patience).data["subscriptionContract"]
    return _complete(client, node, asked_at, patience) if node else None


def fetch_page(
    client: AdminClient, *, after: str | None = None, query: str | None = None, by: str = "ID", patience: float = 5.0
) -> ContractPage:
    """Return one page of contracts sorted by `by` (a SubscriptionContractsSortKeys value). Raises ShopifyError."""
    asked_at = machine_now()
    variables = {"first": PAGE, "after": after, "query": query, "sortKey": by}
    answer = client.run("ContractPage", variables, patience)
    page = answer.data["subscriptionContracts"]
    contracts = [_complete(client, node, asked_at, patience) for node in page["nodes"]]
    info = page["pageInfo"]
    return ContractPage(contracts, info["endCursor"] if info["hasNextPage"] else None, answer.cost)


def _complete(client: AdminClient, node: Node, asked_at: datetime, patience: float) -> ContractSnapshot:
    lines = list(node["lines"]["nodes"])
    info = node["lines"]["pageInfo"]
    while info["hasNextPage"]:
        variables = {"id": node["id"], "after": info["endCursor"]}
        more = client.run("ContractLines", variables, patience).data["subscriptionContract"]
        if not more:
            break
        lines.extend(more["lines"]["nodes"])
        info = more["lines"]["pageInfo"]
    return _read(node, lines, asked_at)


def _read(node: Node, lines: list[Node], asked_at: datetime) -> ContractSnapshot:
    return ContractSnapshot(
        gid=node["id"],
        status=node["status"],
        revision_id=int(node["revisionId"]),
        currency=node["currencyCode"],
        created_at=known_instant(node["createdAt"]),
        updated_at=known_instant(node["updatedAt"]),
        next_billing_date=instant(node["nextBillingDate"]),
        note=node["note"],
        last_payment_status=node["lastPaymentStatus"],
        billing_policy=node["billingPolicy"],
        delivery_policy=node["deliveryPolicy"],
        delivery_method=read_delivery(node["deliveryMethod"]),
        delivery_price=amount(node["deliveryPrice"]),
        discounts=[_discount(discount) for discount in node["discounts"]["nodes"]],
        origin_order_gid=gid_of(node["originOrder"]),
        customer=customers.read(node["customer"]),
        payment_method=payment_methods.read(node["customerPaymentMethod"]),
        lines=tuple(read_line(line) for line in lines),
        asked_at=asked_at,
    )


def _discount(node: Node) -> dict[str, Any]:
    value = node["value"]
    return {
        "id": node["id"],
        "title": node["title"],
        "target_type": node["targetType"],
        "recurring_cycle_limit": node["recurringCycleLimit"],
        "usage_count": node["usageCount"],
        "type": node["type"],
        "is_for_all": node["entitledLines"]["all"],
        "percentage": value.get("percentage"),
        "amount": str(value["amount"]["amount"]) if value.get("amount") else None,
        "on_each_item": value.get("appliesOnEachItem"),
    }


def set_next_billing_date(client: AdminClient, gid: str, date: datetime) -> ContractSnapshot:
    """Write the date people see on a contract and return the contract as it is then; moves no cycle and no money.

    Raises ShopifyError.
    """
    variables = {"contract": gid, "date": stamp(date)}
    asked_at = machine_now()
    node = client.mutate("NextBillingDate", variables, "subscriptionContractSetNextBillingDate")["contract"]
    return _complete(client, node, asked_at, patience=5.0)
