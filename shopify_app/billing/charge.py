"""One charge: see the cycle, ask the gates, commit the intent, and send it.

No transaction is open while Shopify is asked. Dying at any line leaves either nothing, or a row whose key is the only
one ever sent for it: `outcomes` finds it and finishes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.billing import history, ledger, settle, standing, strays, throttle
from shopify_app.billing.attempts import Order, ShopMustRest, order_of, rest_after, send
from shopify_app.billing.gates import Due, Effect, Refusal, judge
from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.attempts import CycleSnapshot
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client


def charge(ctx: Context, cycle_id: int, *, by_hand: bool = False) -> None:
    """Charge one claimed cycle, or write down why not. Raises ShopMustRest when nothing was decided.

    `by_hand`: a person asks for it at this moment, so it is not too late.
    """
    with ctx.db.session() as session:
        due = due_of(session, cycle_id)
        known = ledger.keys_of(session, due.shop_id, due.contract_id) if due else frozenset()
    if due is None:
        return
    due = replace(due, by_hand=by_hand)
    reach("billing.after_claim")
    seen, cost = _look(ctx, due, known)
    rest = throttle.rest_of(cost)
    if rest and not by_hand:
        raise ShopMustRest(rest)
    order = decide(ctx, due, seen)
    if order is not None:
        send(ctx, order)


def due_of(session: Session, cycle_id: int) -> Due | None:
    """Return a claimed cycle as plain values; None when it is no longer ours to charge."""
    cycle = session.get_one(BillingCycle, cycle_id)
    if cycle.claimed_at is None or cycle.attempted_at is not None or cycle.due_at is None:
        return None
    return ledger.due_of_row(session, cycle, session.get_one(Contract, cycle.contract_id))


def look(ctx: Context, due: Due) -> CycleSnapshot:
    """Re-read contract and cycle from Shopify, with the paid attempt in full if there is one. Raises ShopMustRest."""
    with ctx.db.session() as session:
        known = ledger.keys_of(session, due.shop_id, due.contract_id)
    return _look(ctx, due, known)[0]


def _look(ctx: Context, due: Due, known: frozenset[str]) -> tuple[CycleSnapshot, Cost]:
    def action(client: AdminClient) -> tuple[CycleSnapshot, Cost]:
        seen = shopify.check_cycle(client, due.contract_gid, due.cycle_index)
        paid = any(attempt.state == shopify.SUCCESS for attempt in seen.attempts)
        if paid:
            seen = shopify.cycle_attempts(client, due.contract_gid, due.cycle_index)
        return strays.adopt(client, due.contract_gid, seen, known), client.cost

    try:
        return with_client(ctx, due.shop_id, action)
    except ShopifyError as error:
        raise rest_after(error, due.shop_id) from error


def decide(ctx: Context, due: Due, seen: CycleSnapshot) -> Order | None:
    """Commit either the intent to charge (returns what to send) or the refusal (returns None)."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        cycle = _lock(session, due)
        contract = session.get_one(Contract, due.contract_id)
        if not _still_ours(session, due, cycle, contract):
            cycle.claimed_at = cycle.lease_until = None
            return None
        refusal = judge(replace(due, history=history.of(session, contract, cycle)), seen, now)
        if refusal:
            refuse(session, due, cycle, contract, refusal, seen, now)
            return None
        attempt = ledger.write_intent(session, due, contract, cycle, seen, now, machine_now())
        reach("billing.after_gates_before_commit")
        return order_of(session, attempt)


def _lock(session: Session, due: Due) -> BillingCycle:
    ledger.lock_contract(session, due.shop_id, due.contract_gid)
    statement = select(BillingCycle).where(BillingCycle.id == due.cycle_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _still_ours(session: Session, due: Due, cycle: BillingCycle, contract: Contract) -> bool:
    """Asked with the cycle locked: while Shopify was asked, a stop, a hold or another worker may have come."""
    return (
        cycle.attempted_at is None
        and cycle.due_at == due.due_at
        and not (cycle.held_reason or cycle.parked_reason or contract.parked_reason)
        and contract.billing_stopped_at is None
        and session.get_one(Shop, due.shop_id).may_bill
        and ledger.other_open(session, due.shop_id, due.contract_id, due.cycle_index) is None
    )


def refuse(
    session: Session,
    due: Due,
    cycle: BillingCycle,
    contract: Contract,
    refusal: Refusal,
    seen: CycleSnapshot | None,
    now: datetime,
) -> None:
    """Write a refusal and what it does to the cycle; a payment by somebody else is written down as such."""
    proof = refusal.proof
    if proof and proof.key not in ledger.keys_of(session, due.shop_id, due.contract_id):
        attempt = ledger.write_foreign(session, due, contract, proof, now)
        if attempt:
            settle.record_foreign(session, attempt, proof, now)
    elif refusal.effect is not Effect.MOVED:
        ledger.write_refusal(session, due, contract, refusal, now)
    standing.apply(session, cycle, contract, refusal, seen, now)
