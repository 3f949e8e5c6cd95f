"""What is missing in an order, as the document promises it."""

from __future__ import annotations

from flask import g

from shopify_app.kit.db import Json
from shopify_app.stock.policy import FOR_SHOPPERS
from shopify_app.stock.seen import Seen, Thing
from shopify_app.web import ctx, missing
from shopify_app.web.portal import shapes, tongue


def shown(seen: Seen) -> Json:
    """Return what is missing in an order, what happens, and what may be chosen until when."""
    tag, zone, decision = tongue.speaks().tag, g.shop.zone, seen.decision
    is_open, until = seen.is_open(ctx().clock.now()), decision.act_at
    words = [word for word in FOR_SHOPPERS if word in decision.options] if is_open else []
    return {
        "decision": str(decision.id),
        "kind": seen.kind,
        "words": missing.trouble(seen, tag, zone),
        "item": _thing(seen.item),
        "instead": _thing(seen.instead),
        "back_on": seen.back_on.isoformat() if seen.back_on else None,
        "happens": seen.word,
        "happens_words": missing.will(seen.word, seen, tag, zone),
        "chosen": decision.choice is not None,
        "choose_until": shapes.instant(until) if is_open and until else None,
        "choices": [
            {
                "choice": word,
                "words": missing.label(word, tag),
                "what": missing.will(word, seen, tag, zone),
                "now": word == decision.choice,
            }
            for word in words
        ],
    }


def _thing(thing: Thing | None) -> Json | None:
    if thing is None:
        return None
    variant = shapes.variant(thing.variant_title)
    return {"title": thing.title, "variant": variant, "quantity": thing.quantity, "image_url": thing.image_url}
