"""A fact as a sentence: its form, and the words that every sentence may need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import NamedTuple

from shopify_app.journal.models import Fact
from shopify_app.web.format import day


class Sentence(NamedTuple):
    """What happened, and the colour of its dot (success, warning, critical or neutral)."""

    words: str
    tone: str = "neutral"


Telling = Callable[[Fact, tzinfo], Sentence]
Who = Callable[[Fact], str]

_ACTORS = {
    "merchant": "by you or your staff",
    "shopper": "by the shopper",
    "link": "by the shopper from a mail",
    "flow": "by a workflow of Shopify Flow",
}
_OTHERS = {
    "shopify": "in Shopify or by another app",
    "perennial": "by Perennial",
    "policy": "as your policy for missing items has it",
}


def who(fact: Fact) -> str:
    """Return who acted, with a space before it; empty where Shopify did what it does by itself."""
    return by(fact.actor)


def by(actor: str) -> str:
    """Return who acted ("merchant:42"), with a space before it; empty for who is not named."""
    found = _ACTORS.get(actor.split(":")[0])
    return f" {found}" if found else ""


def whoever(fact: Fact) -> str:
    """Return who acted, of what somebody must have done: if not through us, elsewhere."""
    found = _OTHERS.get(fact.actor)
    return f" {found}" if found else who(fact)


def fixed(words: str, tone: str = "neutral", by: Who = who) -> Telling:
    """A sentence that says no more than who, e.g. "Resumed by the shopper."."""
    return lambda fact, zone: Sentence(f"{words}{by(fact)}.", tone)


def about(words: str, tone: str = "neutral", by: Who = who) -> Telling:
    """A sentence about one charge date, e.g. "Skipped by you or your staff: Fri, Dec 4, 2026."."""

    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        at = instant(fact.data.get("expected_at"))
        return Sentence(f"{words}{by(fact)}{f': {day(at, zone)}' if at else ''}.", tone)

    return tell


def instant(value: object) -> datetime | None:
    """Return an instant that a fact keeps as text, None for none or nonsense."""
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
