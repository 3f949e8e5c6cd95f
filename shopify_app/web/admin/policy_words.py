"""A policy for missing items in sentences: what happens with an order, what may be chosen, and how it ends."""

from __future__ import annotations

from shopify_app.kit.speech import _, ngettext
from shopify_app.stock.policy import ASK, DELAY, REST, SWAP, Terms
from shopify_app.web.admin.stock_words import CHOICES, done


def sentences(terms: Terms, substitute: str | None) -> list[str]:
    """Return a policy in sentences. `substitute`: the name of what an item is swapped for, if it is known."""
    word = terms.default if terms.action == ASK else terms.action
    said = [_("If the subscriber does nothing, %(what)s.", what=done(word)), _choices(terms)]
    if SWAP in (word, *terms.allowed):
        said.append(_swap(terms, substitute))
    if DELAY in (word, *terms.allowed):
        said.append(_wait(terms))
    if REST in (word, terms.fallback, *terms.allowed):
        said.append(_rest(terms))
    return said


def _wait(terms: Terms) -> str:
    return ngettext(
        "An order waits %(num)s day at most; then %(what)s.",
        "An order waits %(num)s days at most; then %(what)s.",
        terms.max_delay_days,
        what=done(terms.fallback),
    )


def _rest(terms: Terms) -> str:
    if not terms.min_value:
        return ngettext(
            "A rest is sent if it has at least %(num)s item.",
            "A rest is sent if it has at least %(num)s items.",
            terms.min_items,
        )
    return ngettext(
        "A rest is sent if it has at least %(num)s item worth at least %(value)s.",
        "A rest is sent if it has at least %(num)s items worth at least %(value)s.",
        terms.min_items,
        value=f"{terms.min_value:f}",
    )


def _choices(terms: Terms) -> str:
    named = ", ".join(str(CHOICES[word]) for word in terms.allowed if word in CHOICES)
    if not named:
        return _("The subscriber has no choice.")
    return _("The subscriber may choose, as far as it can be done with the order: %(choices)s.", choices=named)


def _swap(terms: Terms, substitute: str | None) -> str:
    if terms.swap_variant_gid is None:
        return _("No substitute is set, so none is offered.")
    prices = {"same": _("at the price of the item"), "substitute": _("at its own price")}
    price = prices.get(terms.price_rule, _("at the lower of the two prices"))
    return _("The substitute is %(item)s, %(price)s.", item=substitute or _("no longer known"), price=price)
