"""Stock in a merchant's words: how an item stands, what is done with an order, and what staff did about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo

from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.stock import ends, states
from shopify_app.stock.models import StockDecision
from shopify_app.stock.pages import Item
from shopify_app.stock.policy import (
    ASK,
    DELAY,
    LOWER,
    REST,
    SAME,
    SELL,
    SKIP,
    SUBSTITUTE,
    SWAP,
    TELL,
)
from shopify_app.stock.what_if import MOST, Outcome
from shopify_app.web.admin.sentence import Sentence, instant, who
from shopify_app.web.admin.words import Badge
from shopify_app.web.format import count, day, inner, moment, plural

ACTIONS = {
    ASK: N_("Ask the shopper what to do"),
    SWAP: N_("Send a substitute"),
    DELAY: N_("Wait until it is back"),
    SKIP: N_("Skip the order"),
    REST: N_("Send the rest without it"),
    SELL: N_("Sell it anyway"),
    TELL: N_("Only tell the shopper; you decide on the day"),
}
"""What may be done with an order in which something is missing."""
FALLBACKS = {SKIP: N_("Skip the order"), REST: N_("Send the rest without it"), TELL: N_("Wait for you to decide")}
PRICES = {
    LOWER: N_("The lower of the two prices"),
    SAME: N_("The price of the missing item"),
    SUBSTITUTE: N_("The price of the substitute"),
}
COUNTED: dict[str, Callable[[int], str]] = {
    SWAP: lambda n: ngettext("%(num)s gets a substitute", "%(num)s get a substitute", n),
    DELAY: lambda n: ngettext("%(num)s waits", "%(num)s wait", n),
    SKIP: lambda n: ngettext("%(num)s is skipped", "%(num)s are skipped", n),
    REST: lambda n: ngettext("%(num)s goes without it", "%(num)s go without it", n),
    SELL: lambda n: ngettext("%(num)s is sold anyway", "%(num)s are sold anyway", n),
    TELL: lambda n: ngettext("%(num)s waits for you", "%(num)s wait for you", n),
}
"""Word → of so many orders."""
DONE = {
    SWAP: N_("A substitute is sent"),
    DELAY: N_("Waits until it is back"),
    SKIP: N_("Skipped"),
    REST: N_("The rest is sent"),
    SELL: N_("Sold anyway"),
    TELL: N_("Waits for you"),
}
KINDS = {
    states.LOW: Badge(N_("Low"), "warning"),
    states.OUT: Badge(N_("Out of stock"), "critical"),
    states.DISCONTINUED: Badge(N_("Discontinued"), "neutral"),
}
UNLIMITED = Badge(N_("Not limited"), "info")
RUNS_OUT = Badge(N_("Runs out"), "caution")
COVERED = Badge(N_("Covered"), "success")
NOT_LIMITED = N_(
    "Shopify sells this item even when there is none, or does not count it, so no order is ever held for it. "
    "Switch on tracking in Shopify, and “continue selling” off, to have it watched."
)


def badge(item: Item) -> Badge:
    """Return how an item stands, in a word or two."""
    if item.standing.discontinued_at is not None:
        return KINDS[states.DISCONTINUED]
    if item.kind is not None:
        return KINDS[item.kind]
    if item.standing.supply is None:
        return UNLIMITED
    return RUNS_OUT if item.standing.runs_out_at is not None else COVERED


def counted(words: Mapping[str, int]) -> str:
    """Return what orders get, most first, e.g. "190 get a substitute, 80 wait"; empty for none."""
    ordered = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(COUNTED[word](number) for word, number in ordered if number)


def outcome(found: Outcome, days: int) -> list[str]:
    """Return what would happen, in sentences. `days`: how many days ahead orders are decided."""
    if not found.is_limited:
        return [str(NOT_LIMITED)]
    said = [_orders(found, days) if found.orders else _none(days)]
    if found.decided:
        said.append(
            ngettext(
                "%(num)s order is decided already and stays as it was.",
                "%(num)s orders are decided already and stay as they were.",
                found.decided,
            )
        )
    if found.later:
        said.append(
            ngettext(
                "%(num)s later order within 90 days would be decided as their day comes near.",
                "%(num)s later orders within 90 days would be decided as their day comes near.",
                found.later,
            )
        )
    return said


def _orders(found: Outcome, days: int) -> str:
    """How many orders of the next days get what."""
    span, orders = _next_days(days), plural(found.orders, "order")
    said = _("%(orders)s %(span)s: %(what)s.", orders=orders, span=span, what=counted(found.words))
    more = _("These are the first %(count)s; there are more.", count=count(MOST)) if found.is_more else ""
    return f"{said} {more}".strip()


def _none(days: int) -> str:
    return _("No order %(span)s would be short.", span=_next_days(days))


def _next_days(days: int) -> str:
    return ngettext("in the next %(num)s day", "in the next %(num)s days", days)


def state(decision: StockDecision, zone: tzinfo) -> str:
    """Return how a decision stands, in a sentence or two."""
    at = moment(decision.act_at, zone)
    if decision.state == states.PROPOSED:
        return _("Held; it is being decided.")
    if decision.state == states.APPLIED and decision.reason == ends.ARRIVED:
        return _("It is back: the order gets its first date again, or tomorrow's.")
    if decision.done == DELAY:
        return _("Waits until it is back, until %(day)s at the latest.", day=day(decision.act_at, zone))
    if decision.done:
        return f"{DONE[decision.done]}."
    if decision.choice:
        return _chosen(decision, at)
    if decision.default == TELL:
        return _("Told. On %(at)s the order waits for you.", at=at)
    what = inner(ACTIONS[decision.default])
    if decision.options:
        return _("Asked; without an answer on %(at)s: %(what)s.", at=at, what=what)
    return _("Told; on %(at)s: %(what)s.", at=at, what=what)


def _chosen(decision: StockDecision, at: str) -> str:
    """What was chosen by whom, and when it is done."""
    what, actor = str(ACTIONS[str(decision.choice)]), decision.chosen_by or ""
    if actor.startswith("merchant"):
        return _("%(what)s: chosen by you or your staff, done on %(at)s.", what=what, at=at)
    if actor:
        return _("%(what)s: chosen by the shopper, done on %(at)s.", what=what, at=at)
    return _("%(what)s: chosen, done on %(at)s.", what=what, at=at)


def changed(fact: Fact, zone: tzinfo) -> Sentence:
    """Tell what staff changed about stock, e.g. "House Blend was marked as discontinued by you or your staff."."""
    what, after = fact.data.get("what"), fact.after or {}
    places = {"name": str(fact.data.get("name") or ""), "who": who(fact)}
    on = instant(after.get("on"))
    if what == "expected_back" and on:
        return Sentence(_("%(name)s is expected back on %(day)s%(who)s.", day=day(on), **places))
    if what == "expected_back":
        return Sentence(_("%(name)s is expected on no day any more%(who)s.", **places))
    if what == "kept":
        return Sentence(_kept(int(after.get("units") or 0), places))
    if what == "discontinued" and after.get("is_gone"):
        return Sentence(_("%(name)s was marked as discontinued%(who)s.", **places))
    if what == "discontinued":
        return Sentence(_("%(name)s comes again%(who)s.", **places))
    if what == "settings":
        return Sentence(_("How stock is watched was changed%(who)s.", **places))
    return Sentence(_policy(bool(after.get("terms")), places))


def _kept(units: int, places: Mapping[str, str]) -> str:
    return ngettext(
        "%(num)s unit of %(name)s is kept for subscribers%(who)s.",
        "%(num)s units of %(name)s are kept for subscribers%(who)s.",
        units,
        **places,
    )


def _policy(is_new: bool, places: Mapping[str, str]) -> str:
    if not places["name"]:
        if is_new:
            return _("What happens when something is missing was decided anew%(who)s.", **places)
        return _("What happens when something is missing was taken back%(who)s.", **places)
    if is_new:
        return _("What happens when something is missing was decided anew for %(name)s%(who)s.", **places)
    return _("What happens when something is missing was taken back for %(name)s%(who)s.", **places)
