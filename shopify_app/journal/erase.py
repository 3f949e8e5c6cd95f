"""What the journal holds of a customer, and how it is made to hold nothing.

A fact itself carries Shopify ids and figures, no personal data; a delivery's body is what a channel was told
about a person. Erasing empties bodies and cuts the link from facts to the customer, also as the one who acted; the
counts stay true.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, null, select, update
from sqlalchemy.orm import Session

from shopify_app.journal.models import DROPPED, PENDING, Delivery, Fact


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return what is held about this customer: facts, and the bodies channels were sent."""
    mine = (Fact.shop_id == shop_id, Fact.customer_gid == customer_gid)
    facts = session.scalars(select(Fact).where(*mine).order_by(Fact.id)).all()
    bodies = session.scalars(
        select(Delivery.body).join(Fact, Fact.id == Delivery.fact_id).where(*mine, Delivery.body.is_not(None))
    ).all()
    return {
        "facts": [
            {"kind": fact.kind, "occurred_at": fact.occurred_at.isoformat(), "data": fact.data} for fact in facts
        ],
        "deliveries": list(bodies),
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Erase one customer, or every customer of the shop when `customer_gid` is None; returns rows changed.

    What was not yet delivered is dropped: Klaviyo would make a new profile of it.
    """
    facts = select(Fact.id).where(Fact.shop_id == shop_id)
    facts = facts.where(Fact.customer_gid == customer_gid) if customer_gid else facts
    told = (Delivery.shop_id == shop_id, Delivery.fact_id.in_(facts))
    session.execute(
        update(Delivery).where(*told, Delivery.state == PENDING).values(state=DROPPED, reason="customer erased")
    )
    emptied = update(Delivery).where(*told, Delivery.body.is_not(None)).values(body=null())
    nameless = case((Fact.actor.startswith("shopper:"), "shopper"), else_=Fact.actor)
    named = Fact.customer_gid.is_not(None)
    cut = update(Fact).where(Fact.id.in_(facts), named).values(customer_gid=None, actor=nameless)
    changed = len(session.scalars(emptied.returning(Delivery.id)).all())
    return changed + len(session.scalars(cut.returning(Fact.id)).all())
