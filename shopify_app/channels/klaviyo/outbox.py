"""From facts to deliveries: every fact of a catalogued kind gets one row, as soon as its shop has an account.

A shop without a key loses nothing: its facts wait in the journal and get their rows when it connects.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.catalogue import CHANNEL, METRICS
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount
from shopify_app.channels.klaviyo.render import CannotRender, event
from shopify_app.journal.models import PARKED_DELIVERY, PENDING, Delivery, Fact
from shopify_app.shops.models import INSTALLED, Shop

BATCH = 200
OLD = timedelta(days=7)
"""Business age beyond which a fact is history: recorded in Klaviyo, starting no flow."""
SETTLED = "10 minutes"
"""Machine time after which no open transaction can still add a fact with a smaller id."""


def fill(session: Session, now: datetime, machine_now: datetime) -> int:
    """Add the missing deliveries of up to 200 facts of one connected shop; returns how many."""
    shop_id = session.scalar(select(Fact.shop_id).where(*_missing()).order_by(Fact.id).limit(1))
    if shop_id is None:
        return 0
    account = session.scalars(
        select(KlaviyoAccount).where(KlaviyoAccount.shop_id == shop_id).with_for_update(skip_locked=True)
    ).one_or_none()
    if account is None:
        return 0
    shop = session.get_one(Shop, shop_id)
    facts = session.scalars(
        select(Fact).where(*_missing(), Fact.shop_id == shop_id).order_by(Fact.id).limit(BATCH)
    ).all()
    for fact in facts:
        session.add(_delivery(session, shop, fact, now, machine_now))
    session.flush()
    if len(facts) < BATCH:
        _read_on(session, account)
    return len(facts)


def missing(session: Session) -> int:
    """Count facts that a connected shop's channel has no delivery for yet."""
    return int(session.scalar(select(func.count()).select_from(Fact).where(*_missing())) or 0)


def _missing() -> tuple[ColumnElement[bool], ...]:
    told = select(Delivery.id).where(Delivery.fact_id == Fact.id, Delivery.channel == CHANNEL)
    connected = (
        select(KlaviyoAccount.shop_id)
        .join(Shop, Shop.id == KlaviyoAccount.shop_id)
        .where(
            KlaviyoAccount.shop_id == Fact.shop_id,
            KlaviyoAccount.state == CONNECTED,
            KlaviyoAccount.facts_read_to < Fact.id,
            Shop.status == INSTALLED,
        )
    )
    return Fact.kind.in_(METRICS), connected.exists(), ~told.exists()


def _delivery(session: Session, shop: Shop, fact: Fact, now: datetime, machine_now: datetime) -> Delivery:
    delivery = Delivery(
        shop_id=shop.id,
        fact_id=fact.id,
        channel=CHANNEL,
        contract_gid=fact.contract_gid,
        unique_id=fact.key,
        next_try_at=machine_now,
        state=PENDING,
    )
    try:
        delivery.body = event(session, shop, fact, backfill=now - fact.occurred_at > OLD)
    except CannotRender as reason:
        delivery.state, delivery.reason = PARKED_DELIVERY, str(reason)
    return delivery


def _read_on(session: Session, account: KlaviyoAccount) -> None:
    """Remember how far the journal is told. Recent facts are left out: one with a smaller id may commit later."""
    old_enough = Fact.recorded_at < func.now() - text(f"interval '{SETTLED}'")
    newest = session.scalar(select(func.max(Fact.id)).where(Fact.shop_id == account.shop_id, old_enough))
    account.facts_read_to = max(account.facts_read_to, newest or 0)
