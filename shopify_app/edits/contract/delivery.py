"""By what a subscription gets to its shopper, for how much: one of Shopify's options, or a price of the merchant's.

Shipped, delivered by the shop itself, or picked up. Shopify keeps nothing of another kind: an address has to be sent
along, and local delivery needs a phone (schema 2026-10, SubscriptionDeliveryMethodInput; doubts: sandbox/README.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

from shopify_app.context import Context
from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import address as addresses
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.address import Address
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify import delivery_methods, delivery_options, drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.delivery_methods import LOCAL_DELIVERY, PICKUP, SHIPPING, TYPES, WITH_ADDRESS
from shopify_app.gateways.shopify.delivery_options import DeliveryOption, Offered
from shopify_app.kit.db import Json
from shopify_app.kit.money import plain
from shopify_app.kit.speech import N_
from shopify_app.shops.tokens import with_client

_E_164 = re.compile(r"\+[1-9][0-9]{6,14}")


def offered(ctx: Context, shop_id: int, contract_gid: str, address: Json | None = None) -> Offered | None:
    """Ask Shopify by what a contract may be delivered; None while it works on it. Takes up to some seconds.

    `address` (see `addresses.normal`): where to, for what is picked up now; else it is where it goes already.
    Call it without a transaction. Raises ShopifyError; UserErrors while Shopify lets nobody change the contract.
    """
    return with_client(ctx, shop_id, lambda client: delivery_options.fetch(client, contract_gid, address))


def choose(found: Offered, key: str, phone: str | None = None) -> Delivery | No:
    """Return the change to the option of this key, at its price, or why there is none.

    `phone` is for local delivery; without one the phone that is known already is taken, see `known_phone`.
    """
    option = next((one for one in found.options if one.key == key), None)
    if found.address and not is_picked_up(found.method):
        return No.HAS_ADDRESS
    if option is None:
        return No.NOT_OFFERED
    known_phones = (phone, read_phone((found.address or {}).get("phone")), known_phone(found.method))
    return Delivery(
        plain(option.price),
        option.title,
        option.code,
        _kept(found.chosen),
        option.kind,
        option.location_gid,
        option.location,
        next(filter(None, known_phones), None) if option.kind == LOCAL_DELIVERY else None,
        found.address or address_along(found.method, option.kind),
        found.address is not None,
    )


def is_picked_up(method: Json | None) -> bool:
    """Answer whether it goes nowhere by now, so that an address may be given to it."""
    return (method or {}).get("type") == PICKUP


def address_along(method: Json | None, kind: str) -> Json | None:
    """Return the address of now when it has to be sent along: to another kind of delivery that goes to one."""
    known = (method or {}).get("address") or {}
    if kind == (method or {}).get("type") or kind not in WITH_ADDRESS or not any(known.values()):
        return None
    return addresses.normal(known)


def known_phone(method: Json | None) -> str | None:
    """Return the phone of local delivery, else that of the address, when it is one Shopify takes."""
    known = method or {}
    return read_phone(known.get("phone")) or read_phone((known.get("address") or {}).get("phone"))


def read_phone(text: str | None) -> str | None:
    """Return a phone number as Shopify wants it (E.164, e.g. +12075550100), None for what is none."""
    digits = re.sub(r"[\s().\-/]", "", text or "")
    return digits if _E_164.fullmatch(digits) else None


def _kept(option: DeliveryOption | None) -> Json | None:
    if option is None or (option.kind == SHIPPING and not (option.title and option.code)):
        return None
    return {"title": option.title or None, "code": option.code}


@dataclass(frozen=True)
class Delivery(Action):
    """`price` of each delivery in the contract's currency (amount as text); without `title` and `code` nothing else.

    A choice comes from `choose`, which takes the price from Shopify. `old` is what was chosen before, kept to take it
    back. `kind` is the type of a delivery method: what is picked up has a place, local delivery a `phone` (E.164).
    `address` goes along to another kind; `is_elsewhere` says that it was given for what was picked up. Phone and
    address are personal, like those of `Address`.
    """

    price: str
    title: str | None = None
    code: str | None = None
    old: Json | None = None
    kind: str = SHIPPING
    location_gid: str | None = None
    location: str | None = None
    phone: str | None = None
    address: Json | None = None
    is_elsewhere: bool = False

    name: ClassVar[str] = "delivery"
    done_words: ClassVar[str] = N_("Delivery changed")
    is_draft: ClassVar[bool] = True

    @property
    def key(self) -> str | None:
        """What tells the chosen option from the others, see `DeliveryOption.key`."""
        option = DeliveryOption(self.title or "", self.code, kind=self.kind, location_gid=self.location_gid)
        return option.key

    @property
    def is_price_only(self) -> bool:
        return self.kind == SHIPPING and self.title is None

    def asked(self) -> Json:
        asked: Json = {"code": self.code, "price": self.price}
        if self.is_elsewhere:
            asked["address"] = self.address
        if self.kind == SHIPPING:
            return asked
        return asked | {"kind": self.kind, "location_gid": self.location_gid, "phone": self.phone}

    def ruled_by(self) -> tuple[str, ...]:
        """Where it goes is chosen with it: who may not change an address may not do it this way."""
        return (self.name, Address.name) if self.is_elsewhere else (self.name,)

    def why_not(self, standing: Standing) -> No | None:
        method = standing.contract.delivery_method
        if standing.contract.status in ENDED:
            return No.ENDED
        if not method:
            return No.NO_ADDRESS
        if self.is_true(standing.contract, {}):
            return No.ALREADY
        return None if self.is_price_only else self._why_not_from(method)

    def _why_not_from(self, method: Json) -> No | None:
        """What keeps it from being delivered like this, as it is delivered now."""
        if self.kind == PICKUP:
            return None if self.location_gid else No.NOT_OFFERED
        if self.kind == LOCAL_DELIVERY and not (self.phone and read_phone(self.phone) == self.phone):
            return No.NEEDS_PHONE
        if method.get("type") == self.kind:
            return None
        if self.address is None:
            return No.PICKED_UP if method.get("type") == PICKUP else No.HIDDEN_ADDRESS
        return No.INCOMPLETE_ADDRESS if addresses.wrong(self.address) else None

    def paint(self, before: Picture) -> Picture:
        painted = replace(before, shipping=Decimal(self.price))
        if self.is_price_only:
            return painted
        place = {"gid": self.location_gid, "name": self.location} if self.kind == PICKUP else None
        goes_to = None if self.kind == PICKUP else before.address or self.address
        return replace(painted, delivery=self.title, kind=self.kind, place=place, phone=self.phone, address=goes_to)

    def send(self, client: AdminClient, contract_gid: str) -> None:
        method: Json = {}
        if not self.is_price_only:
            method["deliveryMethod"] = delivery_methods.as_input(
                self.kind, self.title, self.code, self.phone, self.location_gid, self.address
            )
        drafts.change(client, contract_gid, [drafts.set_fields(deliveryPrice=self.price, **method)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        there: Json = contract.delivery_method or {}
        if contract.delivery_price != Decimal(self.price) or self.title not in (None, there.get("title")):
            return False
        phone = there.get("phone")  # what cannot be seen cannot be compared
        return self.is_price_only or (
            self.kind == (there.get("type") or SHIPPING)
            and self.location_gid == there.get("location_gid")
            and (not phone or self.phone == phone)
            and self._goes_there(there.get("address") or {})
        )

    def _goes_there(self, address: Json) -> bool:
        return not self.is_elsewhere or not any(address.values()) or addresses.is_same(self.address or {}, address)

    def undo(self, before: Json) -> Action | None:
        """The former option at its former price, with the address of then where it has to be sent along."""
        if self.is_price_only:
            return Delivery(before["shipping"])
        kind, place = before.get("kind") or SHIPPING, before.get("place") or {}
        address = address_along({"type": self.kind, "address": before.get("address")}, kind)
        is_lost = kind != self.kind and kind in WITH_ADDRESS and address is None
        if self.old is None or kind not in TYPES or is_lost:
            return None
        return Delivery(
            before["shipping"],
            self.old["title"],
            self.old["code"],
            {"title": self.title, "code": self.code},
            kind,
            place.get("gid"),
            place.get("name"),
            before.get("phone"),
            address,
        )
