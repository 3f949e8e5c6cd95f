"""Reads what the safety bound judges by: a contract's paid charges and its cycles."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shopify_app.billing.ledger import FOREIGN
from shopify_app.billing.models import DUPLICATE, SETTLED, BillingAttempt
from shopify_app.billing.rules import History, Outside, Paid
from shopify_app.contracts import contents
from shopify_app.contracts.cycles import price_waits, total_of
from shopify_app.contracts.models import BillingCycle, Contract

LATELY = 12
"""Paid charges looked back at."""
SHORTEST = {"DAY": 1, "WEEK": 7, "MONTH": 28, "YEAR": 365}
"""Days of an interval."""


def of(session: Session, contract: Contract, cycle: BillingCycle) -> History:
    """Return what is known of the contract now, as the rules want to see it. Reads three tables by index."""
    policy = contract.billing_policy
    mine = (BillingCycle.shop_id == contract.shop_id, BillingCycle.contract_id == contract.id)
    cycles = session.scalars(select(BillingCycle).where(*mine, BillingCycle.skipped.is_(False))).all()
    return History(
        paid=_paid(session, contract),
        due=tuple(row.expected_at for row in cycles),
        period=timedelta(days=SHORTEST[policy["interval"]]) * int(policy["intervalCount"]),
        amount=total_of(contract, cycle),
        currency=contract.currency,
        outside=_outside(session, contract, cycle),
        at_first=contents.total_at_first(contract, cycle),
        price_waits=price_waits(contract, cycle),
    )


def _paid(session: Session, contract: Contract) -> tuple[Paid, ...]:
    rows = session.execute(
        select(BillingAttempt, BillingCycle.expected_at, BillingCycle.released_at)
        .outerjoin(
            BillingCycle,
            (BillingCycle.contract_id == BillingAttempt.contract_id)
            & (BillingCycle.cycle_index == BillingAttempt.cycle_index),
        )
        .where(*_mine(contract), BillingAttempt.state.in_((SETTLED, DUPLICATE)))
        .order_by(BillingAttempt.completed_at.desc(), BillingAttempt.id.desc())
        .limit(LATELY)
    )
    return tuple(
        Paid(_counts_for(row, expected_at), row.amount, row.currency, approved=released_at is not None)
        for row, expected_at, released_at in rows
    )


def _counts_for(row: BillingAttempt, expected_at: datetime | None) -> datetime:
    """The date a paid charge counts for. Of somebody else's we hear before we hear that its cycle was given another
    date (as Shopify's own retry does), so there the cycle's present date is the better witness."""
    known = expected_at if row.reason == FOREIGN else None
    return known or row.expected_at or row.origin_at


def _outside(session: Session, contract: Contract, cycle: BillingCycle) -> tuple[Outside, ...]:
    """Later cycles that are billed without a settled attempt of ours. History from before us lies earlier."""
    ours = select(BillingAttempt.cycle_index).where(
        *_mine(contract), BillingAttempt.state == SETTLED, BillingAttempt.reason.is_distinct_from(FOREIGN)
    )
    rows = session.execute(
        select(BillingCycle.expected_at, BillingAttempt.order_name)
        .outerjoin(
            BillingAttempt,
            (BillingAttempt.contract_id == BillingCycle.contract_id)
            & (BillingAttempt.cycle_index == BillingCycle.cycle_index)
            & (BillingAttempt.state == SETTLED),
        )
        .where(
            BillingCycle.shop_id == contract.shop_id,
            BillingCycle.contract_id == contract.id,
            BillingCycle.status == "BILLED",
            BillingCycle.cycle_index > cycle.cycle_index,
            BillingCycle.cycle_index.not_in(ours),
        )
        .order_by(BillingCycle.expected_at)
    )
    return tuple(Outside(row.expected_at, row.order_name) for row in rows)


def _mine(contract: Contract) -> tuple[ColumnElement[bool], ...]:
    return BillingAttempt.shop_id == contract.shop_id, BillingAttempt.contract_id == contract.id
