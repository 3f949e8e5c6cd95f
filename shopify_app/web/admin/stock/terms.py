"""A policy for missing items in sentences: what happens, what shoppers can choose, and how it ends."""

from __future__ import annotations

from shopify_app.kit.speech import _, ngettext
from shopify_app.stock.policy import ASK, DELAY, REST, SWAP, TELL, Terms
from shopify_app.web.admin.stock.words import ACTIONS, FALLBACKS, PRICES
from shopify_app.web.format import inner, money


def sentences(found: Terms, substitute: str = "", currency: str | None = None) -> list[str]:
    """Return a policy in sentences. `substitute`: the name of what is sent instead."""
    own = (found.default if found.action == ASK else found.action) or TELL
    said = _first(found, own)
    if found.swap_variant_gid:
        other, price = substitute or _("an item that is not known any more"), inner(PRICES[found.price_rule])
        said.append(
            _("The substitute is %(item)s, for %(price)s, as long as there is enough of it.", item=other, price=price)
        )
    words, then = {own, *found.allowed}, inner(FALLBACKS[found.fallback])
    if DELAY in words:
        said.append(
            ngettext(
                "An order waits %(num)s day at most; then: %(then)s.",
                "An order waits %(num)s days at most; then: %(then)s.",
                found.max_delay_days,
                then=then,
            )
        )
    elif own in (SWAP, REST):
        said.append(_("Where that cannot be: %(then)s.", then=then))
    if REST in words | {found.fallback}:
        said.append(_rest(found, currency))
    return said


def _rest(found: Terms, currency: str | None) -> str:
    """How much must be left for the rest to be sent."""
    if not found.min_value:
        return ngettext(
            "The rest of an order is sent if at least %(num)s unit is left.",
            "The rest of an order is sent if at least %(num)s units are left.",
            found.min_items,
        )
    return ngettext(
        "The rest of an order is sent if at least %(num)s unit worth %(value)s is left.",
        "The rest of an order is sent if at least %(num)s units worth %(value)s are left.",
        found.min_items,
        value=money(found.min_value, currency),
    )


def _first(found: Terms, own: str) -> list[str]:
    """What happens, and what shoppers can choose."""
    choices = " · ".join(inner(ACTIONS[word]) for word in found.allowed if word != found.action)
    if found.action != ASK:
        instead = [_("The shopper can choose instead: %(choices)s.", choices=choices)] if choices else []
        return [f"{ACTIONS[own]}.", *instead]
    asked = (
        _("The shopper is asked, and can choose: %(choices)s.", choices=choices)
        if choices
        else _("The shopper is told, and has no choice.")
    )
    return [asked, _("Without an answer: %(what)s.", what=inner(ACTIONS[own]))]
