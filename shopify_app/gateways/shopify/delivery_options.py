"""By what a contract may get to its shopper, and for how much, as Shopify works it out for its address and items."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from time import sleep
from typing import Any

from shopify_app.gateways.shopify import addresses, delivery_methods
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.contents import read_delivery
from shopify_app.gateways.shopify.delivery_methods import LOCAL_DELIVERY, PICKUP, SHIPPING, WITH_ADDRESS
from shopify_app.gateways.shopify.values import Node, amount, gid_of
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of

TRIES = 8
PAUSE = 0.5
"""Seconds of machine time between two looks. Shopify answers null while it works (schema 2026-10,
SubscriptionDraft.deliveryOptions); its own reference app looks twenty times, a second apart. Here a page waits."""
_KINDS = {
    "SubscriptionShippingOption": SHIPPING,
    "SubscriptionLocalDeliveryOption": LOCAL_DELIVERY,
    "SubscriptionPickupOption": PICKUP,
}


@dataclass(frozen=True)
class DeliveryOption:
    """A way to get it; `price` in the contract's currency.

    `kind` is the type of a delivery method. Only what is picked up has a place (`location`, its name) and the time
    until it is `ready`, in Shopify's words.
    """

    title: str
    code: str | None
    description: str | None = None
    price: Decimal = Decimal(0)
    kind: str = SHIPPING
    location_gid: str | None = None
    location: str | None = None
    ready: str | None = None

    @property
    def key(self) -> str | None:
        """What tells it from the others. A code alone does not: nobody says that places to pick up have their own."""
        if self.kind == SHIPPING:
            return self.code
        place = number_of(self.location_gid) if self.location_gid else ""
        return f"{self.kind}:{place}:{self.code or ''}"


@dataclass(frozen=True)
class Offered:
    """What there is to choose from, and what the contract has now (its price stands on the contract).

    An option without a price is left out: nobody could say what it would cost. `method` is the delivery method of
    now, see `contents.read_delivery`. `problem` is Shopify's sentence when it found nothing. `address`: where it was
    asked about instead of where the contract goes now, in our words.
    """

    options: tuple[DeliveryOption, ...]
    chosen: DeliveryOption | None
    problem: str | None = None
    method: dict[str, Any] | None = None
    address: Json | None = None


def fetch(client: AdminClient, contract_gid: str, address: Json | None = None) -> Offered | None:
    """Return the options for a contract as it is; None when Shopify is still working on it after some seconds.

    With an `address` they are what goes there (schema 2026-10, SubscriptionDraft.deliveryOptions, deliveryAddress):
    what is picked up does not, and is left out. Options exist on drafts only: one is opened and left. Raises
    UserErrors (SubscriptionDraftErrorCode) when Shopify opens none, else ShopifyError.
    """
    opened = client.mutate("DraftOpen", {"contract": contract_gid}, "subscriptionContractUpdate")
    asked = {"draft": opened["draft"]["id"], "address": addresses.as_input(address) if address else None}
    for left in reversed(range(TRIES)):
        node = client.run("DraftDeliveryOptions", asked, 1).data["subscriptionDraft"]
        if node is None or node["deliveryOptions"] is not None:
            return _read(node, address) if node else None
        if left:
            sleep(PAUSE)
    return None


def _read(node: Node, address: Json | None) -> Offered:
    found, now = node["deliveryOptions"], node["deliveryMethod"]
    priced = (o for o in found.get("deliveryOptions") or [] if o["__typename"] in _KINDS and o["price"])
    options = tuple(_option(o) for o in priced)
    return Offered(
        options=options if address is None else tuple(one for one in options if one.kind in WITH_ADDRESS),
        chosen=_chosen(now) if now else None,
        problem=found.get("message"),
        method=read_delivery(now),
        address=address,
    )


def _option(node: Node) -> DeliveryOption:
    place = node.get("location")
    return DeliveryOption(
        title=node["title"],
        code=node["code"],
        description=node["description"],
        price=amount(node["price"]),
        kind=_KINDS[node["__typename"]],
        location_gid=gid_of(place),
        location=place["name"] if place else None,
        ready=node.get("pickupTime"),
    )


def _chosen(method: Node) -> DeliveryOption:
    kind, option = delivery_methods.parts(method)
    return DeliveryOption(option.get("title") or "", option.get("code"), kind=kind)
