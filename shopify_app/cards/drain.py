"""The cards' drain, in this order: see what changed, plan what came near, tell what is due."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.cards import expiring, look
from shopify_app.cards.models import CardNotice
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import MACHINE_NOW, NOW, total
from shopify_app.shoppers.models import PaymentMethod


def drain(ctx: Context) -> int:
    """Work off one batch of each; returns how many rows were looked at."""
    now, done = ctx.clock.now(), 0
    with ctx.db.session() as session:
        done += look.first_sights(session)
    with ctx.db.session() as session:
        done += look.methods(session, now, machine_now())
    with ctx.db.session() as session:
        done += look.contracts(session, now)
    for work in (expiring.plan, expiring.tell):
        with ctx.db.session() as session:
            done += work(session, now)
    if done:
        ctx.wakeups.wake("klaviyo")
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count what can be done by `now` (business) and `machine_now`, a batch of each at most."""
    return session.scalar(_question(), {"now": now, "machine_now": machine_now}) or 0


@cache
def _question() -> Select[int]:
    new = select(PaymentMethod.id).where(PaymentMethod.to_look.is_(True), PaymentMethod.seen.is_(None))
    fresh = select(Contract.id).where(Contract.method_to_look.is_(True), Contract.seen_method.is_(None))
    work = (
        new,
        fresh,
        look.changed_methods(MACHINE_NOW, PaymentMethod.id),
        look.changed_contracts(Contract.id),
        expiring.unplanned(NOW, PaymentMethod.id),
        expiring.ripe(NOW, CardNotice.method_id),
    )
    return total(*(each.limit(look.BATCH) for each in work))
