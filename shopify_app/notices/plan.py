"""Planning ahead: one row per notice owed in the coming days. Planning again changes nothing.

The drain plans each cycle as it comes near or moves; the hourly run plans all of them once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Integer, Select, case, cast, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.cycles import billing_hour
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.kit.db import Instant, Json, rows_of
from shopify_app.notices import rules, told
from shopify_app.notices.models import DROPPED, PLANNED, Notice, NoticeSettings
from shopify_app.notices.settings import DEFAULT_LEADS, lead_days
from shopify_app.shops.models import INSTALLED, Shop
from shopify_app.shops.queries import installed

UPCOMING = "upcoming"
MARGIN = timedelta(days=2)
"""Business time beyond the longest lead that is planned: more than the hour until the next run, and a day at most
between a zone's midnight and noon."""
CHUNK = 500
BATCH = 500


@dataclass(frozen=True)
class Around:
    """What planning needs to know beside a cycle or a delivery."""

    shop: Shop
    leads: tuple[int, ...]
    hour: int
    now: datetime


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
    return _plan(session, shop, session.execute(_cycles(session, shop, now)).all(), now)


def catch_up(session: Session, now: datetime) -> int:
    """Plan a batch of cycles that came near, moved or came back since they were planned; returns how many."""
    query = unplanned(now, BillingCycle.shop_id, *_COLUMNS)
    rows = session.execute(query.order_by(BillingCycle.shop_id).limit(BATCH)).all()
    for shop_id, mine in groupby(rows, lambda row: row[0]):
        shop = session.get_one(Shop, shop_id)
        _plan(session, shop, [row[1:] for row in mine], now)
    return len(rows)


def unplanned(now: Instant, *columns: Any) -> Select[Any]:
    """Select the cycles whose notices are yet to be planned for the charge they have now, at most a batch of a shop.

    Asked shop by shop within its own leads, along the index of what is not planned: what is costs nothing.
    """
    until = now + MARGIN + func.make_interval(0, 0, 0, longest())
    shops = (
        select(Shop.id, until.label("until"))
        .outerjoin(NoticeSettings, NoticeSettings.shop_id == Shop.id)
        .where(Shop.status == INSTALLED)
        .cte("shops_and_leads")
    )
    near = (
        select(BillingCycle.id)
        .where(
            BillingCycle.shop_id == shops.c.id,
            BillingCycle.due_at <= shops.c.until,
            BillingCycle.notices_for.is_distinct_from(BillingCycle.due_at),
            *_may_be_told(now),
        )
        .order_by(BillingCycle.due_at)
        .limit(BATCH)
        .correlate(shops)
        .lateral("near")
    )
    return (
        select(*columns)
        .select_from(shops)
        .join(near, true())
        .join(BillingCycle, BillingCycle.id == near.c.id)
        .join(Contract, Contract.id == BillingCycle.contract_id)
    )


_COLUMNS = (
    BillingCycle.contract_id,
    BillingCycle.cycle_index,
    BillingCycle.due_at,
    Contract.billing_policy,
    BillingCycle.id,
)


def _cycles(session: Session, shop: Shop, now: datetime) -> Select[int, int, datetime | None, Json, int]:
    """The cycles that `rules.why_not` would let pass, and that a lead of their shop reaches."""
    until = now + MARGIN + timedelta(days=max(lead_days(session, shop.id), default=0))
    mine = (BillingCycle.shop_id == shop.id, BillingCycle.due_at <= until, *_may_be_told(now))
    return select(*_COLUMNS).join(Contract, Contract.id == BillingCycle.contract_id).where(*mine)


def _may_be_told(now: Instant) -> tuple[ColumnElement[bool], ...]:
    """As conditions; a cycle has a `due_at` only while its contract is active."""
    return BillingCycle.due_at > now, BillingCycle.attempted_at.is_(None), ~BillingCycle.skipped


def longest() -> ColumnElement[int]:
    """Return the longest lead of a joined shop's settings in days, as SQL; null when it tells nobody."""
    leads = func.jsonb_array_elements_text(NoticeSettings.lead_days).table_valued("value")
    chosen = select(func.max(cast(leads.c.value, Integer))).scalar_subquery()
    return case((NoticeSettings.shop_id.is_(None), max(DEFAULT_LEADS)), else_=chosen)


def _plan(session: Session, shop: Shop, found: Iterable[Sequence[Any]], now: datetime) -> int:
    cycles = sorted((row for row in found if row[2]), key=lambda row: (row[0], row[1]))
    keys = [(row[0], row[1]) for row in cycles]
    around = around_of(session, shop, now)
    known = told.of_cycles(session, shop, keys)
    notices = [
        _notice(around, contract_id, index, lead, due_at, at)
        for contract_id, index, due_at, policy, _ in cycles
        for lead, at in owed(around, known.get((contract_id, index)), due_at, policy).items()
    ]
    # all notices before all cycles: whoever locks both takes them in this order
    changed = sum(upsert(session, chunk) for chunk in _chunks(notices))
    _mark_planned(session, sorted((row[4], row[2]) for row in cycles))
    return changed


def around_of(session: Session, shop: Shop, now: datetime) -> Around:
    """Return what planning needs to know of a shop. `now`: business time."""
    return Around(shop, lead_days(session, shop.id), billing_hour(session, shop.id), now)


def owed(around: Around, known: told.Told | None, due_at: datetime, policy: Json) -> dict[int, datetime]:
    """Return lead → UTC instant of the notices a charge is owed, by its shop's leads and what is known to be told."""
    if not around.leads:
        return {}
    leads = rules.leads_for(around.leads, rules.interval_days(policy))
    recorded = known.leads if known else frozenset()
    days = known.days_before(due_at, around.shop.zone) if known else None
    return rules.owed(leads, due_at, around.shop.zone, around.hour, around.now, recorded, days)


def _notice(
    around: Around, contract_id: int, cycle_index: int, lead: int, due_at: datetime, at: datetime
) -> dict[str, Any]:
    return {
        "shop_id": around.shop.id,
        "contract_id": contract_id,
        "cycle_index": cycle_index,
        "delivery": 0,
        "kind": UPCOMING,
        "lead_days": lead,
        "plan_at": at,
        "planned_at": around.now,
        "planned_for": due_at,
        "state": PLANNED,
    }


def _chunks(rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def upsert(session: Session, rows: list[dict[str, Any]]) -> int:
    """Write planned notices, at most one of a key; what was told stays told. Returns how many are new or moved."""
    statement = insert(Notice).values(rows)
    new = statement.excluded
    changed = statement.on_conflict_do_update(
        constraint="uq_notices_once",
        set_={
            "plan_at": new.plan_at,
            "planned_at": new.planned_at,
            "planned_for": new.planned_for,
            "state": PLANNED,
            "reason": None,
            "dropped_at": None,
        },
        # a cycle that moved, or one that was skipped and comes after all; what was told stays told
        where=(
            (Notice.state == PLANNED)
            & ((Notice.plan_at != new.plan_at) | Notice.planned_for.is_distinct_from(new.planned_for))
        )
        | (Notice.state == DROPPED),
    )
    return len(session.scalars(changed.returning(Notice.id)).all())


def _mark_planned(session: Session, cycles: Sequence[tuple[int, datetime]]) -> None:
    """Note the day that was planned for, which is another one than the cycle's if that moved in the meantime."""
    for start in range(0, len(cycles), CHUNK):
        planned = rows_of(cycles[start : start + CHUNK], BigInteger(), DateTime(timezone=True))
        session.execute(
            update(BillingCycle)
            .where(BillingCycle.id == planned.c.a, BillingCycle.notices_for.is_distinct_from(planned.c.b))
            .values(notices_for=planned.c.b)
            .execution_options(synchronize_session=False)
        )
