"""Customers as snapshots. Every personal field may be null: without protected-data approval Shopify sends none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.values import Node, instant

PAGE = 50


@dataclass(frozen=True)
class CustomerSnapshot:
    """A Customer as Shopify answered it."""

    gid: str
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    locale: str | None
    updated_at: datetime | None


def fetch(client: AdminClient, gid: str, patience: float = 5.0) -> CustomerSnapshot | None:
    """Return the customer, None when Shopify has none of this id. Raises ShopifyError."""
    return read(client.run("Customer", {"id": gid}, patience).data["customer"])


def fetch_page(
    client: AdminClient, query: str, after: str | None = None, patience: float = 5.0
) -> tuple[list[CustomerSnapshot], str | None, Cost]:
    """Return one page of customers that match Shopify's search `query`, oldest change first, the cursor to go on
    after (None behind the last) and the cost. Raises ShopifyError."""
    answer = client.run("CustomerPage", {"first": PAGE, "after": after, "query": query}, patience)
    page = answer.data["customers"]
    found = [snapshot for node in page["nodes"] if (snapshot := read(node))]
    return found, page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None, answer.cost


def read(node: Node | None) -> CustomerSnapshot | None:
    """Return a snapshot of a `CustomerFields` node, None for null."""
    if not node:
        return None
    return CustomerSnapshot(
        gid=node["id"],
        email=(node["defaultEmailAddress"] or {}).get("emailAddress"),
        phone=(node["defaultPhoneNumber"] or {}).get("phoneNumber"),
        first_name=node["firstName"],
        last_name=node["lastName"],
        locale=node["locale"],
        updated_at=instant(node["updatedAt"]),
    )
