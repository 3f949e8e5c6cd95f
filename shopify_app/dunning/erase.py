"""What dunning holds of a customer: that charges failed, when and why. Nothing in it names the person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.dunning.models import DunningCase


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return the cases of this customer's contracts."""
    rows = session.scalars(
        select(DunningCase)
        .join(Contract, Contract.id == DunningCase.contract_id)
        .where(DunningCase.shop_id == shop_id, Contract.customer_gid == customer_gid)
        .order_by(DunningCase.id)
    )
    return {
        "failed_charges": [
            {
                "opened_at": row.opened_at.isoformat(),
                "closed_at": row.closed_at.isoformat() if row.closed_at else None,
                "state": row.state,
                "class": row.decline,
                "code": row.code,
            }
            for row in rows
        ]
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Nothing is personal here: sums of what a charge was made with cannot be turned back. Returns 0."""
    return 0
