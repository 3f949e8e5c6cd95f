"""Writes an item's next price at Shopify once the orders at the price before it are over, and before the next charge.

Shopify changes no price by itself (`contracts/price_steps.py` has the source), so `contracts.price_step_at` says who
waits for it, and no order is charged at a price that is not its own (`billing/gates.py`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.cycles import next_to_charge
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import change as dates
from shopify_app.edits import door as date_door
from shopify_app.edits import own_price
from shopify_app.edits.contract import door, price_step
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.price_step import PriceStep
from shopify_app.edits.own_price import OwnPrice
from shopify_app.edits.reading import read_again
from shopify_app.kit.clock import machine_now
from shopify_app.shops.queries import installed_ids

log = logging.getLogger(__name__)

ACTOR = "perennial"
BATCH = 20
LEASE = timedelta(minutes=5)
"""Machine time after which a price that Shopify did not take is tried again."""


@dataclass(frozen=True)
class _Step:
    """The change, and what the next order gets by itself where the subscription cannot be changed."""

    action: PriceStep
    alone: OwnPrice
    index: int
    request_id: str


def drain(ctx: Context) -> int:
    """Write the prices of one batch of subscriptions; returns how many were looked at.

    What Shopify does not take is tried again after the lease; a charge that waits too long for it goes to a person.
    """
    claimed = _claim(ctx)
    for shop_id, gid in claimed:
        try:
            if not read_again(ctx, shop_id, gid):
                continue
            if step := _of(ctx, shop_id, gid):
                _take(ctx, Target(shop_id, gid, ACTOR), step)
        except Exception:
            # one bad row must not keep the others from their price
            log.exception("a price was not changed", extra={"shop_id": shop_id, "contract": gid})
    return len(claimed)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count subscriptions whose price is to be written. `machine_now`: machine time; no business time."""
    return session.scalar(select(func.count()).select_from(Contract).where(*_ripe(machine_now))) or 0


def _ripe(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return Contract.price_step_at <= moment, Contract.shop_id.in_(installed_ids())


def _claim(ctx: Context) -> list[tuple[int, str]]:
    moment = machine_now()
    ripe = select(Contract.id).where(*_ripe(moment)).order_by(Contract.price_step_at).limit(BATCH)
    if ctx.only_shop_id is not None:
        ripe = ripe.where(Contract.shop_id == ctx.only_shop_id)
    with ctx.db.session() as session:
        ids = session.scalars(ripe.with_for_update(skip_locked=True)).all()
        taken = update(Contract).where(Contract.id.in_(ids)).values(price_step_at=moment + LEASE)
        # written_at stays: it says when what is told of a contract changed
        taken = taken.values(written_at=Contract.written_at).returning(Contract.shop_id, Contract.shopify_gid)
        return [(row.shop_id, row.shopify_gid) for row in session.execute(taken)]


def _take(ctx: Context, target: Target, step: _Step) -> None:
    """Change the subscription, or the next order alone while Shopify changes no subscription."""
    refusal: object = door.carry_out(ctx, step.action, target, step.request_id).refusal
    if refusal is No.FUTURE_EDITS:
        alone = dates.Target(target.shop_id, target.contract_gid, step.index, ACTOR)
        refusal = date_door.carry_out(ctx, step.alone, alone).refusal
    if refusal is not None:
        log.warning("a price waits", extra={"contract": target.contract_gid, "refusal": refusal})


def _of(ctx: Context, shop_id: int, gid: str) -> _Step | None:
    """What has to change now, as just read. The request has an id for each order and state of the contract, so that
    what Shopify refused is asked for again only when something is different."""
    with ctx.db.session() as session:
        contract = mirror.find(session, shop_id, gid)
        if contract is None:
            return None
        cycles = session.scalars(select(BillingCycle).where(BillingCycle.contract_id == contract.id)).all()
        cycle = next_to_charge(cycles)
        action = price_step.before(contract, cycle)
        if action is None or cycle is None:
            contract.price_step_at = None
            return None
        request_id = f"price-step:{contract.id}:{cycle.cycle_index}:{contract.revision_id}"
        return _Step(action, own_price.of(contract, cycle), cycle.cycle_index, request_id)
