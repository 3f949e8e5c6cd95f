"""A policy for missing items in sentences: what happens with an order, what may be chosen, and how it ends."""

from __future__ import annotations

from shopify_app.stock.policy import ASK, DELAY, REST, SWAP, Terms
from shopify_app.web.admin.stock_words import CHOICES, DONE
from shopify_app.web.format import plural


def sentences(terms: Terms, substitute: str | None) -> list[str]:
    """Return a policy in sentences. `substitute`: the name of what an item is swapped for, if it is known."""
    word = terms.default if terms.action == ASK else terms.action
    happens = f"If the subscriber does nothing, {DONE.get(word or '', str(word))}."
    said = [happens, _choices(terms)]
    if SWAP in (word, *terms.allowed):
        said.append(_swap(terms, substitute))
    if DELAY in (word, *terms.allowed):
        ends = DONE[terms.fallback]
        said.append(f"An order waits {plural(terms.max_delay_days, 'day')} at most; then {ends}.")
    if REST in (word, terms.fallback, *terms.allowed):
        value = f" worth at least {terms.min_value:f}" if terms.min_value else ""
        said.append(f"A rest is sent if it has at least {plural(terms.min_items, 'item')}{value}.")
    return said


def _choices(terms: Terms) -> str:
    named = [CHOICES[word] for word in terms.allowed if word in CHOICES]
    if not named:
        return "The subscriber has no choice."
    return f"The subscriber may choose, as far as it can be done with the order: {', '.join(named)}."


def _swap(terms: Terms, substitute: str | None) -> str:
    if terms.swap_variant_gid is None:
        return "No substitute is set, so none is offered."
    prices = {"same": "at the price of the item", "substitute": "at its own price"}
    price = prices.get(terms.price_rule, "at the lower of the two prices")
    return f"The substitute is {substitute or 'no longer known'}, {price}."
