"""Stock in a merchant's words: how an item stands, what is done with an order, and by which policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from shopify_app.journal.models import Fact
from shopify_app.stock import decide, ends
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
    Terms,
)
from shopify_app.stock.what_if import MOST, Outcome
from shopify_app.web.admin.sentence import Sentence, instant, who
from shopify_app.web.admin.words import Badge
from shopify_app.web.format import count, day, moment, money, plural

ACTIONS = {
    ASK: "Ask the shopper what to do",
    SWAP: "Send a substitute",
    DELAY: "Wait until it is back",
    SKIP: "Skip the order",
    REST: "Send the rest without it",
    SELL: "Sell it anyway",
    TELL: "Only tell the shopper; you decide on the day",
}
"""What may be done with an order in which something is missing."""
FALLBACKS = {SKIP: "Skip the order", REST: "Send the rest without it", TELL: "Wait for you to decide"}
PRICES = {
    LOWER: "The lower of the two prices",
    SAME: "The price of the missing item",
    SUBSTITUTE: "The price of the substitute",
}
COUNTED = {
    SWAP: ("gets a substitute", "get a substitute"),
    DELAY: ("waits", "wait"),
    SKIP: ("is skipped", "are skipped"),
    REST: ("goes without it", "go without it"),
    SELL: ("is sold anyway", "are sold anyway"),
    TELL: ("waits for you", "wait for you"),
}
"""Word → of one order, of several."""
DONE = {
    SWAP: "A substitute is sent",
    DELAY: "Waits until it is back",
    SKIP: "Skipped",
    REST: "The rest is sent",
    SELL: "Sold anyway",
    TELL: "Waits for you",
}
KINDS = {
    decide.LOW: Badge("Low", "warning"),
    decide.OUT: Badge("Out of stock", "critical"),
    decide.DISCONTINUED: Badge("Discontinued", "neutral"),
}
UNLIMITED = Badge("Not limited", "info")
RUNS_OUT = Badge("Runs out", "caution")
COVERED = Badge("Covered", "success")
NOT_LIMITED = (
    "Shopify sells this item even when there is none, or does not count it, so no order is ever held for it. "
    "Switch on tracking in Shopify, and “continue selling” off, to have it watched."
)


def badge(item: Item) -> Badge:
    """Return how an item stands, in a word or two."""
    if item.standing.discontinued_at is not None:
        return KINDS[decide.DISCONTINUED]
    if item.kind is not None:
        return KINDS[item.kind]
    if item.standing.supply is None:
        return UNLIMITED
    return RUNS_OUT if item.standing.runs_out_at is not None else COVERED


def counted(words: Mapping[str, int]) -> str:
    """Return what orders get, most first, e.g. "190 get a substitute, 80 wait"; empty for none."""
    ordered = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{count(number)} {COUNTED[word][number != 1]}" for word, number in ordered if number)


def outcome(found: Outcome, days: int) -> list[str]:
    """Return what would happen, in sentences. `days`: how many days ahead orders are decided."""
    if not found.is_limited:
        return [NOT_LIMITED]
    said = []
    if found.orders:
        more = f" These are the first {count(MOST)}; there are more." if found.is_more else ""
        said.append(
            f"{plural(found.orders, 'order')} in the next {plural(days, 'day')}: {counted(found.words)}.{more}"
        )
    else:
        said.append(f"No order in the next {plural(days, 'day')} would be short.")
    if found.decided:
        own = (
            "is decided already and stays as it was"
            if found.decided == 1
            else "are decided already and stay as they were"
        )
        said.append(f"{plural(found.decided, 'order')} {own}.")
    if found.later:
        said.append(f"{plural(found.later, 'later order')} within 90 days would be decided as their day comes near.")
    return said


def state(decision: StockDecision, zone: tzinfo) -> str:
    """Return how a decision stands, in a sentence or two."""
    at = moment(decision.act_at, zone)
    if decision.state == decide.PROPOSED:
        return "Held; it is being decided."
    if decision.state == decide.APPLIED and decision.reason == ends.ARRIVED:
        return "It is back: the order gets its first date again, or tomorrow's."
    if decision.done == DELAY:
        return f"{DONE[DELAY]}, until {day(decision.act_at, zone)} at the latest."
    if decision.done:
        return f"{DONE[decision.done]}."
    if decision.choice:
        return f"{ACTIONS[decision.choice]}: chosen{by(decision)}, done on {at}."
    if decision.default == TELL:
        return f"Told. On {at} the order waits for you."
    asked = "Asked; without an answer" if decision.options else "Told;"
    return f"{asked} on {at}: {_small(ACTIONS[decision.default])}."


def by(decision: StockDecision) -> str:
    """Return who chose, as words to follow a verb."""
    actor = decision.chosen_by or ""
    return " by you or your staff" if actor.startswith("merchant") else " by the shopper" if actor else ""


def terms(found: Terms, substitute: str = "", currency: str | None = None) -> list[str]:
    """Return a policy in sentences. `substitute`: the name of what is sent instead."""
    own = (found.default if found.action == ASK else found.action) or TELL
    said = _first(found, own)
    if found.swap_variant_gid:
        other, price = substitute or "an item that is not known any more", _small(PRICES[found.price_rule])
        said.append(f"The substitute is {other}, for {price}, as long as there is enough of it.")
    words, then = {own, *found.allowed}, _small(FALLBACKS[found.fallback])
    if DELAY in words:
        said.append(f"An order waits {plural(found.max_delay_days, 'day')} at most; then: {then}.")
    elif own in (SWAP, REST):
        said.append(f"Where that cannot be: {then}.")
    if REST in words | {found.fallback}:
        worth = f" worth {money(found.min_value, currency)}" if found.min_value else ""
        left = f"{plural(found.min_items, 'unit')}{worth} {'is' if found.min_items == 1 else 'are'} left"
        said.append(f"The rest of an order is sent if at least {left}.")
    return said


def _first(found: Terms, own: str) -> list[str]:
    """What happens, and what shoppers can choose."""
    choices = " · ".join(_small(ACTIONS[word]) for word in found.allowed if word != found.action)
    if found.action != ASK:
        return [f"{ACTIONS[own]}.", *([f"The shopper can choose instead: {choices}."] if choices else [])]
    asked = (
        f"The shopper is asked, and can choose: {choices}." if choices else "The shopper is told, and has no choice."
    )
    return [asked, f"Without an answer: {_small(ACTIONS[own])}."]


def changed(fact: Fact, zone: tzinfo) -> Sentence:
    """Tell what staff changed about stock, e.g. "House Blend was marked as discontinued by you or your staff."."""
    what, name, after = fact.data.get("what"), str(fact.data.get("name") or ""), fact.after or {}
    on = instant(after.get("on"))
    words = {
        "expected_back": f"{name} is expected back on {day(on)}" if on else f"{name} is expected on no day any more",
        "kept": f"{plural(int(after.get('units') or 0), 'unit')} of {name} are kept for subscribers",
        "discontinued": f"{name} {'was marked as discontinued' if after.get('is_gone') else 'comes again'}",
        "settings": "How stock is watched was changed",
    }
    decided = "decided anew" if after.get("terms") else "taken back"
    policy = f"What happens when something is missing was {decided}{f' for {name}' if name else ''}"
    return Sentence(f"{words.get(str(what), policy)}{who(fact)}.")


def _small(words: str) -> str:
    return words[0].lower() + words[1:]
