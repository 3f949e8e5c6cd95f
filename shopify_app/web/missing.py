"""An item that is not there for an order, in its shopper's words: what is wrong, what happens, what can be chosen."""

from __future__ import annotations

from datetime import tzinfo

from shopify_app.stock.policy import SWAP
from shopify_app.stock.seen import Seen
from shopify_app.web.voice import Voice, voice

FACE = "stock"


def trouble(seen: Seen, tag: str, zone: tzinfo) -> str:
    """Return what is wrong with which order."""
    speaks = voice(FACE, tag)
    item = seen.item.words if seen.item else speaks.say("some_item")
    return speaks.say(f"trouble_{seen.kind}", item=item, day=speaks.day(seen.decision.charge_at, zone))


def will(word: str, seen: Seen, tag: str, zone: tzinfo) -> str:
    """Return what happens with the order for one of the words of a policy."""
    speaks = voice(FACE, tag)
    if word == SWAP:
        return f"{_instead(speaks, seen)} {speaks.say('price_' + seen.decision.terms['price_rule'])}"
    until = seen.wait_until if word == "delay" else None
    return speaks.say(f"will_{word}_until", until=speaks.day(until, zone)) if until else speaks.say(f"will_{word}")


def label(word: str, tag: str) -> str:
    """Return a choice in a few words, as a button has it."""
    return voice(FACE, tag).say(f"choice_{word}")


def say(key: str, tag: str, **values: str) -> str:
    """Return another phrase about missing items."""
    return voice(FACE, tag).say(key, **values)


def _instead(speaks: Voice, seen: Seen) -> str:
    return speaks.say("will_swap", instead=seen.instead.words) if seen.instead else speaks.say("will_swap_any")
