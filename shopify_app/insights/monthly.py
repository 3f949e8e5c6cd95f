"""What a contract brings in a month, in SQL: its lines after discounts, without delivery, by its billing rhythm.

A line's discounted price is for its whole quantity, and taxes are in it or not as the shop's prices are. The billing
interval decides, so a prepaid contract counts what one charge pays, spread over what it pays for. A month has
365.25 / 12 = 1461 / 48 days: a week is 7 of them, a year 12 months.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ColumnElement, Integer, Numeric, case, cast, func, select

from shopify_app.contracts.models import Contract, ContractLine

PLACES = 6
"""Digits kept after the point, so that sums of many contracts stay exact and small."""


def monthly() -> ColumnElement[Decimal]:
    """Return the expression, for queries that know the Contract: an amount in the contract's currency."""
    lines = (
        select(func.coalesce(func.sum(ContractLine.discounted_price), 0))
        .where(ContractLine.contract_id == Contract.id)
        .correlate(Contract)
        .scalar_subquery()
    )
    count = cast(Contract.billing_policy["intervalCount"].astext, Integer)
    # multiplied before it is divided, because a quotient is rounded
    share = case(
        (_interval() == "DAY", lines * 1461 / (48 * count)),
        (_interval() == "WEEK", lines * 1461 / (7 * 48 * count)),
        (_interval() == "YEAR", lines / (12 * count)),
        else_=lines / count,
    )
    return func.round(cast(share, Numeric), PLACES)


def _interval() -> ColumnElement[str]:
    found: ColumnElement[str] = Contract.billing_policy["interval"].astext
    return found
