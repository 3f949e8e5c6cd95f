"""Customers as snapshots. Every personal field may be null: without protected-data approval Shopify sends none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.values import Node, instant


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
