"""Which subscriptions a payment method concerns, the one with the nearest charge first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.cards import rule
from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract

MOST = 20
"""So many are named in a fact; nobody reads a longer list in a mail."""


def paid_with(session: Session, shop_id: int, method_gid: str, *, or_were: bool = False) -> Sequence[Contract]:
    """Return the subscriptions that are not ended and are paid with a method.

    `or_were`: also those that were, and for which Shopify names no method any more.
    """
    named = Contract.payment_method_gid == method_gid
    if or_were:
        was = and_(Contract.seen_method == method_gid, Contract.payment_method_gid.is_(None))
        named = or_(named, was)
    mine = (Contract.shop_id == shop_id, named, Contract.status.not_in(ENDED))
    query = select(Contract).where(*mine).order_by(Contract.next_charge_at.nulls_last(), Contract.id)
    return session.scalars(query.limit(MOST)).all()


def charged_after(
    session: Session, shop_id: int, method_gid: str, expires_on: date, zone: ZoneInfo
) -> list[tuple[Contract, datetime]]:
    """Return active subscriptions with a planned charge after a card's last day, and the first such charge (UTC).

    As far ahead as the mirror knows: 100 days, or two periods of a subscription that is charged more rarely.
    """
    first = func.min(BillingCycle.due_at)
    query = (
        select(Contract, first)
        .join(BillingCycle, BillingCycle.contract_id == Contract.id)
        .where(
            Contract.shop_id == shop_id,
            Contract.payment_method_gid == method_gid,
            Contract.status == ACTIVE,
            BillingCycle.due_at >= rule.good_until(expires_on, zone),
            BillingCycle.attempted_at.is_(None),
        )
        .group_by(Contract.id)
        .order_by(first, Contract.id)
    )
    return [(contract, at) for contract, at in session.execute(query.limit(MOST)).all() if at]
