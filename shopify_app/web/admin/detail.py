"""One contract with everything a merchant asks about it, read in a handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from shopify_app.billing.models import OPEN_STATES, BillingAttempt
from shopify_app.cards import asking
from shopify_app.cards import requests as card_requests
from shopify_app.cards import settings as card_settings
from shopify_app.cards.answers import Why
from shopify_app.cards.models import CardRequest
from shopify_app.contracts import next_prices
from shopify_app.contracts.models import PAUSED, BillingCycle, Contract
from shopify_app.contracts.price_steps import Coming
from shopify_app.dunning import ladders
from shopify_app.edits.contract import backup_method, pause_ends
from shopify_app.edits.models import DONE, ContractEdit
from shopify_app.kit.gid import gid
from shopify_app.orders import deliveries
from shopify_app.orders.models import FulfillmentOrder, Order, OrderContract
from shopify_app.shoppers.mirror import payment_method
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.web.admin.payments import cases

UPCOMING, PAST = 6, 20


@dataclass(frozen=True)
class Detail:
    """A contract and its neighbours; lists are newest first, cycles and deliveries soonest first.

    `backup`: the payment method that is tried when a charge fails. `card_why_not`: why no new card can be asked for;
    `card_days`: from how many days ahead a card counts as expiring. `prices`: those that are to follow.
    """

    contract: Contract
    shopper: Shopper | None
    method: PaymentMethod | None
    cycles: Sequence[BillingCycle]
    attempts: Sequence[BillingAttempt]
    orders: Sequence[Order]
    deliveries: Sequence[FulfillmentOrder]
    cancel_comment: str
    resumes_at: datetime | None
    failing: Sequence[cases.Row]
    ladders: ladders.Ladders
    backup: PaymentMethod | None
    card_requests: Sequence[CardRequest]
    card_why_not: Why | None
    card_days: int
    prices: Sequence[Coming]


def read(session: Session, shop_id: int, number: str, now: datetime) -> Detail | None:
    """Return the contract whose gid ends in `number`; None when this shop has none."""
    query = select(Contract).options(selectinload(Contract.lines))
    contract = session.scalar(
        query.where(Contract.shop_id == shop_id, Contract.shopify_gid == gid("SubscriptionContract", number))
    )
    if contract is None:
        return None
    method = payment_method(session, shop_id, contract.payment_method_gid)
    return Detail(
        contract=contract,
        shopper=session.scalar(
            select(Shopper).where(Shopper.shop_id == shop_id, Shopper.shopify_gid == contract.customer_gid)
        ),
        method=method,
        cycles=_cycles(session, contract),
        attempts=_attempts(session, contract),
        orders=_orders(session, contract),
        deliveries=deliveries.scheduled(session, shop_id, contract.shopify_gid),
        cancel_comment=_cancel_comment(session, contract),
        resumes_at=pause_ends.find(session, contract) if contract.status == PAUSED else None,
        failing=cases.of_contract(session, contract),
        prices=next_prices.of(session, contract),
        ladders=ladders.of(session, shop_id),
        backup=backup_method.usable(session, contract),
        card_requests=card_requests.of_contract(session, contract) if contract.customer_gid else [],
        card_why_not=asking.why_not(session, contract, method, now),
        card_days=card_settings.soon(session, shop_id),
    )


def _cancel_comment(session: Session, contract: Contract) -> str:
    """What was written when it was cancelled here; it is not in the history, which must not hold such words."""
    ours = (ContractEdit.contract_id == contract.id, ContractEdit.action == "cancel", ContractEdit.state == DONE)
    wish = session.scalar(select(ContractEdit.wish).where(*ours).order_by(ContractEdit.asked_at.desc()).limit(1))
    return str((wish or {}).get("comment") or "")


def _cycles(session: Session, contract: Contract) -> Sequence[BillingCycle]:
    """Cycles that may still be charged: those to come, and those that are late, held, failed or wait for a person."""
    ours = BillingCycle.contract_id == contract.id
    under_way = exists().where(
        BillingAttempt.contract_id == BillingCycle.contract_id,
        BillingAttempt.cycle_index == BillingCycle.cycle_index,
        BillingAttempt.state.in_(OPEN_STATES),
    )
    to_charge = (BillingCycle.due_at.is_not(None) | BillingCycle.skipped) & ~under_way
    waiting = to_charge | BillingCycle.parked_reason.is_not(None)
    query = select(BillingCycle).where(ours, BillingCycle.status != "BILLED", waiting)
    return session.scalars(query.order_by(BillingCycle.expected_at, BillingCycle.id).limit(UPCOMING)).all()


def _attempts(session: Session, contract: Contract) -> Sequence[BillingAttempt]:
    query = select(BillingAttempt).where(BillingAttempt.contract_id == contract.id)
    return session.scalars(query.order_by(BillingAttempt.id.desc()).limit(PAST)).all()


def _orders(session: Session, contract: Contract) -> Sequence[Order]:
    query = (
        select(Order)
        .join(OrderContract, OrderContract.order_id == Order.id)
        .where(Order.shop_id == contract.shop_id, OrderContract.contract_gid == contract.shopify_gid)
        .order_by(Order.shopify_created_at.desc(), Order.id.desc())
    )
    return session.scalars(query.limit(PAST)).all()
