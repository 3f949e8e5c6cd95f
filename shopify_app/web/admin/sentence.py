"""A fact as a sentence: its form, and the words that every sentence may need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import NamedTuple

from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_
from shopify_app.web.format import day


class Sentence(NamedTuple):
    """What happened, and the colour of its dot (success, warning, critical or neutral)."""

    words: str
    tone: str = "neutral"


Telling = Callable[[Fact, tzinfo], Sentence]
Who = Callable[[Fact], str]

_ACTORS = {
    "merchant": N_(" by you or your staff"),
    "shopper": N_(" by the shopper"),
    "link": N_(" by the shopper from a mail"),
    "flow": N_(" by a workflow of Shopify Flow"),
}
_OTHERS = {
    "shopify": N_(" in Shopify or by another app"),
    "perennial": N_(" by Perennial"),
    "policy": N_(" as your policy for missing items has it"),
}


def who(fact: Fact) -> str:
    """Return who acted, with a space before it; empty where Shopify did what it does by itself."""
    return by(fact.actor)


def by(actor: str) -> str:
    """Return who acted ("merchant:42"), with a space before it; empty for who is not named."""
    return str(_ACTORS.get(actor.split(":")[0], ""))


def whoever(fact: Fact) -> str:
    """Return who acted, of what somebody must have done: if not through us, elsewhere."""
    return str(_OTHERS.get(fact.actor) or who(fact))


def fixed(words: str, tone: str = "neutral", by: Who = who) -> Telling:
    """A sentence that says no more than who, e.g. "Resumed by the shopper."; who stands last in any language."""
    return lambda fact, zone: Sentence(f"{words}{by(fact)}.", tone)


def about(words: str, tone: str = "neutral", by: Who = who) -> Telling:
    """A sentence about one charge date, e.g. "Skipped by you or your staff: Fri, Dec 4, 2026."."""

    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        at = instant(fact.data.get("expected_at"))
        return Sentence(said(words, by(fact), day(at, zone) if at else ""), tone)

    return tell


def said(words: str, whoever: str, what: str = "") -> str:
    """Return e.g. "Added by the shopper: 2 × Mug.": what was done, who did it, to what."""
    return f"{words}{whoever}: {what}." if what else f"{words}{whoever}."


def instant(value: object) -> datetime | None:
    """Return an instant that a fact keeps as text, None for none or nonsense."""
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
