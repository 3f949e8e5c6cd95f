"""What a plan costs, in a merchant's words: one price, or one for the first orders and another after them."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal

from shopify_app.kit.speech import _, locale, ngettext
from shopify_app.plans.terms import AMOUNT, NONE, PERCENTAGE, Terms
from shopify_app.web.format import money


def sentences(terms: Terms, currency: str) -> list[str]:
    """Return one sentence for a price that stays, two for one that changes."""
    if terms.first:
        return [_first(terms, terms.first, currency), _then(terms, currency)]
    if terms.discount == NONE:
        return [_("No discount.")]
    if terms.discount == PERCENTAGE:
        return [_("%(value)s%% off.", value=_number(terms.value))]
    amount = money(Decimal(terms.value), currency)
    if terms.discount == AMOUNT:
        return [_("%(amount)s off each charge.", amount=amount)]
    return [_("Each charge costs %(amount)s an item.", amount=amount)]


def steps(terms: Terms, price: Decimal, currency: str) -> str:
    """Return what an item at `price` costs first and then, e.g. "2 orders at $5.00, then $12.00"."""
    return ngettext(
        "%(num)s order at %(price)s, then %(later)s",
        "%(num)s orders at %(price)s, then %(later)s",
        terms.first or 0,
        price=money(terms.price(price), currency),
        later=money(terms.later_price(price), currency),
    )


def _first(terms: Terms, number: int, currency: str) -> str:
    if terms.discount == NONE:
        return ngettext("The first order at the full price.", "The first %(num)s orders at the full price.", number)
    if terms.discount == PERCENTAGE:
        value = _number(terms.value)
        return ngettext(
            "The first order at %(value)s%% off.", "The first %(num)s orders at %(value)s%% off.", number, value=value
        )
    amount = money(Decimal(terms.value), currency)
    if terms.discount == AMOUNT:
        return ngettext(
            "The first order with %(amount)s off.",
            "The first %(num)s orders with %(amount)s off each.",
            number,
            amount=amount,
        )
    return ngettext(
        "The first order costs %(amount)s an item.",
        "The first %(num)s orders cost %(amount)s an item each.",
        number,
        amount=amount,
    )


def _then(terms: Terms, currency: str) -> str:
    if terms.later == NONE:
        return _("After that, the full price.")
    if terms.later == PERCENTAGE:
        return _("After that, %(value)s%% off.", value=_number(terms.later_value))
    amount = money(Decimal(terms.later_value), currency)
    if terms.later == AMOUNT:
        return _("After that, %(amount)s off each charge.", amount=amount)
    return _("After that, each charge costs %(amount)s an item.", amount=amount)


def _number(value: str) -> str:
    return str(format_decimal(Decimal(value), locale=locale()))
