"""What we hold of a shopper, and how we come to hold nothing: the row stays, empty, and no reading fills it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shopify_app.shoppers.models import PaymentMethod, Shopper


def held(session: Session, shop_id: int, customer_gid: str) -> dict[str, Any]:
    """Return, as JSON values, the customer's data and payment methods we hold."""
    people = session.scalars(select(Shopper).where(Shopper.shop_id == shop_id, Shopper.shopify_gid == customer_gid))
    methods = select(PaymentMethod).where(
        PaymentMethod.shop_id == shop_id, PaymentMethod.customer_gid == customer_gid
    )
    return {
        "customer": [
            {
                "email": person.email,
                "phone": person.phone,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "locale": person.locale,
            }
            for person in people
        ],
        "payment_methods": [
            {
                "kind": method.kind,
                "brand": method.brand,
                "last_digits": method.last_digits,
                "expires_on": method.expires_on.isoformat() if method.expires_on else None,
            }
            for method in session.scalars(methods)
        ],
    }


def erase(session: Session, shop_id: int, customer_gid: str | None) -> int:
    """Empty one customer's rows, or every customer's of the shop (None); returns how many rows changed."""
    people = update(Shopper).where(Shopper.shop_id == shop_id, Shopper.redacted_at.is_(None))
    methods = update(PaymentMethod).where(PaymentMethod.shop_id == shop_id)
    if customer_gid is not None:
        people = people.where(Shopper.shopify_gid == customer_gid)
        methods = methods.where(PaymentMethod.customer_gid == customer_gid)
    people = people.values(
        email=None, phone=None, first_name=None, last_name=None, locale=None, redacted_at=func.now()
    )
    methods = methods.values(brand=None, last_digits=None, expires_on=None, seen=None)
    changed = len(session.scalars(people.returning(Shopper.id)).all())
    return changed + len(session.scalars(methods.returning(PaymentMethod.id)).all())
