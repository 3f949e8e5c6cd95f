"""By what a subscription is shipped and for how much: one of Shopify's options, or a price of the merchant's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

from shopify_app.context import Context
from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify import delivery_options, drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.delivery_options import Offered, ShippingOption
from shopify_app.kit.db import Json
from shopify_app.kit.money import plain
from shopify_app.shops.tokens import with_client


def offered(ctx: Context, shop_id: int, contract_gid: str) -> Offered | None:
    """Ask Shopify what a contract may be shipped by; None while it works on it. Takes up to some seconds.

    Call it without a transaction. Raises ShopifyError; UserErrors while Shopify lets nobody change the contract.
    """
    return with_client(ctx, shop_id, lambda client: delivery_options.fetch(client, contract_gid))


def choose(found: Offered, code: str) -> Delivery | No:
    """Return the change to the option of this code, at its price, or NOT_OFFERED."""
    option = next((one for one in found.options if one.code == code), None)
    if option is None:
        return No.NOT_OFFERED
    return Delivery(plain(option.price), option.title, option.code, _kept(found.chosen))


def _kept(option: ShippingOption | None) -> Json | None:
    return {"title": option.title, "code": option.code} if option and option.title and option.code else None


@dataclass(frozen=True)
class Delivery(Action):
    """`price` of each delivery in the contract's currency (amount as text); without `title` and `code` nothing else.

    A shopper's choice comes from `choose`, which takes the price from Shopify. `old` is what was chosen before,
    kept to take it back.
    """

    price: str
    title: str | None = None
    code: str | None = None
    old: Json | None = None

    name: ClassVar[str] = "delivery"
    done_words: ClassVar[str] = "Delivery changed"
    is_draft: ClassVar[bool] = True

    def asked(self) -> Json:
        return {"code": self.code, "price": self.price}

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        if (standing.contract.delivery_method or {}).get("type") != "shipping":
            return No.NO_ADDRESS
        return No.ALREADY if self.is_true(standing.contract, {}) else None

    def paint(self, before: Picture) -> Picture:
        return replace(before, shipping=Decimal(self.price), delivery=self.title or before.delivery)

    def send(self, client: AdminClient, contract_gid: str) -> None:
        option = {"title": self.title, "presentmentTitle": self.title, "code": self.code}
        method = {"deliveryMethod": {"shipping": {"shippingOption": option}}} if self.title else {}
        drafts.change(client, contract_gid, [drafts.set_fields(deliveryPrice=self.price, **method)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        title = (contract.delivery_method or {}).get("title")
        return contract.delivery_price == Decimal(self.price) and self.title in (None, title)

    def undo(self, before: Json) -> Action | None:
        if self.title is None:
            return Delivery(before["shipping"])
        if self.old is None:
            return None
        return Delivery(
            before["shipping"], self.old["title"], self.old["code"], {"title": self.title, "code": self.code}
        )
