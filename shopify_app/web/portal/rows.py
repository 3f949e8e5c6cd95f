"""What the API reads, all of it from our rows. A contract of somebody else is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g
from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session, selectinload

from shopify_app.billing.models import FAILED, OPEN_STATES, REFUSED, SETTLED, BillingAttempt
from shopify_app.contracts import calendar, cycles
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.edits.change import Standing
from shopify_app.edits.models import DONE, ContractEdit
from shopify_app.edits.rules import hook, store
from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.edits.rules.judge import cutoff_at
from shopify_app.edits.rules.terms import FREE, Rules
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json
from shopify_app.kit.gid import gid
from shopify_app.orders.models import SCHEDULED, FulfillmentOrder, Order, OrderContract
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.stock import queries
from shopify_app.stock.seen import Seen, is_decided, see
from shopify_app.web.portal.problems import Problem

PAGE, AHEAD, BEHIND = 50, 12, 50


@dataclass(frozen=True)
class Coming:
    """A cycle that may still be charged. `charge_at`: when we charge it, unless it is skipped.

    `attempt`: the state of a charge of it that is under way or paid, if any. `until`: how long the shop lets it be
    changed; `rules`: which of the shop's stand in an action's way. `missing`: what of it is
    not there.
    """

    standing: Standing
    charge_at: datetime
    attempt: str | None
    until: datetime
    rules: Mapping[str, Forbidden | None]
    missing: Sequence[Seen] = ()

    @property
    def cycle(self) -> BillingCycle:
        return self.standing.cycle


def whole(text: str) -> int | None:
    """Return a whole number written in digits, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def page_of_mine(session: Session, after: int | None, order: int | None = None) -> Sequence[Contract]:
    """Return the caller's contracts, newest first, with lines; one more than a page if there are more.

    `order`: only those that an order of this number came from.
    """
    query = select(Contract).options(selectinload(Contract.lines)).where(*_mine()).order_by(Contract.id.desc())
    if order is not None:
        of_order = select(OrderContract.contract_gid).join(Order, Order.id == OrderContract.order_id)
        of_order = of_order.where(Order.shop_id == g.shop.id, Order.shopify_gid == gid("Order", order))
        query = query.where(Contract.shopify_gid.in_(of_order))
    if after is not None:
        last = select(Contract.id).where(*_mine(), Contract.shopify_gid == gid("SubscriptionContract", after))
        query = query.where(Contract.id < last.scalar_subquery())
    return session.scalars(query.limit(PAGE + 1)).all()


def mine(session: Session, number: str) -> Contract:
    """Return the caller's contract of that number with its lines; Problem 404 for any other."""
    known = whole(number)
    query = select(Contract).options(selectinload(Contract.lines))
    wanted = Contract.shopify_gid == gid("SubscriptionContract", number)
    contract = session.scalar(query.where(*_mine(), wanted)) if known is not None else None
    if contract is None:
        raise Problem(404)
    return contract


def coming(session: Session, contract: Contract, now: datetime) -> list[Coming]:
    """Return the cycles to come and those that are late, soonest first; none unless the contract is active."""
    if contract.status != ACTIVE:
        return []
    own = (BillingCycle.shop_id == contract.shop_id, BillingCycle.contract_id == contract.id)
    open_or_later = (BillingCycle.status != "BILLED") | (BillingCycle.expected_at > now)
    rows = {row.cycle_index: row for row in session.scalars(select(BillingCycle).where(*own, open_or_later))}
    shown = [row for row in rows.values() if _is_to_come(row, now)]
    shown = sorted(shown, key=lambda row: (row.expected_at, row.cycle_index))[:AHEAD]
    states = _attempts(session, contract, [row.cycle_index for row in shown])
    hour, rules = cycles.billing_hour(session, contract.shop_id), store.governing(session, contract)
    short = queries.open_of_contract(session, contract.shop_id, contract.id)
    missing = [see(session, one) for one in short if is_decided(one)]
    found = []
    for row in shown:
        if (state := states.get(row.cycle_index)) != SETTLED:
            charge_at = calendar.due_at(row.expected_at, g.shop.zone, hour)
            standing = Standing(contract, row, _at(rows, row, +1), now, _at(rows, row, -1))
            judged = _judged(session, contract, row, rules, now)
            own_missing = [each for each in missing if each.decision.cycle_index == row.cycle_index]
            found.append(Coming(standing, charge_at, state, cutoff_at(rules, charge_at), judged, own_missing))
    return found


def _judged(
    session: Session, contract: Contract, row: BillingCycle, rules: Sequence[Rules], now: datetime
) -> Mapping[str, Forbidden | None]:
    """Most shops have no rules: then nothing is read for each date."""
    if all(each == FREE for each in rules):
        return {}
    return hook.explain_order(session, contract, row, hook.SHOPPER, now)


def _at(rows: Mapping[int, BillingCycle], row: BillingCycle, step: int) -> datetime | None:
    """When a neighbour is expected; None for one that is paid or not known."""
    other = rows.get(row.cycle_index + step)
    return other.expected_at if other and (step > 0 or other.status != "BILLED") else None


def one_coming(session: Session, contract: Contract, index: str, now: datetime) -> tuple[Coming, list[Coming]]:
    """Return the cycle of that index and all to come; Problem 404 when it is not among them."""
    found = coming(session, contract, now)
    for each in found:
        if each.cycle.cycle_index == whole(index):
            return each, found
    raise Problem(404)


def latest_attempt(session: Session, contract: Contract) -> BillingAttempt | None:
    """Return the newest charge that was made, but none that failed for a cycle since paid or skipped."""
    own = (BillingAttempt.shop_id == contract.shop_id, BillingAttempt.contract_id == contract.id)
    query = select(BillingAttempt).where(*own, BillingAttempt.state != REFUSED)
    attempt = session.scalars(query.order_by(BillingAttempt.id.desc()).limit(1)).one_or_none()
    if attempt is None or attempt.state != FAILED:
        return attempt
    same = (BillingCycle.shop_id == contract.shop_id, BillingCycle.contract_id == contract.id)
    cycle = session.scalar(select(BillingCycle).where(*same, BillingCycle.cycle_index == attempt.cycle_index))
    is_over = cycle is not None and (cycle.skipped or cycle.status == "BILLED")
    return None if is_over else attempt


def method(session: Session, contract: Contract) -> PaymentMethod | None:
    """Return how the contract is paid."""
    wanted = PaymentMethod.shopify_gid == contract.payment_method_gid
    return session.scalar(select(PaymentMethod).where(PaymentMethod.shop_id == contract.shop_id, wanted))


def orders(session: Session, contract: Contract) -> Sequence[Order]:
    """Return the contract's orders, newest first."""
    query = (
        select(Order)
        .join(OrderContract, OrderContract.order_id == Order.id)
        .where(Order.shop_id == contract.shop_id, OrderContract.contract_gid == contract.shopify_gid)
        .where(Order.deleted_at.is_(None))
        .order_by(Order.shopify_created_at.desc(), Order.id.desc())
    )
    return session.scalars(query.limit(BEHIND)).all()


def deliveries(session: Session, contract: Contract) -> Sequence[Row[FulfillmentOrder, Order]]:
    """Return the deliveries that are paid for and still to come, each with its order, soonest first."""
    own = (FulfillmentOrder.shop_id == contract.shop_id, FulfillmentOrder.contract_gid == contract.shopify_gid)
    query = (
        select(FulfillmentOrder, Order)
        .join(Order, Order.id == FulfillmentOrder.order_id)
        .where(*own, FulfillmentOrder.status == SCHEDULED, Order.cancelled_at.is_(None), Order.deleted_at.is_(None))
        .order_by(FulfillmentOrder.fulfill_at, FulfillmentOrder.id)
    )
    return session.execute(query.limit(BEHIND)).all()


def edit(session: Session, contract: Contract, request_id: str) -> ContractEdit:
    """Return the edit of the contract by its request id; Problem 404 when there is none."""
    found = session.get(ContractEdit, (contract.shop_id, request_id))
    if found is None or found.contract_id != contract.id:
        raise Problem(404)
    return found


def known_wish(session: Session, contract: Contract, action: str, request_id: str) -> Json | None:
    """Return what the edit of this contract wished for that has this request id; None when there is none."""
    found = session.get(ContractEdit, (contract.shop_id, request_id))
    is_it = found is not None and (found.contract_id, found.action) == (contract.id, action)
    return found.wish if found and is_it else None


def has_later_edits(session: Session, edit: ContractEdit, undo_id: str) -> bool:
    """Answer whether anything was done to the contract after an edit, other than taking it back."""
    if session.get(ContractEdit, (edit.shop_id, undo_id)) is not None:
        return False
    later = (ContractEdit.contract_id == edit.contract_id, ContractEdit.asked_at > edit.asked_at)
    query = select(ContractEdit.request_id).where(*later, ContractEdit.state == DONE)
    return session.scalar(query.limit(1)) is not None


def facts(session: Session, contract: Contract, kinds: Sequence[str]) -> Sequence[Fact]:
    """Return the newest facts of these kinds about the contract, newest first."""
    own = (Fact.shop_id == contract.shop_id, Fact.contract_gid == contract.shopify_gid)
    query = select(Fact).where(*own, Fact.kind.in_(kinds)).order_by(Fact.occurred_at.desc(), Fact.id.desc())
    return session.scalars(query.limit(BEHIND)).all()


def _mine() -> tuple[ColumnElement[bool], ...]:
    return Contract.shop_id == g.shop.id, Contract.customer_gid == g.customer_gid


def _is_to_come(row: BillingCycle, now: datetime) -> bool:
    if row.status == "BILLED":
        return False
    return row.due_at is not None or (row.skipped and row.expected_at > now)


def _attempts(session: Session, contract: Contract, indexes: list[int]) -> dict[int, str]:
    own = (BillingAttempt.shop_id == contract.shop_id, BillingAttempt.contract_id == contract.id)
    among = (BillingAttempt.cycle_index.in_(indexes), BillingAttempt.state.in_(OPEN_STATES))
    found = session.execute(select(BillingAttempt.cycle_index, BillingAttempt.state).where(*own, *among))
    return {row.cycle_index: row.state for row in found}
