"""What billing holds of a customer: links to Shopify's page for confirming a payment, and messages. Sums stay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts.models import Contract


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return the charges of this customer's contracts."""
    rows = session.scalars(
        select(BillingAttempt)
        .join(Contract, Contract.id == BillingAttempt.contract_id)
        .where(BillingAttempt.shop_id == shop_id, Contract.customer_gid == customer_gid)
        .order_by(BillingAttempt.id)
    )
    return {
        "charges": [
            {
                "state": row.state,
                "written_at": row.written_at.isoformat(),
                "order": row.order_name,
                "amount": str(row.amount) if row.amount is not None else None,
                "currency": row.currency,
            }
            for row in rows
        ]
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Erase one customer, or all of the shop when `customer_gid` is None; returns rows changed."""
    contracts = select(Contract.id).where(Contract.shop_id == shop_id)
    contracts = contracts.where(Contract.customer_gid == customer_gid) if customer_gid else contracts
    statement = (
        update(BillingAttempt)
        .where(
            BillingAttempt.shop_id == shop_id,
            BillingAttempt.contract_id.in_(contracts),
            or_(BillingAttempt.next_action_url.is_not(None), BillingAttempt.error_message.is_not(None)),
        )
        .values(next_action_url=None, error_message=None)
    )
    return len(session.scalars(statement.returning(BillingAttempt.id)).all())
