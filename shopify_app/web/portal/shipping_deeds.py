"""By what a subscription is shipped. Only Shopify knows what there is to choose from: it is asked, not our rows."""

from __future__ import annotations

from flask import g

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import delivery
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import No, by_shopify
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.gateways.shopify.delivery_methods import SHIPPING
from shopify_app.gateways.shopify.delivery_options import DeliveryOption, Offered
from shopify_app.gateways.shopify.errors import ShopifyError, UserErrors
from shopify_app.kit.money import plain
from shopify_app.web import ctx
from shopify_app.web.portal.asked import PATIENCE
from shopify_app.web.portal.deed import Choice, Deed, Ground, Values
from shopify_app.web.portal.fields import Body, Text
from shopify_app.web.portal.guard import allow_question
from shopify_app.web.portal.line_deeds import PRICE
from shopify_app.web.portal.problems import Problem

OPTION = Text(255, shortest=1)
"""What Shopify calls an option."""


def ask(contract: Contract) -> Offered | No:
    """Ask Shopify what a contract may be shipped by, with no transaction open; or return why it may not be changed.

    Problem 429 for who asks too often, 503 when there is no answer.
    """
    allow_question()
    try:
        found = delivery.offered(ctx(), g.shop.id, contract.shopify_gid)
    except UserErrors as error:
        return by_shopify(error).refusal or No.REFUSED
    except ShopifyError:
        found = None
    if found is None:  # Shopify may be working on it still
        raise Problem(503, No.NO_ANSWER, retry_after=PATIENCE)
    return found


def choices(found: Offered, contract: Contract) -> list[Choice]:
    """Return what was found in words, each with its price."""
    return [
        Choice(each.code, each.title, each.price, is_now=_to(each).is_true(contract, {}))
        for each in found.options
        if each.code and each.kind == SHIPPING  # of a place to pick up, or a phone, nobody asks a shopper yet
    ]


def any_other(contract: Contract) -> Delivery:
    """Return a change by which to tell whether any is possible."""
    return Delivery(plain(contract.delivery_price + 1))


def _to(option: DeliveryOption) -> Delivery:
    return Delivery(plain(option.price), option.title)


def _choose(values: Values, ground: Ground) -> Action | No:
    """The same request again keeps the price that it was asked with first."""
    if ground.known is not None:
        return Delivery(**ground.known) if ground.known.get("code") == values["option"] else No.OTHER_REQUEST
    found: Offered | No = ground.answer
    chosen = delivery.choose(found, values["option"]) if isinstance(found, Offered) else found
    return chosen if isinstance(chosen, No) or chosen.kind == SHIPPING else No.NOT_OFFERED


OF_SHIPPING = (
    Deed(
        "delivery",
        "By what all orders to come are shipped: an option of `shipping`, at Shopify's price",
        _choose,
        lambda ground, lists: any_other(ground.contract),
        Body({"option": OPTION, "price": PRICE}),
        question=ask,
    ),
)
