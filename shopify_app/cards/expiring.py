"""Cards that expire before a charge: a row is planned for each lead as the last day comes near, and told at its hour.

A row whose card threatens no charge is looked at again the next day, until the card has expired: a subscription may
be resumed meanwhile. Of several rows whose hour has come the nearest lead is told, so a card found late is told once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Date, Integer, Select, case, cast, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.cards import affected, facts, rule
from shopify_app.cards.models import DROPPED, PLANNED, RECORDED, CardNotice, CardSettings
from shopify_app.cards.settings import DEFAULT_LEADS, lead_days
from shopify_app.contracts.cycles import billing_hour
from shopify_app.kit.db import Instant
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.shops.models import INSTALLED, Shop

BATCH = 200
MARGIN = timedelta(days=2)
"""Business time beyond the longest lead that is planned: zones differ by a day."""
DAY = timedelta(days=1)


def plan(session: Session, now: datetime) -> int:
    """Plan a batch of cards whose last day came near; returns how many cards."""
    query = unplanned(now, PaymentMethod, Shop).order_by(Shop.id, PaymentMethod.id).limit(BATCH)
    rows = session.execute(query.with_for_update(of=PaymentMethod, skip_locked=True)).all()
    for shop, mine in groupby(rows, lambda row: row[1]):
        leads, hour = lead_days(session, shop.id), billing_hour(session, shop.id)
        for method, _ in mine:
            for lead in leads:
                _plan(session, method, lead, rule.plan_at(method.expires_on, lead, shop.zone, hour))
            planned = update(PaymentMethod).where(PaymentMethod.id == method.id)
            session.execute(planned.values(planned_for=method.expires_on, written_at=PaymentMethod.written_at))
    return len(rows)


def unplanned(now: Instant, *columns: Any) -> Select[Any]:
    """Select cards near their last day whose notices are yet to be planned, at most a batch of a shop.

    Asked shop by shop within its own leads, along the index of what is not planned.
    """
    chosen = func.jsonb_array_elements_text(CardSettings.lead_days).table_valued("value")
    own = select(func.max(cast(chosen.c.value, Integer))).scalar_subquery()
    longest = case((CardSettings.shop_id.is_(None), max(DEFAULT_LEADS)), else_=own)
    shops = (
        select(Shop.id, cast(now + MARGIN + func.make_interval(0, 0, 0, longest), Date).label("until"))
        .outerjoin(CardSettings, CardSettings.shop_id == Shop.id)
        .where(Shop.status == INSTALLED)
        .cte("shops_and_card_leads")
    )
    near = (
        select(PaymentMethod.id)
        .where(
            PaymentMethod.shop_id == shops.c.id,
            PaymentMethod.revoked_at.is_(None),
            PaymentMethod.planned_for.is_distinct_from(PaymentMethod.expires_on),
            PaymentMethod.expires_on.between(cast(now - MARGIN, Date), shops.c.until),
        )
        .order_by(PaymentMethod.expires_on)
        .limit(BATCH)
        .correlate(shops)
        .lateral("near_cards")
    )
    found = select(*columns).select_from(shops).join(near, true())
    return found.join(PaymentMethod, PaymentMethod.id == near.c.id).join(Shop, Shop.id == shops.c.id)


def tell(session: Session, now: datetime) -> int:
    """Tell, drop or put off a batch of notices whose hour has come (business time); returns how many."""
    query = ripe(now, CardNotice, PaymentMethod, Shop).order_by(CardNotice.plan_at, CardNotice.method_id)
    rows = session.execute(query.limit(BATCH).with_for_update(of=CardNotice, skip_locked=True)).all()
    for notice, method, shop in rows:
        _decide(session, notice, method, shop, now)
    return len(rows)


def ripe(now: Instant, *columns: Any) -> Select[Any]:
    """Select planned notices of installed shops whose hour has come."""
    return (
        select(*columns)
        .select_from(CardNotice)
        .join(PaymentMethod, PaymentMethod.id == CardNotice.method_id)
        .join(Shop, Shop.id == CardNotice.shop_id)
        .where(CardNotice.state == PLANNED, CardNotice.plan_at <= now, Shop.status == INSTALLED)
    )


def _plan(session: Session, method: PaymentMethod, lead: int, at: datetime) -> None:
    """What was told stays told; what was dropped is looked at once more, for it may be true again."""
    values = {"shop_id": method.shop_id, "method_id": method.id, "expires_on": method.expires_on, "lead_days": lead}
    statement = insert(CardNotice).values(**values, plan_at=at, state=PLANNED)
    again = {"plan_at": at, "state": PLANNED, "reason": None, "done_at": None}
    names = ["method_id", "expires_on", "lead_days"]
    is_dropped = CardNotice.state == DROPPED
    session.execute(statement.on_conflict_do_update(index_elements=names, set_=again, where=is_dropped))


def _decide(session: Session, notice: CardNotice, method: PaymentMethod, shop: Shop, now: datetime) -> None:
    leads, hour, last = lead_days(session, shop.id), billing_hour(session, shop.id), notice.expires_on
    today = now.astimezone(shop.zone).date()
    if reason := why_not(method, notice, leads, today=today):
        return _drop(notice, reason, now)
    if not rule.is_nearest(notice.lead_days, leads, last, shop.zone, hour, now):
        return _drop(notice, "a notice nearer to the last day takes its place", now)
    found = affected.charged_after(session, shop.id, method.shopify_gid, last, shop.zone)
    if not found:
        while notice.plan_at <= now:
            notice.plan_at += DAY
        return None
    facts.expiring(session, method, last, notice.lead_days, found, (last - today).days, now)
    notice.state, notice.done_at = RECORDED, now
    return None


def why_not(method: PaymentMethod, notice: CardNotice, leads: tuple[int, ...], *, today: Any) -> str | None:
    """Return why a notice is not owed any more, None when it may be."""
    if method.revoked_at is not None:
        return "the payment method was removed"
    if method.expires_on != notice.expires_on:
        return "the card was renewed"
    if notice.expires_on < today:
        return "the card has expired"
    return None if notice.lead_days in leads else "the shop tells at other leads now"


def _drop(notice: CardNotice, reason: str, now: datetime) -> None:
    notice.state, notice.reason, notice.done_at = DROPPED, reason, now
