"""What a shopper wants done when something in a coming order is out of stock."""

from __future__ import annotations

from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.out_of_stock import CHOICES, choose, word
from shopify_app.web.portal import tongue
from shopify_app.web.portal.deed import Choice, Deed, Ground, Lists
from shopify_app.web.portal.fields import Body, Word


def _preferences(ground: Ground) -> list[Choice]:
    speaks, now = tongue.speaks(), word(ground.contract.out_of_stock)
    return [Choice(each, speaks.say(f"preference_{each}"), is_now=each == now) for each in CHOICES]


def _another(ground: Ground, lists: Lists) -> Action:
    return choose(next(choice.value for choice in lists["preference"] if not choice.is_now))


OF_STOCK = (
    Deed(
        "out_of_stock",
        "What the shop should do when something in an order to come is out of stock",
        lambda values, ground: choose(values["preference"]),
        _another,
        Body({"preference": Word(tuple(CHOICES))}),
        lambda ground: {"preference": _preferences(ground)},
    ),
)
