"""What would be charged at an instant, and why everything else that is due would not. Changes nothing.

Rows first (stopped, parked, held), then Shopify is asked and every gate, as for a real charge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.billing import history, ledger
from shopify_app.billing.attempts import ShopMustRest
from shopify_app.billing.charge import look
from shopify_app.billing.gates import Due, Effect, judge
from shopify_app.context import Context
from shopify_app.contracts.cycles import total_of
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.shops.models import INSTALLED, Shop

CHARGE, PARK, LEAVE, UNREADABLE = "charge", "park", "leave", "unreadable"
MOST = 1000
"""Due cycles listed; more than that is not read by anybody, and each is a question to Shopify."""


@dataclass(frozen=True)
class Line:
    """One due cycle. `verdict` is one of the words above; `amount` is before taxes."""

    shop_domain: str
    contract_gid: str
    cycle_index: int
    due_at: datetime
    verdict: str
    amount: Decimal
    currency: str
    why: str = ""


def lines(ctx: Context, now: datetime) -> Iterator[Line]:
    """Yield what is due by `now` (business time) and not charged yet, soonest first, at most MOST."""
    with ctx.db.session() as session:
        ids = _due(session, ctx.only_shop_id, now)
    for cycle_id in ids:
        yield _line(ctx, cycle_id, now)


def _due(session: Session, only_shop_id: int | None, now: datetime) -> list[int]:
    query = (
        select(BillingCycle.id)
        .join(Shop, Shop.id == BillingCycle.shop_id)
        .where(BillingCycle.due_at <= now, BillingCycle.attempted_at.is_(None), Shop.status == INSTALLED)
        .order_by(BillingCycle.due_at, BillingCycle.id)
    )
    if only_shop_id is not None:
        query = query.where(BillingCycle.shop_id == only_shop_id)
    return list(session.scalars(query.limit(MOST)))


def _line(ctx: Context, cycle_id: int, now: datetime) -> Line:
    with ctx.db.session() as session:
        cycle = session.get_one(BillingCycle, cycle_id)
        contract = session.get_one(Contract, cycle.contract_id)
        shop = session.get_one(Shop, cycle.shop_id)
        due = replace(ledger.due_of_row(session, cycle, contract), history=history.of(session, contract, cycle))
        line = Line(
            shop_domain=shop.domain,
            contract_gid=contract.shopify_gid,
            cycle_index=cycle.cycle_index,
            due_at=due.due_at,
            verdict=LEAVE,
            amount=total_of(contract, cycle),
            currency=contract.currency,
            why=_by_rows(shop, contract, cycle, now),
        )
    return line if line.why else _by_gates(ctx, line, due, now)


def _by_rows(shop: Shop, contract: Contract, cycle: BillingCycle, now: datetime) -> str:
    if shop.billing_stopped_at:
        return f"The shop's charging is stopped: {shop.billing_stopped_reason or 'no reason was given'}."
    if contract.billing_stopped_at:
        return f"Charging of the contract is stopped: {contract.billing_stopped_reason or 'no reason was given'}."
    if contract.parked_reason or cycle.parked_reason:
        return f"Parked: {contract.parked_reason or cycle.parked_reason}"
    if cycle.held_reason and cycle.held_until and cycle.held_until > now:
        return f"Held until {cycle.held_until:%Y-%m-%d %H:%M} UTC: {cycle.held_reason}"
    return ""


def _by_gates(ctx: Context, line: Line, due: Due, now: datetime) -> Line:
    try:
        seen = look(ctx, due)
    except ShopMustRest:
        return replace(line, verdict=UNREADABLE, why="Shopify cannot be asked now.")
    refusal = judge(due, seen, now)
    if refusal is None:
        return replace(line, verdict=CHARGE)
    return replace(line, verdict=PARK if refusal.effect is Effect.PARKED else LEAVE, why=refusal.words)
