"""Which items of a subscription are to cost something else, from which order on: what both sides are told ahead."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts import price_steps
from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.contracts.price_steps import Coming


def of(session: Session, contract: Contract) -> list[Coming]:
    """Return the prices to follow, by the place of their items; none for what has ended."""
    changing = [line for line in contract.lines if price_steps.has_more(line)]
    if not changing or contract.status in ENDED:
        return []
    mine = (BillingCycle.contract_id == contract.id, BillingCycle.due_at.is_not(None))
    cycles = session.scalars(select(BillingCycle).where(*mine)).all()
    found = [price_steps.coming(line, contract, cycles) for line in changing]
    return [one for one in found if one is not None]
