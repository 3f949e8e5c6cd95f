"""What a bulk change comes to for one subscription: one edit through one of the two doors, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts.cycles import UNBILLED, total_of
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.answers import WORDS, No
from shopify_app.edits.contract.statuses import Cancel, Pause, Resume
from shopify_app.edits.move import on_day
from shopify_app.edits.skip import Skipping
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop

DATE, WHOLE = "date", "whole"
"""The doors: of one order, and of a whole subscription."""
NO_ORDER = N_("It has no order to come that this could be done with.")
NOT_THERE = N_("It does not hold this item.")


class CannotDo(Exception):
    """There is nothing that could be asked of a door; the message says why."""


@dataclass(frozen=True)
class Wish:
    """An edit as rows keep it, and what is charged less with the next order; None when it is not about money."""

    edit: Json
    amount: Decimal | None = None


def of(session: Session, shop: Shop, contract: Contract, action: str, asked: Json, now: datetime) -> Wish:
    """Return what an action comes to for a contract. `now`: business time. Raises CannotDo."""
    return _WISHES[action](session, shop, contract, asked, now)


def _pause(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Wish:
    day = asked.get("until")
    until = datetime.combine(date.fromisoformat(day), time(), tzinfo=shop.zone).isoformat() if day else None
    return _whole(Pause.name, Pause(until).wish(), _next_total(contract))


def _resume(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Wish:
    return _whole(Resume.name, Resume().wish())


def _cancel(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Wish:
    return _whole(Cancel.name, Cancel(asked["reason"]).wish(), _next_total(contract))


def _skip(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Wish:
    cycle = _next(session, contract, now)
    return _of_date(cycle, "skip", Skipping(True).wish(), total_of(contract, cycle))


def _move(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Wish:
    cycle = _next(session, contract, now)
    if asked.get("day"):
        day = date.fromisoformat(asked["day"])
    else:
        day = cycle.expected_at.astimezone(shop.zone).date() + timedelta(days=int(asked["days"]))
    return _of_date(cycle, "move", on_day(cycle, day, shop.zone).wish())


def _swap(session: Session, shop: Shop, contract: Contract, asked: Json, now: datetime) -> Wish:
    line = next((line for line in contract.lines if line.variant_gid == asked["old"]), None)
    if line is None:
        raise CannotDo(NOT_THERE)
    made = goods.swap(session, contract, line.shopify_gid, asked["new"])
    if isinstance(made, No):
        raise CannotDo(WORDS[made])
    return _whole("swap", made.wish(), (line.current_price - Decimal(made.price)) * line.quantity)


_WISHES: dict[str, Callable[[Session, Shop, Contract, Json, datetime], Wish]] = {
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "skip": _skip,
    "move": _move,
    "swap": _swap,
}
ACTIONS = tuple(_WISHES)


def _whole(name: str, wish: Json, amount: Decimal | None = None) -> Wish:
    return Wish({"door": WHOLE, "name": name, "wish": wish}, amount)


def _of_date(cycle: BillingCycle, name: str, wish: Json, amount: Decimal | None = None) -> Wish:
    return Wish({"door": DATE, "index": cycle.cycle_index, "name": name, "wish": wish}, amount)


def _next_total(contract: Contract) -> Decimal | None:
    return contract.next_charge_total if contract.status == ACTIVE and contract.next_charge_at else None


def _next(session: Session, contract: Contract, now: datetime) -> BillingCycle:
    """The next order that is still to be charged."""
    open_ones = (BillingCycle.status == UNBILLED, BillingCycle.due_at > now, BillingCycle.attempted_at.is_(None))
    query = select(BillingCycle).where(BillingCycle.contract_id == contract.id, *open_ones)
    found = session.scalars(query.order_by(BillingCycle.due_at, BillingCycle.id).limit(1)).first()
    if found is None:
        raise CannotDo(NO_ORDER)
    return found
