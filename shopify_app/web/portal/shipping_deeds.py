"""By what a subscription is shipped. Only Shopify knows what there is to choose from: it is asked, not our rows."""

from __future__ import annotations

from flask import g

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import delivery
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import No, by_shopify
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.gateways.shopify.delivery_methods import LOCAL_DELIVERY, PICKUP
from shopify_app.gateways.shopify.delivery_options import DeliveryOption, Offered
from shopify_app.gateways.shopify.errors import ShopifyError, UserErrors
from shopify_app.kit.db import Json
from shopify_app.kit.money import plain
from shopify_app.web import ctx
from shopify_app.web.portal import tongue
from shopify_app.web.portal.asked import PATIENCE
from shopify_app.web.portal.deed import Choice, Deed, Ground, Values
from shopify_app.web.portal.detail_deeds import ADDRESS, read_address
from shopify_app.web.portal.fields import Body, Inside, Text
from shopify_app.web.portal.guard import allow_question
from shopify_app.web.portal.line_deeds import PRICE
from shopify_app.web.portal.problems import Problem

OPTION = Text(255, shortest=1)
"""What tells one option from the others, see `DeliveryOption.key`."""
PHONE = Text(32, needed=False)
_WORDS = {LOCAL_DELIVERY: "by_local_delivery", PICKUP: "by_pickup"}


def ask(contract: Contract, address: Json | None = None) -> Offered | No:
    """Ask Shopify what a contract may be shipped by, with no transaction open; or return why it may not be changed.

    `address`: where to, for what is picked up now. Problem 429 for who asks too often, 503 when there is no answer.
    """
    allow_question()
    try:
        found = delivery.offered(ctx(), g.shop.id, contract.shopify_gid, address)
    except UserErrors as error:
        return by_shopify(error).refusal or No.REFUSED
    except ShopifyError:
        found = None
    if found is None:  # Shopify may be working on it still
        raise Problem(503, No.NO_ANSWER, retry_after=PATIENCE)
    return found


def choices(found: Offered, contract: Contract) -> list[Choice]:
    """Return what was found in words, each with its price; what needs an address that nobody knows is left out."""
    return [
        Choice(each.key, _words(each), each.price, is_now=_is_now(found, each, contract))
        for each in found.options
        if each.key and _knows_where(found, each)
    ]


def _words(option: DeliveryOption) -> str:
    word = _WORDS.get(option.kind)
    return tongue.speaks().say(word, title=option.title, place=option.location or "") if word else option.title


def _is_now(found: Offered, option: DeliveryOption, contract: Contract) -> bool:
    chosen = delivery.choose(found, option.key or "")
    return not isinstance(chosen, No) and chosen.is_true(contract, {})


def _knows_where(found: Offered, option: DeliveryOption) -> bool:
    if found.address:
        return True
    is_same = option.kind in (PICKUP, (found.method or {}).get("type"))
    return is_same or delivery.address_along(found.method, option.kind) is not None


def any_other(contract: Contract, is_elsewhere: bool = False) -> Delivery:
    """Return a change by which to tell whether any is possible."""
    return Delivery(plain(contract.delivery_price + 1), is_elsewhere=is_elsewhere)


def _where(values: Values) -> Json | None:
    return read_address(values["address"]) if values["address"] is not None else None


def _choose(values: Values, ground: Ground) -> Action | No:
    """The same request again keeps the price that it was asked with first."""
    phone = delivery.read_phone(values["phone"])
    if values["phone"] and phone is None:
        raise Problem(422, No.NEEDS_PHONE, field="phone")
    if ground.known is not None:
        known = Delivery(**ground.known)
        goes_to = known.address if known.is_elsewhere else None
        is_same = known.key == values["option"] and phone in (None, known.phone) and goes_to == _where(values)
        return known if is_same else No.OTHER_REQUEST
    found: Offered | No = ground.answer
    return delivery.choose(found, values["option"], phone) if isinstance(found, Offered) else found


OF_SHIPPING = (
    Deed(
        "delivery",
        "How all orders to come are delivered: an option of `shipping`, at Shopify's price",
        _choose,
        lambda ground, lists: any_other(ground.contract),
        Body({"option": OPTION, "price": PRICE, "phone": PHONE, "address": Inside(ADDRESS)}),
        question=lambda contract, values: ask(contract, _where(values)),
    ),
)
