"""What an action of a workflow comes to: one edit through one of the two doors, fixed before it is first tried.

"The next order" is another one tomorrow, and a price may change: the row keeps the edit itself, so that every try
asks for the very same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts import mirror
from shopify_app.contracts.cycles import UNBILLED
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.answers import WORDS as WORDS_OF_DATES
from shopify_app.edits.answers import Refusal
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.answers import WORDS, No
from shopify_app.edits.contract.statuses import Cancel, Pause
from shopify_app.edits.move import on_day
from shopify_app.edits.skip import Skipping
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop

DATE, WHOLE = "date", "whole"
"""The doors: of one order, and of a whole subscription."""
NO_ORDER = N_("This subscription has no order to come that this could be done with.")


class CannotDo(Exception):
    """There is nothing that could be asked of a door; the message says why."""


def edit_of(session: Session, shop: Shop, action: str, asked: Json, now: datetime) -> Json:
    """Return the edit that an action comes to: `door`, `name` and `wish`, of one order its `index`, too.

    `now`: business time. Raises CannotDo.
    """
    contract = mirror.find(session, shop.id, asked["subscription-id"])
    if contract is None:
        raise CannotDo(WORDS[No.GONE])
    return _EDITS[action](session, shop, contract, asked, now)


def _skip(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Json:
    return _of_date(_order(session, contract, asked, now), "skip", Skipping(True).wish())


def _move(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Json:
    cycle = _order(session, contract, asked, now)
    return _of_date(cycle, "move", on_day(cycle, date.fromisoformat(asked["day"]), shop.zone).wish())


def _pause(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Json:
    day = asked.get("until")
    until = datetime.combine(date.fromisoformat(day), time(), tzinfo=shop.zone).isoformat() if day else None
    return {"door": WHOLE, "name": "pause", "wish": Pause(until).wish()}


def _cancel(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Json:
    return {"door": WHOLE, "name": "cancel", "wish": Cancel(asked.get("reason", "other")).wish()}


def _swap(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Json:
    old = asked["old-variant-id"]
    line = next((line.shopify_gid for line in contract.lines if line.variant_gid == old), None)
    made = goods.swap(session, contract, line, asked["new-variant-id"]) if line else No.LINE_GONE
    if isinstance(made, No):
        raise CannotDo(WORDS[made])
    return {"door": WHOLE, "name": "swap", "wish": made.wish()}


_EDITS: dict[str, Callable[[Session, Shop, Contract, Json, datetime], Json]] = {
    "skip": _skip,
    "move": _move,
    "pause": _pause,
    "cancel": _cancel,
    "swap": _swap,
}


def _of_date(cycle: BillingCycle, name: str, wish: Json) -> Json:
    return {"door": DATE, "index": cycle.cycle_index, "name": name, "wish": wish}


def _order(session: Session, contract: Contract, asked: Json, now: datetime) -> BillingCycle:
    """The order that is named, or the next that is still to be charged."""
    mine = select(BillingCycle).where(BillingCycle.contract_id == contract.id)
    if number := asked.get("order-number"):
        found = session.scalars(mine.where(BillingCycle.cycle_index == int(number))).one_or_none()
        if found is None:
            raise CannotDo(WORDS_OF_DATES[Refusal.GONE])
        return found
    open_ones = (BillingCycle.status == UNBILLED, BillingCycle.due_at > now, BillingCycle.attempted_at.is_(None))
    found = session.scalars(mine.where(*open_ones).order_by(BillingCycle.due_at).limit(1)).first()
    if found is None:
        raise CannotDo(NO_ORDER)
    return found
