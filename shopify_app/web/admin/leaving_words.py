"""How shoppers leave, in a merchant's words."""

from __future__ import annotations

from datetime import tzinfo

from babel import Locale

from shopify_app.journal.models import Fact
from shopify_app.leaving.regions import EU, EVERYWHERE, Region
from shopify_app.leaving.store import Offer
from shopify_app.web.admin.sentence import Sentence, who
from shopify_app.web.format import plural

_NAMES = {
    EVERYWHERE: "Everywhere else",
    EU: "European Union",
    "US-CA": "California",
    "US-CO": "Colorado",
    "US-NY": "New York",
}
_WHY = {
    EVERYWHERE: "Holds wherever no other region is switched on. Giving a reason is always voluntary, and an offer "
    "always stands beside the button, never before it.",
    EU: "Since June 19, 2026 shoppers can withdraw from the contract in two labelled steps for 14 days, and get an "
    "acknowledgement with its time. Perishable goods, goods made to order and unsealed hygiene goods may be exempt.",
    "US-CA": "Cancelling has to be possible where the shopper subscribed. No reason is asked for; an offer only "
    "stands beside the button.",
    "US-CO": "Cancelling takes one click. No reason is asked for; an offer only stands beside the button.",
    "US-NY": "A law of November 5, 2025 is known to be there, but not what it says about cancelling. Fill in what "
    "you were advised, then switch it on.",
}
_UNKNOWN = (
    "Nothing is known of the rules of this region. It is treated like everywhere else until you fill this in and "
    "switch it on."
)


def name(code: str) -> str:
    """Return a region's name, e.g. "California", "United Kingdom" or "United States, TX"."""
    country, _, state = code.partition("-")
    whole = str(Locale("en").territories.get(country, country))
    return _NAMES.get(code) or (f"{whole}, {state}" if state else whole)


def why(code: str) -> str:
    """Return what Perennial knows of the region's rules."""
    return _WHY.get(code, _UNKNOWN)


def in_words(region: Region) -> str:
    """Return what a row lets happen."""
    said = ["A reason is asked for" if region.asks_reason else "No reason is asked for"]
    said.append("one offer" if region.offers else "no offer")
    days = region.withdrawal_days
    said.append(f"withdrawal within {plural(days, 'day')}" if days else "no withdrawal")
    return ", ".join(said) + "."


def of_offer(offer: Offer) -> str:
    """Return the discount for who stays."""
    if offer.orders == 1:
        return f"{offer.percentage} % off the next order"
    return f"{offer.percentage} % off each of the next {offer.orders} orders"


def changed(fact: Fact, zone: tzinfo) -> Sentence:
    """Return who changed which row."""
    what = str(fact.data.get("what"))
    if what == "offer":
        is_on = (fact.after or {}).get("is_on")
        return Sentence(f"The discount instead of cancelling was {'chosen' if is_on else 'switched off'}{who(fact)}.")
    return Sentence(f"How shoppers leave was changed{who(fact)}, for: {name(what)}.")
