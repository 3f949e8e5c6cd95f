"""Subscriptions that lose an order, probably: one failed already, or within 30 days comes one with no way to pay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import ACTIVE, Contract
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import Shop
from shopify_app.web.admin.listing import Cursor

AHEAD = timedelta(days=30)
PAGE = 50
MANY = 1000
"""Counted no further."""


NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for a next charge that is not known."""


class Row(NamedTuple):
    """A subscription at risk."""

    contract: Contract
    shopper: Shopper | None
    method: PaymentMethod | None


def page(session: Session, shop: Shop, now: datetime, after: Cursor | None) -> list[Row]:
    """Return up to PAGE subscriptions, the soonest charge first, and one more if there is another page."""
    shopper = and_(Shopper.shop_id == Contract.shop_id, Shopper.shopify_gid == Contract.customer_gid)
    listed = select(Contract, Shopper, PaymentMethod).outerjoin(PaymentMethod, _method()).outerjoin(Shopper, shopper)
    query = listed.where(*_at_risk(shop, now))
    at = func.coalesce(Contract.next_charge_at, NEVER)
    if after is not None:
        query = query.where(or_(at > after.at, and_(at == after.at, Contract.id > after.id)))
    found = session.execute(query.order_by(at, Contract.id).limit(PAGE + 1))
    return [Row(*each) for each in found]


def count(session: Session, shop: Shop, now: datetime) -> int:
    """Return how many there are; MANY stands for that or more."""
    some = select(Contract.id).outerjoin(PaymentMethod, _method()).where(*_at_risk(shop, now)).limit(MANY).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _method() -> ColumnElement[bool]:
    return and_(PaymentMethod.shop_id == Contract.shop_id, PaymentMethod.shopify_gid == Contract.payment_method_gid)


def _at_risk(shop: Shop, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What `words.payment_warning` warns of, in SQL; and subscriptions of which a charge has failed."""
    charged_on = func.date(func.timezone(shop.zone.key, Contract.next_charge_at))
    today = now.astimezone(shop.zone).date()
    no_way = (
        PaymentMethod.id.is_(None),
        PaymentMethod.revoked_at.is_not(None),
        PaymentMethod.expires_on < today,
        PaymentMethod.expires_on < charged_on,
    )
    return (
        Contract.shop_id == shop.id,
        Contract.status == ACTIVE,
        or_(Contract.at_risk_since.is_not(None), and_(Contract.next_charge_at < now + AHEAD, or_(*no_way))),
    )
