"""Charges that wait for a person: what Home counts and the list of subscriptions shows, from the same conditions.

They begin at the few that wait (partial indexes know them), not at every contract.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select, union_all
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.shoppers.models import Shopper
from shopify_app.stock.ends import WAITED


@dataclass(frozen=True)
class Row:
    """One charge, or with `cycle` None a whole subscription, that waits for a person."""

    contract: Contract
    cycle: BillingCycle | None
    shopper: Shopper | None


def parked(shop_id: int) -> ColumnElement[bool]:
    """Contracts that wait themselves or with a charge, but for what is out of stock, and for failed charges."""
    whole = select(Contract.id).where(Contract.shop_id == shop_id, Contract.parked_reason.is_not(None))
    cycles = select(BillingCycle.contract_id).where(*_parked_cycles(shop_id))
    return Contract.id.in_(union_all(whole, cycles))


def short(shop_id: int) -> ColumnElement[bool]:
    """Contracts with an order whose day has come and in which something is missing, left to staff by the policy."""
    return Contract.id.in_(select(BillingCycle.contract_id).where(*_short_cycles(shop_id)))


def count(session: Session, condition: ColumnElement[bool]) -> int:
    """Return how many contracts it holds for."""
    return session.scalar(select(func.count()).select_from(Contract).where(condition)) or 0


def few_parked(session: Session, shop_id: int, most: int) -> list[Row]:
    """Return the first of them: whole subscriptions, then charges, the earliest first."""
    whole = select(Contract, Shopper).outerjoin(Shopper, _whose())
    whole = whole.where(Contract.shop_id == shop_id, Contract.parked_reason.is_not(None))
    found = [Row(contract, None, who) for contract, who in session.execute(whole.order_by(Contract.id).limit(most))]
    return (found + _few(session, _parked_cycles(shop_id), most))[:most]


def few_short(session: Session, shop_id: int, most: int) -> list[Row]:
    """Return the first of them, the earliest charge first."""
    return _few(session, _short_cycles(shop_id), most)


def _few(session: Session, conditions: tuple[ColumnElement[bool], ...], most: int) -> list[Row]:
    query = select(Contract, BillingCycle, Shopper).join(BillingCycle, BillingCycle.contract_id == Contract.id)
    query = query.outerjoin(Shopper, _whose()).where(*conditions)
    earliest = query.order_by(BillingCycle.expected_at, BillingCycle.id).limit(most)
    return [Row(*found) for found in session.execute(earliest)]


def _whose() -> ColumnElement[bool]:
    return and_(Shopper.shop_id == Contract.shop_id, Shopper.shopify_gid == Contract.customer_gid)


def _short_cycles(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    return (*_open(shop_id), BillingCycle.parked_reason == WAITED)


def _parked_cycles(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    has_failed = exists().where(
        DunningCase.shop_id == shop_id,
        DunningCase.contract_id == BillingCycle.contract_id,
        DunningCase.cycle_index == BillingCycle.cycle_index,
        DunningCase.closed_at.is_(None),
        DunningCase.state == OPEN,
    )
    return (*_open(shop_id), BillingCycle.parked_reason != WAITED, ~has_failed)


def _open(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    return (BillingCycle.shop_id == shop_id, BillingCycle.parked_reason.is_not(None), BillingCycle.status != "BILLED")
