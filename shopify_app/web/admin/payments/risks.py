"""Subscriptions that lose an order, probably: one failed already, or within 30 days comes one with no way to pay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import CompoundSelect, and_, func, or_, select, true, union_all
from sqlalchemy.orm import Session

from shopify_app.contracts.models import ACTIVE, Contract
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import Shop
from shopify_app.web.admin.listing.pages import Cursor

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
    found = _at_risk(shop, now).subquery()
    at = func.coalesce(found.c.next_charge_at, NEVER)
    nearest = select(found.c.id).order_by(at, found.c.id).limit(PAGE + 1)
    if after is not None:
        nearest = nearest.where(or_(at > after.at, and_(at == after.at, found.c.id > after.id)))
    shopper = and_(Shopper.shop_id == Contract.shop_id, Shopper.shopify_gid == Contract.customer_gid)
    method = and_(PaymentMethod.shop_id == Contract.shop_id, PaymentMethod.shopify_gid == Contract.payment_method_gid)
    listed = select(Contract, Shopper, PaymentMethod).outerjoin(PaymentMethod, method).outerjoin(Shopper, shopper)
    query = listed.where(Contract.id.in_(nearest))
    rows = session.execute(query.order_by(func.coalesce(Contract.next_charge_at, NEVER), Contract.id))
    return [Row(*each) for each in rows]


def count(session: Session, shop: Shop, now: datetime) -> int:
    """Return how many there are; MANY stands for that or more."""
    some = _at_risk(shop, now).limit(MANY).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _at_risk(shop: Shop, now: datetime) -> CompoundSelect[int, datetime | None]:
    """What `words.payment_warning` warns of, in SQL; and subscriptions of which a charge has failed.

    From each method that lapses to its subscriptions, not the other way round: those are few, these are all that
    there are. The offset keeps PostgreSQL from turning it round (`bench/payments_reads.py`). A method is written with
    the contract that names it, so none is missing where one is named.
    """
    today, until = (at.astimezone(shop.zone).date() for at in (now, now + AHEAD))
    mine = (Contract.shop_id == shop.id, Contract.status == ACTIVE)
    soon = (*mine, Contract.at_risk_since.is_(None), Contract.next_charge_at < now + AHEAD)
    columns = select(Contract.id, Contract.next_charge_at)
    paid_with = Contract.payment_method_gid == PaymentMethod.shopify_gid
    theirs = columns.where(*soon, paid_with).correlate(PaymentMethod).offset(0).lateral("theirs")
    charged_on = func.date(func.timezone(shop.zone.key, theirs.c.next_charge_at))
    is_revoked, last = PaymentMethod.revoked_at.is_not(None), PaymentMethod.expires_on
    lapsing = (
        select(theirs.c.id, theirs.c.next_charge_at)
        .select_from(PaymentMethod)
        .join(theirs, true())
        .where(PaymentMethod.shop_id == shop.id, or_(is_revoked, last < until))
        .where(or_(is_revoked, last < today, last < charged_on))
    )
    failed = columns.where(*mine, Contract.at_risk_since.is_not(None))
    return union_all(failed, columns.where(*soon, Contract.payment_method_gid.is_(None)), lapsing)
