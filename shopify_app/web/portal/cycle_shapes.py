"""One date to come as the document promises it: how it stands, what is missing in it, and what may be done."""

from __future__ import annotations

from flask import g

from shopify_app.billing.models import CHALLENGED
from shopify_app.contracts import contents
from shopify_app.kit.db import Json
from shopify_app.web.portal import offers, shapes, stock_shapes
from shopify_app.web.portal.offers import Offer
from shopify_app.web.portal.rows import Coming


def cycle(coming: Coming) -> Json:
    """Return one cycle to come and what may be done with it."""
    row, contract = coming.cycle, coming.standing.contract
    held = contents.of(contract, row)
    return {
        "index": row.cycle_index,
        "date": shapes.day(row.expected_at).isoformat(),
        "state": _state(coming),
        "charge_at": None if row.skipped else shapes.instant(coming.charge_at),
        "changeable_until": shapes.instant(coming.until),
        "edited": row.edited,
        "lines": None if row.contents is None else [shapes.line_of(line, contract.currency) for line in held.lines],
        # what an edit of this cycle alone made of it is not known before it has been read
        "total": None if row.edited and row.contents is None else shapes.money(held.total, contract.currency),
        "missing": [stock_shapes.shown(each) for each in coming.missing],
        "actions": [_offer(offer) for offer in offers.of(coming, g.shop.zone)],
    }


def _state(coming: Coming) -> str:
    row = coming.cycle
    if row.skipped:
        return "skipped"
    if coming.attempt:
        return "confirmation_needed" if coming.attempt == CHALLENGED else "charging"
    is_waiting = row.parked_reason or row.held_reason or row.attempted_at or coming.standing.now >= coming.charge_at
    return "waiting" if is_waiting else "planned"


def _offer(offer: Offer) -> Json:
    return {
        "action": offer.action,
        "possible": offer.reason is None,
        "reason": shapes.reason(offer.reason),
        "earliest": offer.earliest.isoformat() if offer.earliest else None,
        "latest": offer.latest.isoformat() if offer.latest else None,
    }
