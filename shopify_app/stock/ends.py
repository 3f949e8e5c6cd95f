"""How a decision ends without having been carried out, or after an order has waited: covered again, or gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from shopify_app.billing import parking
from shopify_app.contracts.holds import let_go
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.attempts import ALLOW_OVERSELLING
from shopify_app.journal.models import Fact
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json, lock
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_
from shopify_app.stock.models import StockDecision
from shopify_app.stock.policy import DELAY, SELL, TELL
from shopify_app.stock.states import APPLIED, CLOSED, HELD, POLICY

WAITED = N_("Something in this order is out of stock, and its day has come. Released, it is charged all the same.")
ARRIVED = "arrived"
CHOSEN = "stock.chosen"
GONE = N_("the order needs it no longer")


def covered(session: Session, decision: StockDecision, now: datetime) -> None:
    """The order can be served again. One that waits is brought forward first (`act.py`), then told."""
    if decision.state == APPLIED and decision.done == DELAY:
        decision.reason, decision.act_at = ARRIVED, now
        return
    was_told = decision.told_at is not None
    contract = session.get_one(Contract, decision.contract_id)
    if decision.done == TELL:
        lock(session, "contract", decision.shop_id, contract.shopify_gid)
    _, cycle = rows(session, decision)
    close(session, decision, "covered again", now)
    if cycle is None or not was_told:
        return
    if decision.done == TELL and cycle.parked_reason == WAITED:
        parking.lift(session, contract, cycle, now)
    tell(session, contract, decision, "stock.back", now, {"resume_at": decision.charge_at.isoformat()})


def is_released(session: Session, decision: StockDecision) -> bool:
    """Answer whether a person has let an order go on that waited for them."""
    if decision.done != TELL:
        return False
    _, cycle = rows(session, decision)
    return cycle is not None and cycle.parked_reason is None and cycle.released_at is not None


def by_person(session: Session, decision: StockDecision, now: datetime) -> None:
    """They have read that something is out of stock, and want it charged all the same."""
    _, cycle = rows(session, decision)
    if cycle is not None:
        cycle.inventory_policy = ALLOW_OVERSELLING
    decision.state, decision.done, decision.ended_at, decision.act_at = APPLIED, SELL, now, None
    free(session, decision, now)


def arrives(decision: StockDecision) -> bool:
    """Answer whether a waiting order is being brought forward already."""
    return decision.state == APPLIED and decision.reason == ARRIVED


def gone(session: Session, decision: StockDecision, now: datetime) -> None:
    """Skipped, cancelled, paid, or without the item by somebody's hand: nothing is left to decide."""
    close(session, decision, GONE, now)


def close(session: Session, decision: StockDecision, reason: str, now: datetime) -> None:
    """End a decision and let its order go, unless another one still holds it."""
    decision.state, decision.reason, decision.ended_at, decision.act_at = CLOSED, reason, now, None
    free(session, decision, now)


def free(session: Session, decision: StockDecision, now: datetime) -> None:
    """Let an order be charged again once no decision about it is open. Call it when this one has ended."""
    session.flush()
    mine = (StockDecision.contract_id == decision.contract_id, StockDecision.cycle_index == decision.cycle_index)
    if session.scalar(select(exists().where(*mine, StockDecision.ended_at.is_(None)))):
        return
    _, cycle = rows(session, decision)
    if cycle is not None and cycle.held_reason == HELD:
        let_go(cycle, now)


def rows(session: Session, decision: StockDecision) -> tuple[Contract | None, BillingCycle | None]:
    """Return a decision's contract and cycle as the database has them now."""
    contract = session.get(Contract, decision.contract_id)
    mine = (
        BillingCycle.contract_id == decision.contract_id,
        BillingCycle.cycle_index == decision.cycle_index,
    )
    query = select(BillingCycle).where(*mine).with_for_update().execution_options(populate_existing=True)
    return contract, session.scalar(query)


def chosen(
    session: Session,
    contract: Contract,
    decision: StockDecision,
    now: datetime,
    data: Json,
    before: Json,
    after: Json,
    request_id: str | None,
) -> None:
    """Record that somebody chose, each time they choose another thing; machine time tells times without a request
    apart.
    """
    stamp = f":{request_id or machine_now().isoformat()}"
    tell(session, contract, decision, CHOSEN, now, data, before, after, stamp)


def choice_of(session: Session, contract: Contract, decision: StockDecision, request_id: str) -> str | None:
    """Return what a request chose that was heard before, None for one that was not."""
    key = _key(CHOSEN, contract, decision, f":{request_id}")
    found = session.scalar(select(Fact).where(Fact.shop_id == decision.shop_id, Fact.key == key))
    return str(found.data["choice"]) if found else None


def tell(
    session: Session,
    contract: Contract,
    decision: StockDecision,
    kind: str,
    now: datetime,
    data: Json,
    before: Json | None = None,
    after: Json | None = None,
    stamp: str = "",
) -> None:
    """Record a fact about a decision; `actor` is whoever chose, else the policy."""
    record(
        session,
        decision.shop_id,
        key=_key(kind, contract, decision, stamp),
        kind=kind,
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=decision.cycle_index,
        actor=decision.chosen_by or POLICY,
        cause="stock",
        before=before,
        after=after,
        data={"decision": decision.id, "cause": decision.cause_id, "item": decision.terms["item"]} | data,
    )


def _key(kind: str, contract: Contract, decision: StockDecision, stamp: str) -> str:
    return f"{kind}:{number_of(contract.shopify_gid)}:{decision.cycle_index}:{decision.id}{stamp}"


def free_forgotten(session: Session, now: datetime) -> int:
    """Let go of orders that are held for stock though no decision about them is open; returns how many.

    There should be none: this is the net under `free`, so that no charge is ever forgotten.
    """
    mine = (
        StockDecision.contract_id == BillingCycle.contract_id,
        StockDecision.cycle_index == BillingCycle.cycle_index,
    )
    is_open = exists().where(*mine, StockDecision.ended_at.is_(None))
    lost = select(BillingCycle.id).where(BillingCycle.held_reason == HELD, BillingCycle.held_at < now, ~is_open)
    values = {"hold_ended_at": now, "held_reason": None, "held_until": None, "held_at": None}
    freed = update(BillingCycle).where(BillingCycle.id.in_(lost)).values(values).returning(BillingCycle.id)
    return len(session.execute(freed).all())
