"""Planning ahead: one row per notice owed in the coming days. Run hourly; running it again changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.cycles import billing_hour
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.notices.models import DROPPED, PLANNED, Notice
from shopify_app.notices.rules import owed
from shopify_app.notices.settings import lead_days
from shopify_app.notices.told import nearest, reopen_moved
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed

UPCOMING = "upcoming"
MARGIN = timedelta(days=2)
"""Business time beyond the longest lead that is planned: more than the hour until the next run, and a day at most
between a zone's midnight and noon."""
CHUNK = 500


def run(ctx: Context) -> int:
    """Plan for every installed shop; returns how many notices were planned or moved."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        shop_ids = [shop.id for shop in installed(session)]
    planned = 0
    for shop_id in shop_ids:
        with ctx.db.session() as session:
            planned += plan_shop(session, session.get_one(Shop, shop_id), now)
    ctx.wakeups.wake("notices")
    return planned


def plan_shop(session: Session, shop: Shop, now: datetime) -> int:
    """Plan one shop's upcoming notices; returns how many rows are new or have moved. `now`: business time."""
    leads = lead_days(session, shop.id)
    if not leads:
        return 0
    hour = billing_hour(session, shop.id)
    which = _upcoming(shop.id, now, now + timedelta(days=max(leads)) + MARGIN)
    reopen_moved(session, shop, *which)
    told = nearest(session, shop, *which)
    query = select(BillingCycle.contract_id, BillingCycle.cycle_index, BillingCycle.due_at).where(*which)
    rows = [
        _row(shop, contract_id, cycle_index, lead, at)
        for contract_id, cycle_index, due_at in session.execute(query)
        if due_at
        for lead, at in owed(leads, due_at, shop.zone, hour, now, told.get((contract_id, cycle_index))).items()
    ]
    return sum(_upsert(session, rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK))


def _upcoming(shop_id: int, now: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """The cycles that `rules.why_not` would let pass, as conditions."""
    active = select(Contract.id).where(Contract.shop_id == shop_id, Contract.status == ACTIVE)
    return (
        BillingCycle.shop_id == shop_id,
        and_(BillingCycle.due_at > now, BillingCycle.due_at <= until),
        BillingCycle.attempted_at.is_(None),
        BillingCycle.skipped.is_(False),
        BillingCycle.contract_id.in_(active),
    )


def _row(shop: Shop, contract_id: int, cycle_index: int, lead: int, at: datetime) -> dict[str, Any]:
    return {
        "shop_id": shop.id,
        "contract_id": contract_id,
        "cycle_index": cycle_index,
        "delivery": 0,
        "kind": UPCOMING,
        "lead_days": lead,
        "plan_at": at,
        "state": PLANNED,
    }


def _upsert(session: Session, rows: list[dict[str, Any]]) -> int:
    statement = insert(Notice).values(rows)
    changed = statement.on_conflict_do_update(
        constraint="uq_notices_once",
        set_={"plan_at": statement.excluded.plan_at, "state": PLANNED, "reason": None},
        # a cycle that moved, or one that was skipped and comes after all; what was told stays told
        where=((Notice.state == PLANNED) & (Notice.plan_at != statement.excluded.plan_at))
        | (Notice.state == DROPPED),
    )
    return len(session.scalars(changed.returning(Notice.id)).all())
