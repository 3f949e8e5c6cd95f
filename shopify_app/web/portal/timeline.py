"""What happened to a subscription, in its shopper's words. Nobody of the shop's staff is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_currency, format_decimal
from flask import g

from shopify_app.cards.facts import REPLACED
from shopify_app.edits.contract.out_of_stock import word
from shopify_app.edits.order_now import OrderingNow
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json
from shopify_app.kit.money import round_money
from shopify_app.stock.states import POLICY
from shopify_app.web import missing
from shopify_app.web.portal import shapes, tongue
from shopify_app.web.portal.line_deeds import named
from shopify_app.web.portal.rhythms import rhythm
from shopify_app.web.portal.told import TOLD
from shopify_app.web.voice import Voice

Side = Mapping[str, Any]
NOTHING = "–"
"""Stands for what a fact does not say."""


def entries(facts: Sequence[Fact]) -> list[Json]:
    """Return facts of the kinds in `told.TOLD` as a shopper reads them."""
    speaks = tongue.speaks()
    return [
        {
            "at": shapes.instant(fact.occurred_at),
            "date": shapes.day(fact.occurred_at).isoformat(),
            "kind": fact.kind,
            "by_you": fact.actor.split(":")[0] in ("shopper", "link"),
            "words": _words(fact, speaks),
        }
        for fact in facts
        if not _is_told_otherwise(fact)
    ]


def _is_told_otherwise(fact: Fact) -> bool:
    """The subscription's own fact tells it, or the one that says which item was missing."""
    return fact.data.get("why") == REPLACED or (fact.actor == POLICY and fact.kind.startswith("order."))


def _words(fact: Fact, speaks: Voice) -> str:
    before, after = _side(fact.before), _side(fact.after)
    say = _TELLINGS.get(fact.kind, _plainly)
    return say(fact, before, after, speaks)


def _plainly(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    amount = _amount(fact.data.get("amount"), fact, speaks)
    return _say(speaks, fact.kind, at=_day(fact.data, speaks), amount=amount)


def _moved(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    kind = f"{fact.kind}_ahead" if fact.cause == OrderingNow.cause else fact.kind
    return _say(speaks, kind, at=_day(before, speaks), to=_day(after, speaks))


def _prices(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    pairs = zip(before.get("lines") or [], after.get("lines") or [], strict=False)
    changed = [new for old, new in pairs if old.get("price") != new.get("price")]
    told = ", ".join(f"{named(str(new['title']), new.get('variant_title'))}: {_amount(new['price'], fact, speaks)}"
                     for new in changed)  # fmt: skip
    return _say(speaks, fact.kind, now=told or NOTHING)


def _items(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    return _say(speaks, fact.kind, was=_listed(before.get("items")), now=_listed(after.get("items")))


def _rhythm(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    paid, sent = (_every(after.get(name), speaks) for name in ("billing", "delivery"))
    if paid == sent:
        return _say(speaks, fact.kind, rhythm=paid)
    return _say(speaks, f"{fact.kind}_apart", paid=paid, sent=sent)


def _shipping(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    method = after.get("title") or after.get("location")
    price = _amount(after.get("price"), fact, speaks)
    return _say(speaks, fact.kind, now=f"{method}, {price}" if method else price)


def _discounts(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    found = [*(before.get("discounts") or ()), *(after.get("discounts") or ())]
    return _say(speaks, fact.kind, which=", ".join(_off(one, fact, speaks) for one in found) or NOTHING)


def _out_of_stock(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    return _say(speaks, fact.kind, now=speaks.say(f"preference_{word(after.get('out_of_stock'))}"))


def _contents(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    at = _day(fact.data, speaks)
    if after.get("items") == before.get("items"):  # where a person lives is not in the journal
        return _say(speaks, f"{fact.kind}_otherwise", at=at)
    return _say(speaks, fact.kind, at=at, now=_listed(after.get("items")))


def _of_paid(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    order = str(fact.data.get("order_name") or NOTHING)
    was, now = (speaks.day(datetime.fromisoformat(at), g.shop.zone) if (at := side.get("ships_at")) else NOTHING
                for side in (before, after))  # fmt: skip
    return _say(speaks, fact.kind, order=order, now=_listed(after.get("items")), at=was, to=now)


def _stock(fact: Fact, before: Side, after: Side, speaks: Voice) -> str:
    """About an item that is not there. `at`: of its order; `to`: until when that waits, or when it takes place."""
    data, item = fact.data, _side(fact.data.get("item"))
    at, to = data.get("charge_at"), after.get("expected_at") or data.get("resume_at")
    choice = missing.label(str(data["choice"]), speaks.tag) if data.get("choice") else NOTHING
    days = {"at": _day({"expected_at": at}, speaks), "to": _day({"expected_at": to}, speaks)}
    named_item = _listed([item]) if item.get("title") else missing.say("some_item", speaks.tag)
    return _say(speaks, fact.kind, item=named_item, choice=choice, **days)


_TELLINGS: dict[str, Callable[[Fact, Side, Side, Voice], str]] = {
    **dict.fromkeys((kind for kind in TOLD if kind.startswith("stock.")), _stock),
    "order.moved": _moved,
    "order.contents_changed": _contents,
    "order.address_changed": _of_paid,
    "order.items_changed": _of_paid,
    "order.rescheduled": _of_paid,
    "subscription.item_added": _items,
    "subscription.item_removed": _items,
    "subscription.item_swapped": _items,
    "subscription.quantity_changed": _items,
    "subscription.price_changed": _prices,
    "subscription.frequency_changed": _rhythm,
    "subscription.delivery_changed": _shipping,
    "subscription.discount_added": _discounts,
    "subscription.discount_removed": _discounts,
    "subscription.out_of_stock_changed": _out_of_stock,
}
"""Kinds that say more than a day and an amount."""


def _say(speaks: Voice, kind: str, **values: str) -> str:
    return speaks.say(f"event_{kind}", **values)


def _side(found: object) -> Side:
    return found if isinstance(found, dict) else {}


def _day(side: Side, speaks: Voice) -> str:
    at = side.get("expected_at")
    return speaks.day(datetime.fromisoformat(at), g.shop.zone) if at else NOTHING


def _listed(items: Iterable[Side] | None) -> str:
    found = [(one.get("quantity"), str(one.get("title")), one.get("variant_title")) for one in items or ()]
    return ", ".join(f"{quantity} × {named(title, variant)}" for quantity, title, variant in found) or NOTHING


def _every(policy: Json | None, speaks: Voice) -> str:
    return rhythm(policy, speaks) if policy else NOTHING


def _off(one: Side, fact: Fact, speaks: Voice) -> str:
    if one.get("title"):
        return str(one["title"])
    if one.get("percentage"):
        return f"{format_decimal(Decimal(str(one['percentage'])), locale=speaks.locale)}\u00a0%"
    return _amount(one.get("amount"), fact, speaks)


def _amount(value: object, fact: Fact, speaks: Voice) -> str:
    currency = str(fact.data.get("currency"))
    try:
        amount = round_money(Decimal(str(value)), currency)
    except InvalidOperation:
        return NOTHING
    return str(format_currency(amount, currency, locale=speaks.locale))
