"""What a shopper does with one date's order: get it now, change what it alone holds and where it goes, undo that."""

from __future__ import annotations

from decimal import Decimal

from flask import g
from sqlalchemy.orm import Session

from shopify_app.billing import order_now as billing
from shopify_app.edits import contents, order_now
from shopify_app.edits.answers import Refusal
from shopify_app.edits.change import Change
from shopify_app.edits.contents import Contents
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.address import normal
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.lines import MOST
from shopify_app.edits.order_address import OrderAddress
from shopify_app.kit.db import Json
from shopify_app.kit.gid import gid, number_of
from shopify_app.kit.money import round_money
from shopify_app.web.portal.date_deed import HAS_ITEM, NOT_NEXT, DateDeed, DateGround
from shopify_app.web.portal.deed import NO_CHOICE, PRICE_CHANGED, Choice, Lists, Values
from shopify_app.web.portal.detail_deeds import ADDRESS, ANYWHERE, read_address
from shopify_app.web.portal.fields import Body, Whole
from shopify_app.web.portal.line_deeds import LINE, NUMBER, PRICE, SHOWN, named

_NOT_THE_NEXT = (Refusal.BEFORE_START, Refusal.BEFORE_PREVIOUS)


def _any_now(ground: DateGround) -> Change | str:
    change = order_now.at(ground.coming.standing.now)
    if change.why_not(ground.coming.standing) in _NOT_THE_NEXT:
        return NOT_NEXT
    if ground.cycle.held_at is not None:
        return Refusal.WAITS  # somebody holds it back: not for a shopper to let it go
    problem = billing.why_not(ground.coming.standing, g.shop)
    return problem.refusal or Refusal.WAITS if problem else change


def _now(values: Values, ground: DateGround, session: Session) -> Change | str:
    shown = values["total"]
    total = round_money(Decimal(ground.seen["total"]), ground.contract.currency)
    if shown is not None and Decimal(shown) != total:
        return PRICE_CHANGED
    return _any_now(ground)


def _item(values: Values, ground: DateGround) -> str | None:
    """The gid of an item of the order."""
    return next((each["gid"] for each in ground.seen["items"] if number_of(each["gid"]) == values["line"]), None)


def _counted(values: Values, ground: DateGround, quantity: int) -> Change | str:
    found = _item(values, ground)
    return Contents(ground.seen, {found: quantity}, []) if found else Refusal.STALE


def _first(ground: DateGround, more: int | None) -> Change | str:
    """So many more of the first item, or for None, none of it."""
    item = next(iter(ground.seen["items"]), None)
    if item is None:
        return NO_CHOICE
    return Contents(ground.seen, {item["gid"]: 0 if more is None else item["quantity"] + more}, [])


def _counts_alike(wish: Json, line: str, quantity: int) -> bool:
    counted = {number_of(each): count for each, count in (wish.get("quantities") or {}).items()}
    return counted == {line: quantity} and not wish.get("added")


def _add(values: Values, ground: DateGround, session: Session) -> Change | str:
    good = goods.find(session, ground.contract, gid("ProductVariant", values["variant"]))
    if isinstance(good, No):
        return good
    if good.variant_gid in _there(ground):
        return HAS_ITEM
    added = contents.once(good, values["quantity"], ground.contract.currency)
    if values["price"] is not None and Decimal(values["price"]) != Decimal(added["price"]):
        return PRICE_CHANGED
    return Contents(ground.seen, {}, [added])


def _adds_alike(values: Values, wish: Json) -> bool:
    added = [(number_of(each["variant_gid"]), each["quantity"]) for each in wish.get("added") or []]
    return added == [(values["variant"], values["quantity"])] and not wish.get("quantities")


def _there(ground: DateGround) -> set[str | None]:
    """Variants of the order, and of the subscription, whose own price would not hold for one that is added."""
    return {each["variant_gid"] for each in ground.seen["items"]} | {
        each.variant_gid for each in ground.contract.lines
    }


def _lines(ground: DateGround, session: Session) -> Lists:
    items = ground.seen["items"]
    return {"line": [Choice(number_of(each["gid"]), named(each["title"], each["variant_title"])) for each in items]}


def _goods(ground: DateGround, session: Session) -> Lists:
    there = _there(ground)
    found = [each for each in goods.for_more(session, ground.contract) if each.variant_gid not in there]
    return {
        "variant": [
            Choice(number_of(each.variant_gid), named(each.title, each.variant_title), each.base, each.image_url)
            for each in found[:SHOWN]
        ]
    }


DATE_DEEDS = {
    deed.name: deed
    for deed in (
        DateDeed(
            "order_now",
            "Get the next order now: its date becomes today, and it is charged at once",
            _now,
            _any_now,
            "order_now",
            body=Body({"total": PRICE}),
            do=lambda ctx, change, target, request_id: billing.carry_out(ctx, target, request_id),
        ),
        DateDeed(
            "quantity",
            "Another quantity of an item, in this order alone",
            lambda values, ground, session: _counted(values, ground, values["quantity"]),
            lambda ground: _first(ground, 1),
            "contents",
            lambda values, wish: _counts_alike(wish, values["line"], values["quantity"]),
            Body({"line": LINE, "quantity": Whole(1, MOST)}),
            _lines,
        ),
        DateDeed(
            "remove",
            "Leave an item out of this order alone",
            lambda values, ground, session: _counted(values, ground, 0),
            lambda ground: _first(ground, None),
            "contents",
            lambda values, wish: _counts_alike(wish, values["line"], 0),
            Body({"line": LINE}),
            _lines,
        ),
        DateDeed(
            "add",
            "An item more in this order alone, once, at the shop's price",
            _add,
            lambda ground: _first(ground, 1),
            "contents",
            _adds_alike,
            Body({"variant": NUMBER, "quantity": Whole(1, MOST), "price": PRICE}),
            _goods,
        ),
        DateDeed(
            "address",
            "Where this order alone is sent",
            lambda values, ground, session: OrderAddress(ground.seen, read_address(values)),
            lambda ground: OrderAddress(ground.seen, normal(ANYWHERE)),
            "order_address",
            lambda values, wish: wish.get("address") == normal(values),
            ADDRESS,
        ),
        DateDeed(
            "restore",
            "This order as the subscription says, on its first date",
            lambda values, ground, session: contents.restoring(ground.contract),
            lambda ground: contents.restoring(ground.contract),
            "restore",
        ),
    )
}
"""Each by its name in addresses. Rules know them by the name of the change: all that is about items is `contents`."""
