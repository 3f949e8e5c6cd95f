"""Another shipping address, for all orders to come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from babel import Locale
from sqlalchemy.orm import Session

from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.edits.models import PaidOrderWish
from shopify_app.gateways.shopify import addresses, drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.delivery_methods import WITH_ADDRESS
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

FIELDS = tuple(addresses.NAMES)
"""The words of an address, as the mirror has them (gateways/shopify/contents.py)."""
NEEDED = ("last_name", "address1", "city", "country_code")
WITH_PROVINCE = ("US", "CA", "AU")
"""Countries whose addresses need a province and a postal code. Shopify has more, and refuses what it misses."""
LONGEST = 255
_TERRITORIES = {str(code) for code in Locale("en").territories}
_NO_COUNTRIES = {"AQ", "AS", "CP", "CQ", "DG", "EA", "EU", "EZ", "FM", "GU", "IC", "MH", "MP", "PR", "PW", "QO", "UN",
                 "VI", "XA", "XB"}  # fmt: skip
"""Codes of CLDR that are no CountryCode (schema 2026-10); the islands among them are provinces of the US there."""
COUNTRIES = tuple(sorted(code for code in _TERRITORIES - _NO_COUNTRIES if re.fullmatch("[A-Z]{2}", code)))
MISSING, TOO_LONG, NO_COUNTRY, NOT_PLAIN = "missing", "too_long", "no_country", "not_plain"


def normal(given: Mapping[str, object]) -> Json:
    """Return an address with all its FIELDS: text without blanks around it, None for what is empty."""
    said = {name: str(given.get(name) or "").strip() or None for name in FIELDS}
    for name in ("country_code", "province_code"):
        said[name] = (said[name] or "").upper() or None
    return said


def wrong(address: Json) -> dict[str, str]:
    """Return what keeps an address from being sent to Shopify: field → MISSING, TOO_LONG, NO_COUNTRY or NOT_PLAIN."""
    needed = (*NEEDED, "province_code", "zip") if address.get("country_code") in WITH_PROVINCE else NEEDED
    found = {name: MISSING for name in needed if not address.get(name)}
    for name in FIELDS:
        value = address.get(name) or ""
        if len(value) > LONGEST:
            found[name] = TOO_LONG
        elif not value.isprintable():
            found[name] = NOT_PLAIN
    if address.get("country_code") and address["country_code"] not in COUNTRIES:
        found["country_code"] = NO_COUNTRY
    return found


def why_hidden(contract: Contract) -> No | None:
    """Return why the address cannot be changed here: it is picked up or not sent at all, or Shopify does not show
    us where to.

    Without approval for protected customer data every field of an address reads null, and so does the address of a
    shopper we erased: a change could not be confirmed.
    """
    return why_hidden_in(contract.delivery_method)


def why_hidden_in(method: Json | None) -> No | None:
    """Return the same for a delivery method, of a contract or of one order of it."""
    if not method or method.get("type") not in WITH_ADDRESS:
        return No.NO_ADDRESS
    return None if any((method.get("address") or {}).values()) else No.HIDDEN_ADDRESS


def is_same(wished: Json, there: Json | None) -> bool:
    """Answer whether an address, as read at Shopify, is the one that was wished for."""
    return all(_is_same(name, wished.get(name), (there or {}).get(name)) for name in FIELDS)


@dataclass(frozen=True)
class Address(Action):
    """`address` has the words of FIELDS, see `normal`. Personal: erased with the person, never in the journal.

    `paid_too`: orders that are paid and not yet shipped are to follow; orders/alignment sees to that.
    """

    address: Json
    paid_too: bool = False

    name: ClassVar[str] = "address"
    done_words: ClassVar[str] = N_("Address changed")
    is_draft: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        if hidden := why_hidden(standing.contract):
            return hidden
        if wrong(self.address):
            return No.INCOMPLETE_ADDRESS
        # an order that was paid may go elsewhere than the subscription does by now
        return No.ALREADY if self.is_true(standing.contract, {}) and not self.paid_too else None

    def paint(self, before: Picture) -> Picture:
        known = {name: value for name, value in (before.address or {}).items() if name in ("country", "province")}
        is_same = all(self.address.get(f"{n}_code") == (before.address or {}).get(f"{n}_code") for n in known)
        named = known if is_same else dict.fromkeys(known)
        return replace(before, address={**named, **self.address})

    def send(self, client: AdminClient, contract_gid: str) -> None:
        drafts.change(client, contract_gid, [drafts.set_address(self.address)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        return is_same(self.address, (contract.delivery_method or {}).get("address"))

    def ruled_by(self) -> tuple[str, ...]:
        return (self.name, "paid_order") if self.paid_too else (self.name,)

    def settle(self, session: Session, contract: Contract, actor: str) -> None:
        if self.paid_too:
            about = {"shop_id": contract.shop_id, "contract_id": contract.id, "actor": actor}
            session.add(PaidOrderWish(address=self.address, **about))

    def undo(self, before: Json) -> Action | None:
        return Address(normal(before["address"]), self.paid_too) if before.get("address") else None


def _is_same(name: str, wished: str | None, there: str | None) -> bool:
    """Shopify writes some of an address its own way: case, blanks, and the country code of a phone number."""
    if name == "phone":
        return re.sub(r"\D", "", there or "").endswith(re.sub(r"\D", "", wished or "").lstrip("0")) and (
            bool(there) == bool(wished)
        )
    mine, theirs = (re.sub(r"[\W_]", "", text or "").casefold() for text in (wished, there))
    return mine == theirs
