"""How shoppers leave, in a merchant's words."""

from __future__ import annotations

from datetime import tzinfo

from babel import Locale

from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_, _, locale, ngettext
from shopify_app.leaving.regions import EU, EVERYWHERE, Region
from shopify_app.leaving.store import Offer
from shopify_app.web.admin.sentence import Sentence, who

_NAMES = {
    EVERYWHERE: N_("Everywhere else"),
    EU: N_("European Union"),
    "US-CA": N_("California"),
    "US-CO": N_("Colorado"),
    "US-NY": N_("New York"),
}
_WHY = {
    EVERYWHERE: N_(
        "Holds wherever no other region is switched on. Giving a reason is always voluntary, and an offer always "
        "stands beside the button, never before it."
    ),
    EU: N_(
        "Since June 19, 2026 shoppers can withdraw from the contract in two labelled steps for 14 days, and get an "
        "acknowledgement with its time. Perishable goods, goods made to order and unsealed hygiene goods may be "
        "exempt."
    ),
    "US-CA": N_(
        "Cancelling has to be possible where the shopper subscribed. No reason is asked for; an offer only stands "
        "beside the button."
    ),
    "US-CO": N_("Cancelling takes one click. No reason is asked for; an offer only stands beside the button."),
    "US-NY": N_(
        "A law of November 5, 2025 is known to be there, but not what it says about cancelling. Fill in what you "
        "were advised, then switch it on."
    ),
}
_UNKNOWN = N_(
    "Nothing is known of the rules of this region. It is treated like everywhere else until you fill this in and "
    "switch it on."
)


def is_country(code: str) -> bool:
    """Answer whether there is such a country, by CLDR."""
    return code in Locale("en").territories and len(code) == 2


def name(code: str) -> str:
    """Return a region's name, e.g. "California", "United Kingdom" or "United States, TX"."""
    if code in _NAMES:
        return str(_NAMES[code])
    country, _dash, state = code.partition("-")
    whole = str(locale().territories.get(country, country))
    return f"{whole}, {state}" if state else whole


def why(code: str) -> str:
    """Return what Perennial knows of the region's rules."""
    return str(_WHY.get(code, _UNKNOWN))


def in_words(region: Region) -> str:
    """Return what a row lets happen, in short sentences."""
    days = region.withdrawal_days
    said = [
        _("A reason is asked for.") if region.asks_reason else _("No reason is asked for."),
        _("One offer is shown.") if region.offers else _("No offer is shown."),
        ngettext("Withdrawal within %(num)s day.", "Withdrawal within %(num)s days.", days)
        if days
        else _("No withdrawal."),
    ]
    return " ".join(str(each) for each in said)


def of_offer(offer: Offer) -> str:
    """Return that the discount for who stays is offered now."""
    return str(
        ngettext(
            "Offered now: %(percent)s%% off the next order.",
            "Offered now: %(percent)s%% off each of the next %(num)s orders.",
            offer.orders,
            percent=offer.percentage,
        )
    )


def changed(fact: Fact, zone: tzinfo) -> Sentence:
    """Return who changed which row."""
    what = str(fact.data.get("what"))
    if what != "offer":
        words = _("How shoppers leave was changed%(who)s, for: %(region)s.", who=who(fact), region=name(what))
        return Sentence(words)
    if (fact.after or {}).get("is_on"):
        return Sentence(_("The discount instead of cancelling was chosen%(who)s.", who=who(fact)))
    return Sentence(_("The discount instead of cancelling was switched off%(who)s.", who=who(fact)))
