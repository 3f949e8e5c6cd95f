"""Vaulted payment methods: cards, Shop Pay and PayPal agreements, with expiry and revocation."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sandbox.shopify import payloads
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.times import graphql_time
from sandbox.world import World
from sandbox.world.store import Row

INSTRUMENTS = {
    "card": "CustomerCreditCard",
    "shop_pay": "CustomerShopPayAgreement",
    "paypal": "CustomerPaypalBillingAgreement",
}


def create(world: World, shop: str, customer_id: int, kind: str = "card", **values: Any) -> Row:
    """Vault a method. ``kind`` is card, shop_pay or paypal; ids are hexadecimal tokens, not numbers."""
    number = world.store.next_id("CustomerPaymentMethod")
    row: Row = {
        "id": sha256(str(number).encode()).hexdigest()[:32],
        "customer_id": customer_id,
        "kind": INSTRUMENTS[kind],
        "brand": "visa" if kind == "card" else None,
        "last_digits": f"{number % 10_000:04d}",
        "expiry_month": 12,
        "expiry_year": world.now().year + 3,
        "name": None,
        "paypal_email": None,
        "revoked_at": None,
        "revoked_reason": None,
    }
    world.of("payment_methods", shop).put({**row, **values})
    world.emit(shop, "customer_payment_methods/create", payloads.payment_method({**row, **values}))
    return world.of("payment_methods", shop)[row["id"]]


def update(world: World, shop: str, token: str, **values: Any) -> Row:
    """The shopper renews the card (a new expiry, other digits). Raises KeyError for an unknown method."""
    from sandbox.shopify import own_retry

    row = world.of("payment_methods", shop)[token]
    row.update(values)
    world.of("payment_methods", shop).put(row)
    world.emit(shop, "customer_payment_methods/update", payloads.payment_method(row))
    own_retry.after_card_update(world, shop, token)
    return row


def revoke(world: World, shop: str, token: str, reason: str = "MANUALLY_REVOKED") -> Row:
    """The method is gone; the contract's payment method reads null from now on."""
    row = world.of("payment_methods", shop)[token]
    row.update(revoked_at=world.now().isoformat(), revoked_reason=reason)
    world.of("payment_methods", shop).put(row)
    world.emit(shop, "customer_payment_methods/revoke", payloads.payment_method(row))
    return row


def merge(world: World, shop: str, gone: str, kept: str) -> Row:
    """Two vaulted methods of one customer become one: the contracts move to the one that is kept."""
    from sandbox.shopify import contracts

    world.of("payment_methods", shop)[kept]
    for contract in world.of("contracts", shop):
        if contract["payment_method_id"] == gone:
            contracts.change(world, shop, contract, payment_method_id=kept)
    return revoke(world, shop, gone, "MERGED")


def is_expired(world: World, row: Row) -> bool:
    """A card is good until the last day of its month."""
    if row["kind"] == "CustomerPaypalBillingAgreement":
        return False
    now = world.now()
    return bool((now.year, now.month) > (row["expiry_year"], row["expiry_month"]))


@query("customerPaymentMethod")
def _method(ctx: Ctx, id: str, showRevoked: bool = False) -> View | None:
    row = ctx.of("payment_methods").get(gid_key("CustomerPaymentMethod", id))
    return view(row) if row and (showRevoked or not row["revoked_at"]) else None


@node("CustomerPaymentMethod")
def _method_node(ctx: Ctx, value: str) -> View | None:
    return _method(ctx, value)  # type: ignore[no-any-return]


def view(row: Row) -> View:
    """The CustomerPaymentMethod object."""
    return {
        "__typename": "CustomerPaymentMethod",
        "id": gid("CustomerPaymentMethod", row["id"]),
        "revokedAt": graphql_time(row["revoked_at"]),
        "revokedReason": row["revoked_reason"],
        "customer": lambda ctx: _customer(ctx, row),
        "instrument": lambda ctx: _instrument(ctx, row),
        "subscriptionContracts": lambda ctx, **page: _contracts(ctx, row, page),
    }


def _instrument(ctx: Ctx, row: Row) -> View:
    now = ctx.world.now()
    months_left = (row["expiry_year"] - now.year) * 12 + row["expiry_month"] - now.month
    common = {"__typename": row["kind"], "isRevocable": True, "inactive": False, "billingAddress": None}
    if row["kind"] == "CustomerPaypalBillingAgreement":
        return {**common, "paypalAccountEmail": row["paypal_email"]}
    return {
        **common,
        "brand": row["brand"],
        "name": row["name"] or "",
        "lastDigits": row["last_digits"],
        "firstDigits": None,
        "virtualLastDigits": None,
        "source": None,
        "maskedNumber": f"•••• •••• •••• {row['last_digits']}",
        "expiryMonth": row["expiry_month"],
        "expiryYear": row["expiry_year"],
        # "in the next month" or already over (schema 2026-10 says only that it expires soon)
        "expiresSoon": months_left <= 1,
    }


def _customer(ctx: Ctx, row: Row) -> View | None:
    from sandbox.shopify import customers

    found = ctx.of("customers").get(row["customer_id"])
    return customers.view(found) if found else None


def _contracts(ctx: Ctx, row: Row, page: dict[str, Any]) -> View:
    from sandbox.shopify import contracts

    return connection([c for c in ctx.of("contracts") if c["payment_method_id"] == row["id"]], contracts.view, **page)
