"""Every cycle of a day accounted for, from rows: billed, failed, skipped, held, parked, in flight, or to come.

What fits none of these is *unexplained*. There is never any, or it is an alert: on Home and in the metrics.
A cycle belongs to the shop-local day on which Shopify expects it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, cast, delete, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.billing.models import CHALLENGED, FAILED, REQUESTED, SETTLED, UNKNOWN, WRITTEN
from shopify_app.billing.models import BillingAttempt as Attempt
from shopify_app.billing.models import BillingSettings as Settings
from shopify_app.context import Context
from shopify_app.contracts.cycles import DEFAULT_HOUR
from shopify_app.contracts.models import ACTIVE, Contract
from shopify_app.contracts.models import BillingCycle as Cycle
from shopify_app.contracts.reconcile import shops_of
from shopify_app.insights.models import DailyCharges
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import INSTALLED, Shop

LATE = timedelta(hours=3)
"""Business time a run of charges may take before a cycle that nobody touched is unexplained."""
WEEK = timedelta(days=7)
KEPT = timedelta(days=400)
LOOK_BACK = timedelta(days=30)

BILLED_, FAILED_, SKIPPED, HELD, PARKED = "billed", "failed", "skipped", "held", "parked"
IN_FLIGHT, TO_COME, UNEXPLAINED = "in_flight", "to_come", "unexplained"
PLACES = (BILLED_, FAILED_, SKIPPED, HELD, PARKED, IN_FLIGHT, TO_COME, UNEXPLAINED)
NOT_EXPECTED = "not_expected"

_STATUSES = ("paused", "resumed", "reactivated", "cancelled", "expired", "failed")
_STATUS_FACTS = tuple(f"subscription.{name}" for name in _STATUSES)


@dataclass(frozen=True)
class Figures:
    """What became of a day's cycles."""

    day: date
    counts: Counter[str]

    @property
    def expected(self) -> int:
        return sum(self.counts[place] for place in PLACES)


@dataclass(frozen=True)
class Unexplained:
    """A cycle that should have been charged, and nobody can say why it was not."""

    shop_id: int
    contract_gid: str
    cycle_index: int
    expected_at: datetime


def run(ctx: Context) -> int:
    """Count today and the last week of every shop anew; returns how many days were written. Repeating it is safe."""
    now = ctx.clock.now()
    written = 0
    for shop in shops_of(ctx):
        with ctx.db.session() as session:
            written += write(session, shop, now)
    return written


def write(session: Session, shop: Shop, now: datetime) -> int:
    """Write the figures of the days that may still change, and of any that were missed; returns how many."""
    today = now.astimezone(shop.zone).date()
    days = figures(session, shop, _first_day(session, shop, today), today, now)
    values = [
        {"shop_id": shop.id, "day": one.day, "expected": one.expected, "counted_at": now}
        | {place: one.counts[place] for place in PLACES}
        for one in days
    ]
    statement = insert(DailyCharges).values(values)
    changed = {name: statement.excluded[name] for name in values[0] if name not in ("shop_id", "day")}
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "day"], set_=changed))
    session.execute(delete(DailyCharges).where(DailyCharges.shop_id == shop.id, DailyCharges.day < today - KEPT))
    return len(days)


def _first_day(session: Session, shop: Shop, today: date) -> date:
    newest = session.scalar(select(func.max(DailyCharges.day)).where(DailyCharges.shop_id == shop.id))
    missed = newest + timedelta(days=1) if newest else shop.installed_at.astimezone(shop.zone).date()
    # what nothing explained then may be explained by now: somebody looked, and let it be charged
    open_days = (DailyCharges.shop_id == shop.id, DailyCharges.unexplained > 0, DailyCharges.day < today)
    unsaid = session.scalar(
        select(func.min(DailyCharges.day)).where(*open_days, DailyCharges.day >= today - LOOK_BACK)
    )
    return max(today - LOOK_BACK, min(today - WEEK, missed, unsaid or today))


def figures(session: Session, shop: Shop, first: date, last: date, now: datetime) -> list[Figures]:
    """Return the figures of shop-local days `first` to `last`, as the rows have them at this moment."""
    on = cast(func.timezone(shop.zone.key, Cycle.expected_at), Date).label("day")
    sorted_out = _cycles(on, _place(now, machine_now()).label("place"))
    each = sorted_out.where(Cycle.shop_id == shop.id, *_between(shop, first, last)).subquery()
    query = select(each.c.day, each.c.place, func.count()).group_by(each.c.day, each.c.place)
    found: dict[date, Counter[str]] = {}
    for day, place, number in session.execute(query):
        found.setdefault(day, Counter())[place] += number
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [Figures(day, found.get(day, Counter())) for day in days]


def expected(shop_id: int, start: datetime, end: datetime, now: datetime) -> Select[int]:
    """Return the contracts with a cycle that is expected in [start, end) and counts in `Figures.expected`."""
    mine = (Cycle.shop_id == shop_id, Cycle.expected_at >= start, Cycle.expected_at < end)
    return _cycles(Cycle.contract_id).where(*mine, _place(now, machine_now()).in_(PLACES))


def unexplained_contracts(shop_id: int, now: datetime) -> Select[int]:
    """Return the contracts with an unexplained cycle, see `unexplained`."""
    return _unexplained(now, Cycle.contract_id).where(Cycle.shop_id == shop_id)


def unexplained(session: Session, now: datetime, shop_id: int | None = None) -> list[Unexplained]:
    """Return the unexplained cycles of the last seven days, oldest first, of one shop or of all installed ones."""
    query = _unexplained(now, Cycle.shop_id, Contract.shopify_gid, Cycle.cycle_index, Cycle.expected_at)
    query = query.order_by(Cycle.expected_at, Cycle.id)
    if shop_id is not None:
        query = query.where(Cycle.shop_id == shop_id)
    return [Unexplained(*row) for row in session.execute(query)]


def _unexplained(now: datetime, *columns: Any) -> Select[Any]:
    return (
        _cycles(*columns)
        .where(Cycle.expected_at >= now - WEEK, Cycle.expected_at < now + timedelta(days=1))
        # most cycles are out by these alone, before the dear questions are asked
        .where(Cycle.status != "BILLED", ~Cycle.skipped, Cycle.parked_reason.is_(None), Cycle.held_reason.is_(None))
        .where(or_(Cycle.due_at.is_(None), Cycle.due_at <= now - LATE))
        .where(_place(now, machine_now()) == UNEXPLAINED)
    )


def _cycles(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Cycle)
        .join(Contract, Contract.id == Cycle.contract_id)
        .join(Shop, and_(Shop.id == Cycle.shop_id, Shop.status == INSTALLED))
        .outerjoin(Settings, Settings.shop_id == Cycle.shop_id)
    )


def _between(shop: Shop, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    start = datetime.combine(first, time.min, shop.zone)
    end = datetime.combine(last + timedelta(days=1), time.min, shop.zone)
    return Cycle.expected_at >= start, Cycle.expected_at < end


def _place(now: datetime, moment: datetime) -> ColumnElement[str]:
    """Where one cycle belongs; the first that fits. What nothing explains is left over."""
    deadline = _due() + LATE
    stopped = or_(Contract.billing_stopped_at.is_not(None), Shop.billing_stopped_at.is_not(None))
    claimed = and_(Cycle.claimed_at.is_not(None), Cycle.lease_until >= moment)
    return case(
        (or_(Cycle.status == "BILLED", _has_attempt(SETTLED)), BILLED_),
        (Cycle.parked_reason.is_not(None), PARKED),
        (_has_attempt(WRITTEN, REQUESTED, UNKNOWN, CHALLENGED), IN_FLIGHT),
        (Cycle.skipped, SKIPPED),
        (and_(Cycle.attempted_at.is_not(None), _has_attempt(FAILED)), FAILED_),
        (Contract.parked_reason.is_not(None), PARKED),
        (or_(claimed, deadline > now), case((_is_active(), TO_COME), else_=NOT_EXPECTED)),
        (and_(~_is_active(), ~_was_active(deadline)), NOT_EXPECTED),
        (or_(Cycle.held_reason.is_not(None), stopped), HELD),
        else_=UNEXPLAINED,
    )


def _due() -> ColumnElement[datetime]:
    """When the cycle was to be charged; known from its expected day also when its contract has ended since."""
    zone = Shop.iana_timezone
    hour = func.make_interval(0, 0, 0, 0, func.coalesce(Settings.billing_hour, DEFAULT_HOUR).cast(Integer))
    day = func.date_trunc("day", func.timezone(zone, Cycle.expected_at))
    return func.coalesce(Cycle.due_at, func.timezone(zone, day + hour))


def _is_active() -> ColumnElement[bool]:
    """A cycle from before the contract's last pause is due only if it was not paused away."""
    return and_(
        Contract.status == ACTIVE,
        Contract.billable_since.is_not(None),
        or_(Cycle.due_at.is_not(None), func.coalesce(Cycle.expected_at >= Contract.billable_since, False)),
    )


def _was_active(at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a contract that is paused or ended now, or was meanwhile, still ran at an instant.

    The first change of status after it says what it was before: a charge that was missed is not explained by
    somebody's ending the contract a week later.
    """
    following = (
        select(Fact.before["status"].astext == ACTIVE)
        .where(
            Fact.shop_id == Cycle.shop_id,
            Fact.contract_gid == Contract.shopify_gid,
            Fact.kind.in_(_STATUS_FACTS),
            Fact.occurred_at > at,
        )
        .order_by(Fact.occurred_at, Fact.id)
        .limit(1)
        .correlate(Cycle, Contract, Shop, Settings)
        .scalar_subquery()
    )
    return func.coalesce(following, False)


def _has_attempt(*states: str) -> ColumnElement[bool]:
    """Looked up for each cycle: as `exists`, PostgreSQL would first gather the attempts of all shops and times."""
    found = select(true()).where(
        Attempt.shop_id == Cycle.shop_id,
        Attempt.contract_id == Cycle.contract_id,
        Attempt.cycle_index == Cycle.cycle_index,
        Attempt.state.in_(states),
    )
    return found.limit(1).correlate(Cycle).scalar_subquery().is_not(None)
