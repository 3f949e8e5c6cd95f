"""How a shopper is asked for another card: Shopify's mail with a secure link, and the link into Shop Pay.

Both links lead to a page that ``control/cards.py`` plays. Doubts are listed in the README.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sandbox.shopify import customers
from sandbox.shopify.registry import Ctx, View, gid_key, mutation
from sandbox.world import World
from sandbox.world.store import Row

SUBJECT = "Update your payment method"
MOST_LINKS = 10
"""Links into Shop Pay per payment method and hour of business time (what Shopify allows is not published)."""


@mutation("customerPaymentMethodSendUpdateEmail")
def _send(ctx: Ctx, customerPaymentMethodId: str, email: dict[str, Any] | None = None) -> View:
    row = _method(ctx, customerPaymentMethodId)
    person = ctx.of("customers").get(row["customer_id"]) if row else None
    if row is None or row["revoked_at"]:
        return _not_sent("Customer payment method does not exist")
    if row["kind"] != "CustomerCreditCard":
        return _not_sent("The payment instrument can't be updated by email")
    if person is None or not person["email"]:
        return _not_sent("Customer does not have an email address")
    mail = {
        "to": person["email"],
        "from": (email or {}).get("from"),
        "subject": (email or {}).get("subject") or SUBJECT,
        "payment_method_id": row["id"],
        "link": link(ctx.world, ctx.shop, row),
        "at": ctx.world.now().isoformat(),
    }
    ctx.of("mails").add(mail)
    return {
        "__typename": "CustomerPaymentMethodSendUpdateEmailPayload",
        "customer": customers.view(person),
        "userErrors": [],
    }


@mutation("customerPaymentMethodGetUpdateUrl")
def _link(ctx: Ctx, customerPaymentMethodId: str) -> View:
    row = _method(ctx, customerPaymentMethodId)
    if row is None or row["revoked_at"]:
        return _no_link("PAYMENT_METHOD_DOES_NOT_EXIST", "Payment method doesn't exist")
    if row["kind"] != "CustomerShopPayAgreement":
        return _no_link("INVALID_INSTRUMENT", "Invalid payment instrument")
    if row["customer_id"] not in ctx.of("customers"):
        return _no_link("CUSTOMER_DOES_NOT_EXIST", "Customer doesn't exist")
    hour = ctx.world.now().isoformat()[:13]
    given = row.get("links_given") or {}
    count = given.get(hour, 0)
    if count >= MOST_LINKS:
        return _no_link("TOO_MANY_REQUESTS", "Too many requests")
    ctx.of("payment_methods").put({**row, "links_given": {hour: count + 1}})
    return {
        "__typename": "CustomerPaymentMethodGetUpdateUrlPayload",
        "updatePaymentMethodUrl": link(ctx.world, ctx.shop, row),
        "userErrors": [],
    }


def link(world: World, shop: str, row: Row) -> str:
    """The address of the page on which this method is updated."""
    return f"{world.origin}/_control/cards/{shop}/{row['id']}/{secret(row)}"


def secret(row: Row) -> str:
    """What only the link's owner knows of a method."""
    return sha256(f"update {row['id']}".encode()).hexdigest()[:24]


def _method(ctx: Ctx, value: str) -> Row | None:
    return ctx.of("payment_methods").get(gid_key("CustomerPaymentMethod", value))


def _not_sent(message: str) -> View:
    error = {"__typename": "UserError", "field": ["customerPaymentMethodId"], "message": message}
    return {
        "__typename": "CustomerPaymentMethodSendUpdateEmailPayload",
        "customer": None,
        "userErrors": [error],
    }


def _no_link(code: str, message: str) -> View:
    error = {
        "__typename": "CustomerPaymentMethodGetUpdateUrlUserError",
        "code": code,
        "field": ["customerPaymentMethodId"],
        "message": message,
    }
    return {
        "__typename": "CustomerPaymentMethodGetUpdateUrlPayload",
        "updatePaymentMethodUrl": None,
        "userErrors": [error],
    }
