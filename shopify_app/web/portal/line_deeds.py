"""What a shopper does with the items of a subscription and with how often it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shopify_app.contracts.contents import ONLY_VARIANT
from shopify_app.contracts.models import ContractLine
from shopify_app.edits.contract import goods, rhythm
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.goods import Good
from shopify_app.edits.contract.lines import MOST, Add, Quantity, Remove, Swap
from shopify_app.edits.rules import cases, store
from shopify_app.edits.rules.judge import Case, why_not
from shopify_app.edits.rules.terms import SAME_PLAN
from shopify_app.kit.gid import gid, number_of
from shopify_app.web.portal import tongue
from shopify_app.web.portal.deed import Choice, Deed, Ground, Lists, Values, again
from shopify_app.web.portal.fields import Body, Text, Whole

SHOWN = 200
"""How many products a list of choices names at most."""
LINE = Text(60, shortest=1, pattern=r"^[A-Za-z0-9\-]*$", is_listed=True)
NUMBER = Text(18, shortest=1, pattern=r"^[0-9]*$", is_listed=True)
PRICE = Text(20, needed=False, shortest=1, pattern=r"^[0-9]+(\.[0-9]+)?$")
"""What a unit was shown to cost. When it costs another amount by now, nothing is changed."""


def _line_gid(values: Values) -> str:
    return gid("SubscriptionLine", values["line"])


def _variant_gid(values: Values) -> str:
    return gid("ProductVariant", values["variant"])


def _lines(ground: Ground) -> list[Choice]:
    return [
        Choice(number_of(line.shopify_gid), named(line.title, line.variant_title), line.current_price, line.image_url)
        for line in ground.contract.lines
    ]


def named(title: str, variant: str | None) -> str:
    """Return an item as people read it, e.g. "House Blend (250 g)"."""
    return f"{title} ({variant})" if variant and variant != ONLY_VARIANT else title


def _swaps(ground: Ground) -> list[Choice]:
    rules = store.governing(ground.session, ground.contract)
    lines = {line.shopify_gid: line for line in ground.contract.lines}
    asks_plan = any(each.swaps == SAME_PLAN for each in rules)
    offered = {line.selling_plan_gid: _offered(ground, line) for line in lines.values() if asks_plan}
    found = [
        _choice(good, of=number_of(line_gid))
        for line_gid, choices in goods.for_lines(ground.session, ground.contract, lines).items()
        for good in choices
        if why_not(rules, _swap_case(ground, lines[line_gid], good, offered)) is None
    ]
    return found[:SHOWN]


def _offered(ground: Ground, line: ContractLine) -> frozenset[str]:
    return cases.offered(ground.session, ground.contract.shop_id, line.selling_plan_gid)


def _swap_case(ground: Ground, line: ContractLine, good: Good, offered: Mapping[str | None, frozenset[str]]) -> Case:
    return Case(
        "swap",
        ground.standing.now,
        ground.zone,
        has_wish=True,
        product_gid=line.product_gid,
        to_product_gid=good.product_gid,
        offered=offered.get(line.selling_plan_gid, frozenset()),
    )


def _choice(good: Good, of: str | None = None) -> Choice:
    words = named(good.title, good.variant_title)
    return Choice(number_of(good.variant_gid), words, good.price, good.image_url, of=of)


def _swap(values: Values, ground: Ground) -> Action | No:
    if ground.known is not None:
        return again(Swap, ground.known, line_gid=_line_gid(values), variant_gid=_variant_gid(values))
    return goods.swap(ground.session, ground.contract, _line_gid(values), _variant_gid(values))


def _add(values: Values, ground: Ground) -> Action | No:
    if ground.known is not None:
        return again(Add, ground.known, variant_gid=_variant_gid(values), quantity=values["quantity"])
    return goods.add(ground.session, ground.contract, _variant_gid(values), values["quantity"])


def _first_swap(ground: Ground, lists: Lists) -> Action | No | None:
    first = next(iter(lists["variant"]), None)
    return _swap({"line": first.of, "variant": first.value}, ground) if first else None


def _first_add(ground: Ground, lists: Lists) -> Action | No | None:
    first = next(iter(lists["variant"]), None)
    return _add({"variant": first.value, "quantity": 1}, ground) if first else None


def _one_more(ground: Ground, lists: Lists) -> Action | None:
    first = next(iter(ground.contract.lines), None)
    return Quantity(first.shopify_gid, first.quantity + 1) if first else None


def _remove_first(ground: Ground, lists: Lists) -> Action | None:
    first = next(iter(ground.contract.lines), None)
    return Remove(first.shopify_gid) if first else None


def _rhythms(ground: Ground) -> list[Choice]:
    speaks = tongue.speaks()
    return [
        Choice(
            number_of(each.plan_gid),
            speaks.say(f"every_{each.interval}", count=each.interval_count),
            is_now=each.is_now,
        )
        for each in rhythm.offered(ground.session, ground.contract)
    ]


def _frequency(values: Values, ground: Ground) -> Action | No:
    return rhythm.on_plan(ground.session, ground.contract, gid("SellingPlan", values["plan"]))


def _another_rhythm(ground: Ground, lists: Lists) -> Action | No | None:
    others: Sequence[str] = [choice.value for choice in lists["plan"] if not choice.is_now]
    return _frequency({"plan": others[0]}, ground) if others else None


OF_LINES = (
    Deed(
        "quantity",
        "Another quantity of an item, in all orders to come",
        lambda values, ground: Quantity(_line_gid(values), values["quantity"]),
        _one_more,
        Body({"line": LINE, "quantity": Whole(1, MOST)}),
        lambda ground: {"line": _lines(ground)},
    ),
    Deed(
        "swap",
        "Another product in an item's place, in all orders to come",
        _swap,
        _first_swap,
        Body({"line": LINE, "variant": NUMBER, "price": PRICE}),
        lambda ground: {"line": _lines(ground), "variant": _swaps(ground)},
    ),
    Deed(
        "remove",
        "An item less, in all orders to come",
        lambda values, ground: goods.remove(ground.contract, _line_gid(values)),
        _remove_first,
        Body({"line": LINE}),
        lambda ground: {"line": _lines(ground)},
    ),
    Deed(
        "add",
        "An item more, in all orders to come",
        _add,
        _first_add,
        Body({"variant": NUMBER, "quantity": Whole(1, MOST), "price": PRICE}),
        lambda ground: {"variant": [_choice(g) for g in goods.for_more(ground.session, ground.contract)][:SHOWN]},
    ),
    Deed(
        "frequency",
        "How often it is paid and delivered",
        _frequency,
        _another_rhythm,
        Body({"plan": NUMBER}),
        lambda ground: {"plan": _rhythms(ground)},
    ),
)
