"""Customers. Without approval for protected data, name, mail and address are null in API *and* webhooks (Shopify
docs: protected customer data; development stores are exempt, so the gap shows only in production)."""

from __future__ import annotations

from typing import Any

from sandbox.shopify import payloads
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.search import ORDERS, instant, matching
from sandbox.shopify.times import graphql_time, money
from sandbox.world import World
from sandbox.world.store import Row

FILTERS = {
    "id": lambda row: row["id"],
    "email": lambda row: row["email"],
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
}


def create(world: World, shop: str, **values: Any) -> Row:
    """A customer. Keywords: first_name, last_name, email, phone, address (a dict), locale."""
    at = world.now().isoformat()
    row: Row = {
        "first_name": None,
        "last_name": None,
        "email": None,
        "phone": None,
        "address": None,
        "locale": "en",
        "marketing": "NOT_SUBSCRIBED",
        "created_at": at,
        "updated_at": at,
    }
    return world.of("customers", shop).add({**row, **values})


def change(world: World, shop: str, customer_id: int, **values: Any) -> Row:
    """Someone edits the customer; customers/update follows. Raises KeyError for an unknown customer."""
    row = world.of("customers", shop)[customer_id]
    row.update(values, updated_at=world.now().isoformat())
    world.of("customers", shop).put(row)
    world.emit(shop, "customers/update", payloads.customer(row, world.shops[shop]["zone"]))
    return row


def merge(world: World, shop: str, kept: int, gone: int) -> None:
    """Two records of one person become one, with the contracts, orders, payment methods and tags of both."""
    for kind in ("contracts", "orders", "payment_methods"):
        for row in world.of(kind, shop):
            if row["customer_id"] == gone:
                world.of(kind, shop).put({**row, "customer_id": kept})
    tags = [tag for key in (kept, gone) for tag in world.of("customers", shop)[key].get("tags") or []]
    if tags:
        world.of("customers", shop).put({**world.of("customers", shop)[kept], "tags": list(dict.fromkeys(tags))})
    world.of("customers", shop).delete(gone)
    world.emit(
        shop,
        "customers/merge",
        {
            "admin_graphql_api_customer_kept_id": gid("Customer", kept),
            "admin_graphql_api_customer_deleted_id": gid("Customer", gone),
            "admin_graphql_api_job_id": None,
            "status": "completed",
            "errors": [],
        },
    )


def delete(world: World, shop: str, customer_id: int) -> None:
    """The customer is deleted; contracts read a null customer from now on."""
    world.of("customers", shop).delete(customer_id)
    world.emit(shop, "customers/delete", {"id": customer_id, "admin_graphql_api_id": gid("Customer", customer_id)})


@query("customer")
@node("Customer")
def _customer(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("customers").get(gid_key("Customer", id))
    return view(row) if row else None


@query("customers")
def _customers(ctx: Ctx, query: str | None = None, sortKey: str = "ID", **page: Any) -> View:
    return connection(matching(ctx.of("customers").all(), query, FILTERS), view, order=ORDERS[sortKey], **page)


def view(row: Row) -> View:
    """The Customer object."""
    name = " ".join(n for n in (row["first_name"], row["last_name"]) if n)
    return {
        "__typename": "Customer",
        "id": gid("Customer", row["id"]),
        "legacyResourceId": str(row["id"]),
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        # schema 2026-10: displayName falls back to the mail address, then the phone number
        "displayName": name or row["email"] or row["phone"] or "",
        "email": row["email"],
        "phone": row["phone"],
        "defaultEmailAddress": _email(row),
        "defaultPhoneNumber": {
            "__typename": "CustomerPhoneNumber",
            "phoneNumber": row["phone"],
            "marketingState": "NOT_SUBSCRIBED",
        }
        if row["phone"]
        else None,
        "defaultAddress": address_view(row["address"], row["id"]),
        "locale": row["locale"],
        "state": "ENABLED",
        "note": None,
        "tags": row.get("tags") or [],
        "taxExempt": False,
        "verifiedEmail": bool(row["email"]),
        "validEmailAddress": bool(row["email"]),
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
        "amountSpent": lambda ctx: money("0", ctx.shop_row["currency"]),
        "numberOfOrders": lambda ctx: str(sum(1 for o in ctx.of("orders") if o["customer_id"] == row["id"])),
        "productSubscriberStatus": lambda ctx: _subscriber(ctx, row),
        "paymentMethods": lambda ctx, showRevoked=False, **page: _payment_methods(ctx, row, showRevoked, page),
        "subscriptionContracts": lambda ctx, **page: _contracts(ctx, row, page),
        "orders": lambda ctx, query=None, sortKey="ID", **page: _orders(ctx, row, page),
    }


def address_view(address: Row | None, key: object) -> View | None:
    """The MailingAddress object."""
    if address is None:
        return None
    name = " ".join(n for n in (address.get("first_name"), address.get("last_name")) if n)
    return {
        "__typename": "MailingAddress",
        "id": gid("MailingAddress", f"{key}?model_name=CustomerAddress"),
        "firstName": address.get("first_name"),
        "lastName": address.get("last_name"),
        "name": name or None,
        "company": address.get("company"),
        "address1": address.get("address1"),
        "address2": address.get("address2"),
        "city": address.get("city"),
        "province": address.get("province"),
        "provinceCode": address.get("province_code"),
        "country": address.get("country"),
        "countryCodeV2": address.get("country_code"),
        "countryCode": address.get("country_code"),
        "zip": address.get("zip"),
        "phone": address.get("phone"),
        "formattedArea": ", ".join(p for p in (address.get("city"), address.get("country")) if p),
        "formatted": lambda ctx, withName=False, withCompany=True: [
            part for part in (address.get("address1"), address.get("city"), address.get("country")) if part
        ],
    }


def _email(row: Row) -> View | None:
    if not row["email"]:
        return None
    return {
        "__typename": "CustomerEmailAddress",
        "emailAddress": row["email"],
        "marketingState": row["marketing"],
        "marketingOptInLevel": None,
        "marketingUpdatedAt": None,
        "validFormat": True,
    }


def _subscriber(ctx: Ctx, row: Row) -> str:
    statuses = {c["status"] for c in ctx.of("contracts") if c["customer_id"] == row["id"]}
    best = ("ACTIVE", "PAUSED", "FAILED", "CANCELLED", "EXPIRED")
    return next((s for s in best if s in statuses), "NEVER_SUBSCRIBED")


def _payment_methods(ctx: Ctx, row: Row, revoked: bool, page: dict[str, Any]) -> View:
    from sandbox.shopify import payment_methods

    rows = [m for m in ctx.of("payment_methods") if m["customer_id"] == row["id"]]
    return connection([m for m in rows if revoked or not m["revoked_at"]], payment_methods.view, **page)


def _contracts(ctx: Ctx, row: Row, page: dict[str, Any]) -> View:
    from sandbox.shopify import contracts

    return connection([c for c in ctx.of("contracts") if c["customer_id"] == row["id"]], contracts.view, **page)


def _orders(ctx: Ctx, row: Row, page: dict[str, Any]) -> View:
    from sandbox.shopify import orders

    return connection([o for o in ctx.of("orders") if o["customer_id"] == row["id"]], orders.view, **page)
