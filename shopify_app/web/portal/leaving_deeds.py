"""What a shopper may do on leaving: withdraw from the contract, or take a discount and stay."""

from __future__ import annotations

from babel.numbers import format_percent
from flask import g

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.stay import StayDiscount
from shopify_app.edits.contract.withdrawal import Withdraw
from shopify_app.kit.db import Json
from shopify_app.leaving import store, terms
from shopify_app.leaving.regions import Region
from shopify_app.web.portal import shapes, tongue
from shopify_app.web.portal.deed import Choice, Deed, Ground, Lists, Values
from shopify_app.web.portal.fields import Body, Text

OFFER = Text(8, shortest=3, pattern=r"^[0-9]{1,3}x[0-9]{1,3}$", is_listed=True)
"""A percentage and for how many orders, e.g. "20x3": what was shown is what is given, or nothing."""


def shape(region: Region, contract: Contract, *, is_acknowledged: bool) -> Json:
    """Return how the shopper's region lets them leave, as JSON that `schemas` promises."""
    right = terms.right_of(region, contract, g.shop)
    at = contract.withdrawn_at
    return {
        "asks_reason": region.asks_reason,
        "offers": region.offers,
        "withdrawal": {"until": right.until.isoformat(), "exempt": region.exempt or None} if right else None,
        "acknowledged": is_acknowledged,
        "withdrawn_at": shapes.instant(at) if at else None,
    }


def _region(ground: Ground) -> Region:
    return terms.of_contract(ground.session, g.shop, ground.contract)


def _withdraw(values: Values, ground: Ground) -> Action | No:
    if ground.known is not None:
        return Withdraw(**ground.known)
    right = terms.right_of(_region(ground), ground.contract, g.shop)
    if right is None:
        return No.NO_WITHDRAWAL
    return Withdraw(ground.standing.now.isoformat(), right.ends_at.isoformat())


def _offered(ground: Ground) -> list[Choice]:
    offer = store.offer(ground.session, g.shop.id)
    if not offer.is_on or not _region(ground).offers:
        return []
    speaks = tongue.speaks()
    percent = format_percent(offer.percentage / 100, locale=speaks.locale)
    return [Choice(_word(offer), speaks.say("stay_offer", percent=percent, count=offer.orders))]


def _word(offer: store.Offer) -> str:
    return f"{offer.percentage}x{offer.orders}"


def _take(values: Values, ground: Ground) -> Action | No:
    if ground.known is not None and values["offer"] == f"{ground.known['percentage']}x{ground.known['limit']}":
        return StayDiscount(**ground.known)
    if values["offer"] not in [choice.value for choice in _offered(ground)]:
        return No.OFFER_GONE
    offer, now = store.offer(ground.session, g.shop.id), ground.standing.now
    return StayDiscount(offer.title, percentage=offer.percentage, limit=offer.orders, taken_at=now.isoformat())


def _first(ground: Ground, lists: Lists) -> Action | No | None:
    return _take({"offer": lists["offer"][0].value}, ground) if lists["offer"] else None


OF_LEAVING = (
    Deed(
        "withdraw",
        "Withdraw from the contract, where the shopper's region gives that right",
        _withdraw,
        lambda ground, lists: _withdraw({}, ground),
    ),
    Deed(
        "stay_discount",
        "Take the discount that the shop offers instead of cancelling, once",
        _take,
        _first,
        Body({"offer": OFFER}),
        lambda ground: {"offer": _offered(ground)},
    ),
)
