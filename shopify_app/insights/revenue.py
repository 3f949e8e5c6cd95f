"""Counts monthly revenue: each shop's changed contracts against how they were last counted, once an hour.

The first count opens the books with every contract as it is, because Shopify keeps no history of prices. Afterwards
only what was written since is looked at, so the work grows with the changes. A movement belongs to the shop-local day
of the change, but never to a day before the last count; what was undone between two counts does not show.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import ACTIVE, EXPIRED, FAILED, Contract, ContractImport
from shopify_app.contracts.reconcile import shops_of
from shopify_app.dunning.final import ACTOR as GIVING_UP
from shopify_app.insights import movement, revenue_days
from shopify_app.insights.monthly import monthly
from shopify_app.insights.movement import Standing
from shopify_app.insights.revenue_models import ContractRevenue, RevenueCount, RevenueMovement
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop

OVERLAP = timedelta(minutes=10)
"""Machine time in which a transaction that wrote a contract may commit late; looked at again, harmlessly."""
AT_ONCE = 2000
BY_PAYMENT, BY_TERM, NOT_SAID = "payment", "term", "not_said"
"""Why somebody left: a charge that was not recovered, all charges made, or no reason given."""
_LEAVING = ("subscription.cancelled", "subscription.expired", "subscription.failed")


def run(ctx: Context) -> int:
    """Count every installed shop whose import is done; returns how many movements were written. Repeating is safe."""
    now, written = ctx.clock.now(), 0
    for shop in shops_of(ctx):
        with ctx.db.session() as session:
            written += count(session, shop, now)
    return written


def count(session: Session, shop: Shop, now: datetime) -> int:
    """Count one shop in the caller's transaction. `now`: business time."""
    reading = session.get(ContractImport, shop.id)
    if reading is None or reading.finished_at is None:
        return 0
    began, today = machine_now(), now.astimezone(shop.zone).date()
    known = session.scalars(
        select(RevenueCount).where(RevenueCount.shop_id == shop.id).with_for_update()
    ).one_or_none()
    if known is None:
        return _open(session, shop, began, today)
    found = _changes(session, shop, known, today)
    revenue_days.write(session, shop.id, min((each["day"] for each in found), default=known.counted_day), today)
    known.counted_day, known.counted_to = max(today, known.counted_day), began
    return len(found)


def _open(session: Session, shop: Shop, began: datetime, today: date) -> int:
    first = upsert(RevenueCount).values(shop_id=shop.id, first_day=today, counted_day=today, counted_to=began)
    if session.scalar(first.on_conflict_do_nothing().returning(RevenueCount.shop_id)) is None:
        return 0  # another process opened them this moment
    standing = select(Contract.shop_id, Contract.id, Contract.status, Contract.currency, monthly())
    session.execute(
        insert(ContractRevenue).from_select(
            ["shop_id", "contract_id", "status", "currency", "mrr"], standing.where(Contract.shop_id == shop.id)
        )
    )
    counted = select(
        ContractRevenue.shop_id, ContractRevenue.contract_id, literal(today), ContractRevenue.currency,
        literal(movement.OPENING), ContractRevenue.mrr, literal(1), literal(""),
    ).where(ContractRevenue.shop_id == shop.id, ContractRevenue.status == ACTIVE)  # fmt: skip
    names = ["shop_id", "contract_id", "day", "currency", "kind", "amount", "active", "reason"]
    session.execute(insert(RevenueMovement).from_select(names, counted))
    revenue_days.write(session, shop.id, today, today)
    mine = (RevenueMovement.shop_id == shop.id, RevenueMovement.day == today)
    return session.scalar(select(func.count()).select_from(RevenueMovement).where(*mine)) or 0


def _changes(session: Session, shop: Shop, known: RevenueCount, today: date) -> list[dict[str, Any]]:
    """Write down how the changed contracts stand now; returns the movements that were written."""
    written: list[dict[str, Any]] = []
    for changed in _slices(_changed(session, shop, known.counted_to)):
        reasons = _reasons(session, shop, [one for one in changed if one.status in movement.ENDED])
        for one in changed:
            before = Standing(one.old_status, one.old_currency, one.old_mrr) if one.old_status else None
            after = Standing(one.status, one.currency, one.mrr)
            on = one.changed_at.astimezone(shop.zone).date()
            values = {
                "shop_id": shop.id,
                "contract_id": one.id,
                "day": max(min(on, today), known.counted_day),
                "reason": reasons.get(one.gid, NOT_SAID) if one.status in movement.ENDED else "",
            }
            written += [values | vars(each) for each in movement.between(before, after)]
        standing = [
            {
                "shop_id": shop.id,
                "contract_id": one.id,
                "status": one.status,
                "currency": one.currency,
                "mrr": one.mrr,
            }
            for one in changed
            if one.old_status or one.status == ACTIVE  # what was never active is new when it is
        ]
        if standing:
            statement = upsert(ContractRevenue).values(standing)
            new = {name: statement.excluded[name] for name in ("status", "currency", "mrr")}
            session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "contract_id"], set_=new))
    for each in _slices(written):
        session.execute(insert(RevenueMovement), each)
    return written


def _changed(session: Session, shop: Shop, since: datetime) -> list[Any]:
    """Contracts written since, that stand otherwise than they were counted."""
    worth = monthly()
    old = ContractRevenue
    query = (
        select(
            Contract.id,
            Contract.shopify_gid.label("gid"),
            Contract.status,
            Contract.currency,
            worth.label("mrr"),
            Contract.shopify_updated_at.label("changed_at"),
            old.status.label("old_status"),
            old.currency.label("old_currency"),
            old.mrr.label("old_mrr"),
        )
        .outerjoin(old, and_(old.shop_id == Contract.shop_id, old.contract_id == Contract.id))
        .where(Contract.shop_id == shop.id, Contract.written_at >= since - OVERLAP)
        .where(or_(old.status.is_distinct_from(Contract.status), old.currency != Contract.currency, old.mrr != worth))
    )
    return list(session.execute(query.order_by(Contract.id)))


def _reasons(session: Session, shop: Shop, ended: list[Any]) -> dict[str, str]:
    """Return why contracts ended, by their ids at Shopify: as the journal has it of the last ending."""
    latest = (
        select(Fact.contract_gid, Fact.actor, Fact.data)
        .where(Fact.shop_id == shop.id, Fact.contract_gid.in_([one.gid for one in ended]), Fact.kind.in_(_LEAVING))
        .ext(distinct_on(Fact.contract_gid))
        .order_by(Fact.contract_gid, Fact.occurred_at.desc(), Fact.id.desc())
    )
    facts = {gid: (actor, data) for gid, actor, data in session.execute(latest)} if ended else {}
    return {one.gid: _reason(one.status, *facts.get(one.gid, ("", {}))) for one in ended}


def _reason(status: str, actor: str, data: dict[str, Any]) -> str:
    if status == EXPIRED:
        return BY_TERM
    if status == FAILED or actor == GIVING_UP:
        return BY_PAYMENT
    return str(data.get("reason") or NOT_SAID)


def _slices(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
