"""Payment methods in a merchant's words: how one stands, who was asked for another, and what the history says."""

from __future__ import annotations

from datetime import date, tzinfo

from shopify_app.cards.models import REMOVED, REPLACED, SENT, UPDATED
from shopify_app.cards.state import Path, State
from shopify_app.journal.models import Fact
from shopify_app.web.admin.sentence import Sentence, Telling, who
from shopify_app.web.format import day, plural

STATES = {
    State.OK: "",
    State.EXPIRING: "The card expires soon.",
    State.EXPIRED: "The card has expired.",
    State.REMOVED: "The payment method was removed. Charges fail until the shopper adds another.",
    State.MISSING: "The subscription has no payment method. Charges fail until the shopper adds one.",
}
PATHS = {
    Path.MAIL: "Shopify can mail the shopper a link to update the card.",
    Path.SHOP_PAY: "It is updated in Shop Pay, by a link that only the shopper should open.",
    Path.ACCOUNT: "Only the shopper can change it, in the account. No mail of Shopify's leads there.",
}
HOW = {"mail": "By mail", "link": "By a link into Shop Pay"}
OUTCOMES = {
    UPDATED: "the card was updated",
    REPLACED: "another payment method was chosen",
    REMOVED: "the payment method was removed",
}


def came_of(state: str, outcome: str | None, days: int) -> str:
    """Return what came of a request in words. `days`: from the request to its outcome."""
    if state == "unknown" and outcome is None:
        return "Shopify did not say whether it was sent."
    if outcome is None:
        return "Nothing yet." if state == SENT else "Not sent."
    within = "on the same day" if days < 1 else f"after {plural(days, 'day')}"
    words = OUTCOMES[outcome]
    return f"{words[:1].upper()}{words[1:]} {within}."


def _asked(fact: Fact, zone: tzinfo) -> Sentence:
    by = "a mail" if fact.data.get("how") == "mail" else "a link into Shop Pay"
    sure = "" if fact.data.get("is_sure") else " Shopify did not say whether it was sent."
    return Sentence(f"Another card was asked for by {by}{who(fact)}.{sure}")


def _expiring(fact: Fact, zone: tzinfo) -> Sentence:
    last = day(date.fromisoformat(str(fact.data["expires_on"]))) if fact.data.get("expires_on") else "soon"
    return Sentence(
        f"Time for the {fact.data.get('lead_days')}-day notice of a card that expires: {last}.", "warning"
    )


def _updated(fact: Fact, zone: tzinfo) -> Sentence:
    count = len(fact.data.get("contracts") or [1])
    if fact.data.get("why") == "replaced":
        return Sentence(f"Time to tell that another payment method pays {plural(count, 'subscription')}.")
    return Sentence(f"The card was updated; it pays {plural(count, 'subscription')}.", "success")


def _removed(fact: Fact, zone: tzinfo) -> Sentence:
    count = len(fact.data.get("contracts") or [1])
    return Sentence(f"The payment method of {plural(count, 'subscription')} was removed.", "critical")


def _leads(fact: Fact, zone: tzinfo) -> Sentence:
    days = (fact.after or {}).get("lead_days") or []
    told = f"{', '.join(map(str, days))} days before their card expires" if days else "of no card that expires"
    return Sentence(f"Shoppers are told {told}, chosen{who(fact)}.")


TELLINGS: dict[str, Telling] = {
    "payment_method.asked": _asked,
    "payment_method.expiring": _expiring,
    "payment_method.updated": _updated,
    "payment_method.removed": _removed,
    "cards.leads_changed": _leads,
}
