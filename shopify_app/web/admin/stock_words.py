"""What is done with orders in which something is missing, in a merchant's words, and what the history says of it."""

from __future__ import annotations

from datetime import date, tzinfo

from shopify_app.journal.models import Fact
from shopify_app.web.admin.sentence import Sentence, Telling, instant, who
from shopify_app.web.format import day, plural

DONE = {
    "tell": "the order waits for you",
    "swap": "a substitute is sent",
    "delay": "the order waits until the item is back",
    "skip": "the order is skipped",
    "ship_rest": "the rest of the order is sent",
    "sell": "the order is charged and sent as planned",
}
"""What can be done with such an order; the word of the policy → the end of a sentence."""
CHOICES = {
    "swap": "a substitute",
    "delay": "waiting until the item is back",
    "skip": "skipping the order",
    "ship_rest": "the rest of the order",
}
"""What a shopper may choose, as a list names it."""
TROUBLE = {
    "low": "runs low before this order",
    "out": "is out of stock",
    "discontinued": "is discontinued",
}
"""Kind of a cause → what is wrong with the item."""


def done(word: object) -> str:
    """Return what is done; a word of a later version is spelled out."""
    return DONE.get(str(word), str(word).replace("_", " "))


def item(fact: Fact) -> str:
    """Return the item a fact is about, e.g. "2 × House Blend (250 g)"."""
    found = fact.data.get("item") or {}
    variant = f" ({found['variant_title']})" if found.get("variant_title") else ""
    return f"{found.get('quantity', '?')} × {found.get('title') or 'An item'}{variant}"


def _trouble(fact: Fact, zone: tzinfo) -> Sentence:
    charge_at, default_at = instant(fact.data.get("charge_at")), instant(fact.data.get("default_at"))
    of = f" of the order of {day(charge_at, zone)}" if charge_at else ""
    count = len(fact.data.get("options") or [])
    choices = f" The shopper has {plural(count, 'choice')}." if count else ""
    when = f" on {day(default_at, zone)}" if default_at else ""
    nothing = f"If nothing is chosen, {done(fact.data.get('default'))}{when}."
    kind = TROUBLE[fact.kind.removeprefix("stock.")]
    return Sentence(f"{item(fact)}{of} {kind}. {nothing}{choices}", "warning")


def _low(fact: Fact, zone: tzinfo) -> Sentence:
    said, until = _trouble(fact, zone), fact.data.get("runs_out_on")
    return said._replace(words=f"{said.words} It lasts until {day(date.fromisoformat(until))}.") if until else said


def _done(words: str) -> Telling:
    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        return Sentence(f"{item(fact)} is not there: {words}{_chosen(fact)}.", "warning")

    return tell


def _delayed(fact: Fact, zone: tzinfo) -> Sentence:
    to = instant((fact.after or {}).get("expected_at"))
    until = f", at the latest until {day(to, zone)}" if to else ""
    return Sentence(f"{item(fact)} is not there: {DONE['delay']}{until}{_chosen(fact)}.", "warning")


def _back(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("resume_at"))
    return Sentence(f"{item(fact)} is back{f': the order is charged on {day(at, zone)}' if at else ''}.", "success")


def _choice(fact: Fact, zone: tzinfo) -> Sentence:
    return Sentence(f"Chosen{who(fact)}, as {item(fact)} is not there: {done(fact.data.get('choice'))}.")


def _chosen(fact: Fact) -> str:
    by = who(fact)
    return f", chosen{by}" if by else ""


TELLINGS: dict[str, Telling] = {
    "stock.low": _low,
    "stock.out": _trouble,
    "stock.discontinued": _trouble,
    "stock.substituted": _done(DONE["swap"]),
    "stock.skipped": _done(DONE["skip"]),
    "stock.partially_filled": _done(DONE["ship_rest"]),
    "stock.delayed": _delayed,
    "stock.back": _back,
    "stock.chosen": _choice,
}
"""Fact kind → how it is told."""
