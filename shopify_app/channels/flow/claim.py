"""The delivery that is sent next: leased, as plain values. One at a time in each shop, so that the order stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from shopify_app.channels.flow.models import FlowSettings
from shopify_app.channels.flow.triggers import CHANNEL
from shopify_app.channels.klaviyo.outbox import OLD
from shopify_app.channels.klaviyo.truth import no_longer_true
from shopify_app.context import Context
from shopify_app.journal.models import DROPPED, PARKED_DELIVERY, PENDING, Delivery, Fact
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Instant, Json, try_lock
from shopify_app.kit.speech import N_
from shopify_app.shops.models import INSTALLED, Shop

SHOPS = 20
LEASE = timedelta(seconds=120)
"""Longer than the slowest call, a new token included."""
SENDER_DIED = (
    "The program ended while this was on its way to Flow, so nobody knows whether workflows have run. "
    "Look into Flow before you send it again."
)
TOO_OLD = N_("it happened more than seven days ago")
_STAYS_TRUE = ("payment.recovered", "payment.exhausted")
"""Whether the shopper was told of a failure does not matter to a workflow."""


@dataclass(frozen=True)
class Claim:
    """A leased delivery. `lease_until` tells this sender from another who claimed it later."""

    id: int
    shop_id: int
    lease_until: datetime
    body: Json


def ready(moment: Instant, host: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """What may be sent at `moment` (machine time), as conditions on deliveries. Of a shop that has one in hand: none.

    `host`: of shops that were installed under this address only, as what is sent twice starts workflows twice.
    """
    other = aliased(Delivery)
    in_hand_there = exists().where(
        other.channel == CHANNEL,
        other.state == PENDING,
        other.shop_id == Delivery.shop_id,
        other.lease_until >= moment,
    )
    on = select(FlowSettings.shop_id).join(Shop, Shop.id == FlowSettings.shop_id)
    on = on.where(FlowSettings.is_on, Shop.status == INSTALLED)
    on = on if host is None else on.where(Shop.host == host)
    free = or_(Delivery.lease_until.is_(None), and_(Delivery.lease_until < moment, ~Delivery.is_unsure))
    waits = (Delivery.channel == CHANNEL, Delivery.state == PENDING, Delivery.next_try_at <= moment)
    return (*waits, free, Delivery.shop_id.in_(on), ~in_hand_there)


def in_hand(moment: Instant) -> tuple[ColumnElement[bool], ...]:
    """What a sender holds at `moment` (machine time)."""
    return Delivery.channel == CHANNEL, Delivery.state == PENDING, Delivery.lease_until >= moment


def doubtful(moment: Instant) -> tuple[ColumnElement[bool], ...]:
    """What was on its way when its sender died."""
    died = and_(Delivery.lease_until < moment, Delivery.is_unsure)
    return Delivery.channel == CHANNEL, Delivery.state == PENDING, died


def claim(ctx: Context) -> Claim | None:
    """Lease the next delivery of the shop that has waited longest; None when there is none.

    What is no longer true, or happened long ago, is dropped.
    """
    with ctx.db.session() as session:
        for shop_id in session.scalars(_shops(machine_now(), ctx.settings.host)).all():
            if try_lock(session, "flow", shop_id) and (found := _next(ctx, session, shop_id)):
                return found
    return None


def leaves(ctx: Context, claimed: Claim) -> bool:
    """Write down that it leaves now: from here on only Shopify's answer says what became of it.

    False when somebody took it back meanwhile.
    """
    mine = (Delivery.id == claimed.id, Delivery.state == PENDING, Delivery.lease_until == claimed.lease_until)
    with ctx.db.session() as session:
        left = update(Delivery).where(*mine).values(is_unsure=True).returning(Delivery.id)
        return session.scalar(left) is not None


def give_up_doubtful(ctx: Context) -> int:
    """Park what was on its way when its sender died; returns how many."""
    with ctx.db.session() as session:
        lost = update(Delivery).where(*doubtful(machine_now()))
        values = {"state": PARKED_DELIVERY, "reason": SENDER_DIED, "lease_until": None}
        return len(session.scalars(lost.values(**values).returning(Delivery.id)).all())


def _shops(moment: datetime, host: str) -> Select[int]:
    first = func.min(Delivery.next_try_at)
    found = select(Delivery.shop_id).where(*ready(moment, host)).group_by(Delivery.shop_id)
    return found.order_by(first, Delivery.shop_id).limit(SHOPS)


def _next(ctx: Context, session: Session, shop_id: int) -> Claim | None:
    moment, now = machine_now(), ctx.clock.now()
    query = select(Delivery).where(*ready(moment, ctx.settings.host), Delivery.shop_id == shop_id)
    query = query.order_by(Delivery.id).limit(1).with_for_update(skip_locked=True)
    while delivery := session.scalars(query).first():
        reason = _stale(session, session.get_one(Fact, delivery.fact_id), now)
        if reason is None:
            delivery.lease_until = moment + LEASE
            return Claim(delivery.id, shop_id, delivery.lease_until, delivery.body or {})
        delivery.state, delivery.reason = DROPPED, reason
        session.flush()
    return None


def _stale(session: Session, fact: Fact, now: datetime) -> str | None:
    if now - fact.occurred_at > OLD:
        return TOO_OLD
    return None if fact.kind in _STAYS_TRUE else no_longer_true(session, fact, now)
