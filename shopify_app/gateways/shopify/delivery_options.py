"""What a contract may be shipped by, and for how much, as Shopify works it out for its address and items."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from time import sleep

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.values import Node, amount

TRIES = 8
PAUSE = 0.5
"""Seconds of machine time between two looks. Shopify answers null while it works (schema 2026-10,
SubscriptionDraft.deliveryOptions); its own reference app looks twenty times, a second apart. Here a page waits."""


@dataclass(frozen=True)
class ShippingOption:
    """A way to ship; `price` in the contract's currency."""

    title: str
    code: str | None
    description: str | None = None
    price: Decimal = Decimal(0)


@dataclass(frozen=True)
class Offered:
    """What there is to choose from, and what the contract has now (its price stands on the contract).

    `problem` is Shopify's sentence when it found nothing. Local delivery and pickup are left out.
    """

    options: tuple[ShippingOption, ...]
    chosen: ShippingOption | None
    problem: str | None = None


def fetch(client: AdminClient, contract_gid: str) -> Offered | None:
    """Return the options for a contract as it is; None when Shopify is still working on it after some seconds.

    They exist on drafts only: one is opened and left. Raises UserErrors (SubscriptionDraftErrorCode) when Shopify
    opens none, else ShopifyError.
    """
    opened = client.mutate("DraftOpen", {"contract": contract_gid}, "subscriptionContractUpdate")
    for left in reversed(range(TRIES)):
        node = client.run("DraftDeliveryOptions", {"draft": opened["draft"]["id"]}, 1).data["subscriptionDraft"]
        if node is None or node["deliveryOptions"] is not None:
            return _read(node) if node else None
        if left:
            sleep(PAUSE)
    return None


def _read(node: Node) -> Offered:
    found, now = node["deliveryOptions"], (node["deliveryMethod"] or {}).get("shippingOption")
    options = [one for one in found.get("deliveryOptions") or [] if one]  # {}: not a shipping option
    return Offered(
        options=tuple(ShippingOption(o["title"], o["code"], o["description"], amount(o["price"])) for o in options),
        chosen=ShippingOption(now["title"] or "", now["code"]) if now else None,
        problem=found.get("message"),
    )
