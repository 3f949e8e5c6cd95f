"""Payment methods in a merchant's words: how one stands, who was asked for another, and what the history says."""

from __future__ import annotations

from datetime import date, tzinfo

from shopify_app.cards.models import REMOVED, REPLACED, SENT, UPDATED
from shopify_app.cards.state import Path, State
from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.web.admin.sentence import Sentence, Telling, who
from shopify_app.web.format import capital, day, plural

STATES = {
    State.OK: "",
    State.EXPIRING: N_("The card expires soon."),
    State.EXPIRED: N_("The card has expired."),
    State.REMOVED: N_("The payment method was removed. Charges fail until the shopper adds another."),
    State.MISSING: N_("The subscription has no payment method. Charges fail until the shopper adds one."),
}
PATHS = {
    Path.MAIL: N_("Shopify can mail the shopper a link to update the card."),
    Path.SHOP_PAY: N_("It is updated in Shop Pay, by a link that only the shopper should open."),
    Path.ACCOUNT: N_("Only the shopper can change it, in the account. No mail of Shopify's leads there."),
}
HOW = {"mail": N_("By mail"), "link": N_("By a link into Shop Pay")}
OUTCOMES = {
    UPDATED: N_("the card was updated"),
    REPLACED: N_("another payment method was chosen"),
    REMOVED: N_("the payment method was removed"),
}


def came_of(state: str, outcome: str | None, days: int) -> str:
    """Return what came of a request in words. `days`: from the request to its outcome."""
    if state == "unknown" and outcome is None:
        return _("Shopify did not say whether it was sent.")
    if outcome is None:
        return _("Nothing yet.") if state == SENT else _("Not sent.")
    within = _("on the same day") if days < 1 else ngettext("after %(num)s day", "after %(num)s days", days)
    return f"{capital(OUTCOMES[outcome])} {within}."


def _asked(fact: Fact, zone: tzinfo) -> Sentence:
    if fact.data.get("how") == "mail":
        words = _("Another card was asked for by a mail%(who)s.", who=who(fact))
    else:
        words = _("Another card was asked for by a link into Shop Pay%(who)s.", who=who(fact))
    sure = "" if fact.data.get("is_sure") else _("Shopify did not say whether it was sent.")
    return Sentence(f"{words} {sure}".strip())


def _expiring(fact: Fact, zone: tzinfo) -> Sentence:
    last = day(date.fromisoformat(str(fact.data["expires_on"]))) if fact.data.get("expires_on") else _("soon")
    return Sentence(
        _(
            "Time for the %(lead_days)s-day notice of a card that expires: %(last)s.",
            lead_days=fact.data.get("lead_days"),
            last=last,
        ),
        "warning",
    )


def _updated(fact: Fact, zone: tzinfo) -> Sentence:
    count = len(fact.data.get("contracts") or [1])
    if fact.data.get("why") == "replaced":
        return Sentence(
            _("Time to tell that another payment method pays %(count)s.", count=plural(count, "subscription"))
        )
    return Sentence(_("The card was updated; it pays %(count)s.", count=plural(count, "subscription")), "success")


def _removed(fact: Fact, zone: tzinfo) -> Sentence:
    count = len(fact.data.get("contracts") or [1])
    return Sentence(
        _("The payment method of %(count)s was removed.", count=plural(count, "subscription")), "critical"
    )


def _leads(fact: Fact, zone: tzinfo) -> Sentence:
    days = (fact.after or {}).get("lead_days") or []
    if not days:
        return Sentence(_("Shoppers are told of no card that expires, chosen%(who)s.", who=who(fact)))
    listed = ", ".join(map(str, days))
    words = _("Shoppers are told %(days)s days before their card expires, chosen%(who)s.", days=listed, who=who(fact))
    return Sentence(words)


TELLINGS: dict[str, Telling] = {
    "payment_method.asked": _asked,
    "payment_method.expiring": _expiring,
    "payment_method.updated": _updated,
    "payment_method.removed": _removed,
    "cards.leads_changed": _leads,
}
