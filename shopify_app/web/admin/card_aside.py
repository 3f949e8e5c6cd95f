"""How a subscription's payment method stands, as the side of its page shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g

from shopify_app.cards import asking
from shopify_app.cards.answers import WORDS, Why
from shopify_app.cards.models import CardRequest
from shopify_app.cards.state import path_of, state_of
from shopify_app.contracts.models import ACTIVE
from shopify_app.kit.speech import _
from shopify_app.web.admin import card_words
from shopify_app.web.admin.detail import Detail


def values(found: Detail, now: datetime) -> dict[str, Any]:
    """Return how a subscription's payment method stands, and who was asked for another (business time)."""
    zone, row = g.shop.zone, found.contract
    is_charged = row.next_charge_at is not None and row.status == ACTIVE
    next_on = row.next_charge_at.astimezone(zone).date() if row.next_charge_at and is_charged else None
    state = state_of(found.method, now.astimezone(zone).date(), next_on, found.card_days)
    return {
        "state": card_words.STATES[state],
        "path": card_words.PATHS[path_of(found.method)] if found.card_why_not is not Why.ENDED else "",
        "can_ask": found.card_why_not is None,
        "why_not": WORDS[Why.ASKED] if found.card_why_not is Why.ASKED else "",
        "backup": found.backup.label[:1].upper() + found.backup.label[1:] if found.backup else "",
        "asked": [_asked(one) for one in found.card_requests],
    }


def _asked(row: CardRequest) -> dict[str, Any]:
    days = (row.outcome_at - row.asked_at).days if row.outcome_at else 0
    by = {"merchant": _("you or your staff"), "shopper": _("the shopper")}.get(
        row.actor.split(":")[0], _("Perennial")
    )
    return {
        "at": row.asked_at,
        "how": _("%(how)s, asked for by %(who)s", how=card_words.HOW[row.how], who=by),
        "came_of": card_words.came_of(asking.state(row), row.outcome, days),
    }
