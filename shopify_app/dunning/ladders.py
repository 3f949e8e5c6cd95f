"""A shop's ladders: the defaults, and what the merchant chose instead."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.dunning.models import DunningLadder
from shopify_app.dunning.policy import DEFAULTS, LONGEST_PATIENCE, LONGEST_WAIT, MOST_WAITS, Final, Ladder
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.journal.record import record
from shopify_app.kit.db import Json
from shopify_app.kit.speech import _

Ladders = dict[Decline, Ladder]


def of(session: Session, shop_id: int) -> Ladders:
    """Return the shop's ladder for each class that has one."""
    rows = session.scalars(select(DunningLadder).where(DunningLadder.shop_id == shop_id))
    return {**DEFAULTS, **{Decline(row.decline): _ladder(row) for row in rows}}


def change(session: Session, shop_id: int, decline: Decline, ladder: Ladder, actor: str, now: datetime) -> bool:
    """Choose a ladder, also for the cases that are open, from their next step on; answers whether it is another one.

    Raises ValueError for one outside the bounds (`why_not`), KeyError for a class that has none.
    """
    before = of(session, shop_id)[decline]
    if problem := why_not(decline, ladder):
        raise ValueError(problem)
    if ladder == before:
        return False
    row = session.get(DunningLadder, (shop_id, decline.value)) or DunningLadder(
        shop_id=shop_id, decline=decline.value
    )
    row.waits, row.hour, row.patience, row.final = (
        list(ladder.waits),
        ladder.hour,
        ladder.patience,
        ladder.final.value,
    )
    session.add(row)
    record(
        session,
        shop_id,
        key=f"ladder:{decline.value}:{now.isoformat()}",
        kind="payment.ladder_changed",
        occurred_at=now,
        actor=actor,
        before=_json(before),
        after=_json(ladder),
        data={"class": decline.value},
    )
    return True


def why_not(decline: Decline, ladder: Ladder) -> str:
    """Return what is wrong with a ladder, in a sentence; empty when nothing is."""
    unit = "hours" if decline is Decline.TRANSIENT else "days"
    longest = LONGEST_WAIT if unit == "days" else 72
    if len(ladder.waits) > MOST_WAITS:
        return _("At most %(most)s further tries.", most=MOST_WAITS)
    if any(not 1 <= wait <= longest for wait in ladder.waits):
        if unit == "hours":
            return _("Each wait is 1 to %(longest)s hours.", longest=longest)
        return _("Each wait is 1 to %(longest)s days.", longest=longest)
    if ladder.waits and decline in ONLY_SHOPPERS:
        return _("Nothing is tried here until the shopper has done something.")
    if not 0 <= ladder.hour <= 23:
        return _("The hour is 0 to 23.")
    if not 0 <= ladder.patience <= LONGEST_PATIENCE:
        return _("The time for the shopper is 0 to %(longest)s days.", longest=LONGEST_PATIENCE)
    return ""


ONLY_SHOPPERS = frozenset({Decline.SHOPPER_ACTION, Decline.PAYMENT_METHOD, Decline.ADDRESS, Decline.CUSTOMER_GONE})
"""Trying again unasked would only be declined again, and counts against the shop at the card schemes."""


def _ladder(row: DunningLadder) -> Ladder:
    return Ladder(tuple(row.waits), row.hour, row.patience, Final(row.final))


def _json(ladder: Ladder) -> Json:
    return {
        "waits": list(ladder.waits),
        "hour": ladder.hour,
        "patience": ladder.patience,
        "final": ladder.final.value,
    }
