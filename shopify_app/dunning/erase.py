"""What dunning holds of a customer: that charges failed, when and why. Nothing in it names the person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.dunning.models import DunningCase, DunningMark


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
    """Forget what the customer (None: every customer of the shop) is marked with; returns rows deleted.

    The rest is not personal: sums of what a charge was made with cannot be turned back.
    """
    marks = delete(DunningMark).where(DunningMark.shop_id == shop_id)
    if customer_gid is not None:
        marks = marks.where(DunningMark.customer_gid == customer_gid)
    return len(session.scalars(marks.returning(DunningMark.id)).all())
