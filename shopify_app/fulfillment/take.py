"""The drain `feed`: takes facts out of the journal into entries, each once, in the order in which they were told."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, func, select, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.fulfillment import folding, ships
from shopify_app.fulfillment.locking import lock_near
from shopify_app.fulfillment.models import HISTORY, Change, ChangeFact, FeedReading
from shopify_app.journal import feed
from shopify_app.journal.models import Fact
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.db import total
from shopify_app.shops.models import INSTALLED, Shop
from shopify_app.shops.queries import installed_ids

log = logging.getLogger(__name__)

BATCH = 200
SESSION = timedelta(minutes=15)
"""Business time without a further change after which somebody's next one is an entry of its own."""
FRESH = timedelta(days=1)
"""Business time before the first look within which a change is still news."""
STRIDE = 500
SETTLED = "10 minutes"
"""Machine time after which no open transaction can still add a fact with a smaller id."""


def drain(ctx: Context) -> int:
    """Take a batch of facts of each shop that has any; returns how many."""
    with ctx.db.session() as session:
        shop_ids = list(session.scalars(select(missing(1).subquery().c.shop_id)))
    return sum(_take_alone(ctx, shop_id) for shop_id in shop_ids)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count facts that are not in the feed yet, a batch of a shop at most."""
    return session.scalar(_question()) or 0


@cache
def _question() -> Select[int]:
    return total(missing())


def missing(limit: int = BATCH, shop_id: int | None = None) -> Select[Any]:
    """Select the first facts (id, shop_id) of each installed shop, or of one, that are not in its feed."""
    taken = select(ChangeFact.fact_id).where(ChangeFact.fact_id == Fact.id)
    untold = (
        select(Fact.id)
        .where(
            Fact.shop_id == Shop.id,
            Fact.id > func.coalesce(FeedReading.facts_read_to, 0),
            Fact.kind.in_(feed.KINDS),
            ~feed.is_repeated(),
            ~taken.exists(),
        )
        .order_by(Fact.id)
        .limit(limit)
        .correlate(Shop, FeedReading)
        .lateral("untold")
    )
    found = (
        select(untold.c.id, Shop.id.label("shop_id"))
        .select_from(Shop)
        .outerjoin(FeedReading, FeedReading.shop_id == Shop.id)
        .join(untold, true())
        .where(Shop.status == INSTALLED)
    )
    return found if shop_id is None else found.where(Shop.id == shop_id)


def read_on(ctx: Context) -> int:
    """Remember how far each journal is taken where nothing was to be taken for a while; returns how many moved on.

    What waits is asked for every few seconds, and would be looked for among ever more facts of other kinds.
    """
    now = ctx.clock.now()
    with ctx.db.session() as session:
        shop_ids = list(session.scalars(installed_ids()))
        firsts = [{"shop_id": shop_id, "since": now} for shop_id in shop_ids]
        if firsts:
            session.execute(insert(FeedReading).values(firsts).on_conflict_do_nothing())
        free = select(FeedReading).where(FeedReading.shop_id.in_(shop_ids)).with_for_update(skip_locked=True)
        moved = 0
        for reading in session.scalars(free).all():
            if session.execute(missing(1, reading.shop_id)).first() is None:
                moved += _read_on(session, reading)
    return moved


def _take_alone(ctx: Context, shop_id: int) -> int:
    """One shop's facts that cannot be taken must not keep the others from it."""
    try:
        with ctx.db.session() as session:
            taken = take(session, shop_id, ctx.clock.now())
            reach("feed.before_commit")
    except Exception:
        log.exception("changes could not be taken into the feed", extra={"shop_id": shop_id})
        return 0
    return taken


def take(session: Session, shop_id: int, now: datetime) -> int:
    """Take a batch of one shop's facts; returns how many, 0 while somebody else does. `now`: business time."""
    session.execute(insert(FeedReading).values(shop_id=shop_id, since=now).on_conflict_do_nothing())
    mine = select(FeedReading).where(FeedReading.shop_id == shop_id)
    reading = session.scalar(mine.with_for_update(skip_locked=True))
    if reading is None:
        return 0
    shop = session.get_one(Shop, shop_id)
    ids = select(missing(BATCH, shop_id).subquery().c.id)
    facts = session.scalars(select(Fact).where(Fact.id.in_(ids)).order_by(Fact.id)).all()
    contracts = _contracts(session, shop_id, facts)
    lock_near(session, shop_id, facts, SESSION)
    for fact in facts:
        _put(session, shop, reading, fact, contracts.get(fact.contract_gid or ""))
    if len(facts) < BATCH:
        _read_on(session, reading)
    return len(facts)


def _contracts(session: Session, shop_id: int, facts: Iterable[Fact]) -> dict[str, Contract]:
    gids = {fact.contract_gid for fact in facts if fact.contract_gid}
    found = session.scalars(select(Contract).where(Contract.shop_id == shop_id, Contract.shopify_gid.in_(gids)))
    return {row.shopify_gid: row for row in found}


def _put(session: Session, shop: Shop, reading: FeedReading, fact: Fact, contract: Contract | None) -> None:
    ship = _ship(session, shop, contract, fact)
    part = folding.part_of(fact.kind, fact.before, fact.after, fact.data)
    reading.position += 1
    change = _open_entry(session, fact, ship.subject)
    if change is None:
        change = _begun(fact, ship, is_history=fact.occurred_at < reading.since - FRESH)
        session.add(change)
    else:
        change.revision += 1
    change.parts = folding.fold(change.parts, part)
    change.groups = sorted({*change.groups, folding.group_of(part, fact.kind)})
    change.is_void = folding.is_void(change.parts)
    change.first_at, change.last_at = min(change.first_at, fact.occurred_at), max(change.last_at, fact.occurred_at)
    first = change.shipped_on or ship.was
    change.ships_on = ship.on or change.ships_on
    change.shipped_on = first if first != change.ships_on else None
    change.position = reading.position
    session.flush()
    session.add(ChangeFact(fact_id=fact.id, shop_id=shop.id, change_id=change.id))
    session.flush()


def _ship(session: Session, shop: Shop, contract: Contract | None, fact: Fact) -> ships.Ship:
    """A fact whose dates cannot be read is an entry without a date rather than the end of the feed."""
    try:
        return ships.of_fact(session, shop, contract, fact)
    except (ValueError, TypeError):
        log.exception("the date of a change cannot be read", extra={"fact_id": fact.id, "kind": fact.kind})
        return ships.Ship(ships.WHOLE)


def _begun(fact: Fact, ship: ships.Ship, *, is_history: bool) -> Change:
    return Change(
        shop_id=fact.shop_id,
        contract_gid=fact.contract_gid,
        customer_gid=fact.customer_gid,
        actor=fact.actor,
        subject=ship.subject,
        ships_on=ship.on,
        shipped_on=None,
        first_at=fact.occurred_at,
        last_at=fact.occurred_at,
        groups=[],
        parts=[],
        revision=1,
        acknowledged_at=fact.occurred_at if is_history else None,
        acknowledged_by=HISTORY if is_history else None,
    )


def _open_entry(session: Session, fact: Fact, subject: str) -> Change | None:
    """The entry of the same session: by whoever acted now, about the same shipment, that nobody acknowledged yet."""
    if fact.contract_gid is None:
        return None
    mine = and_(Change.shop_id == fact.shop_id, Change.contract_gid == fact.contract_gid, Change.actor == fact.actor)
    near = Change.last_at.between(fact.occurred_at - SESSION, fact.occurred_at + SESSION)
    query = select(Change).where(mine, Change.subject == subject, near, Change.acknowledged_at.is_(None))
    found: Sequence[Change] = session.scalars(query.order_by(Change.id.desc()).limit(1).with_for_update()).all()
    return found[0] if found else None


def _read_on(session: Session, reading: FeedReading) -> bool:
    """Remember how far the journal is taken, in strides so that few rows are written. Recent facts are left out: one
    with a smaller id may commit later."""
    newest = session.scalar(
        select(Fact.id)
        .where(
            Fact.shop_id == reading.shop_id,
            Fact.id > reading.facts_read_to,
            Fact.recorded_at < func.now() - text(f"interval '{SETTLED}'"),
        )
        .order_by(Fact.id.desc())
        .limit(1)
    )
    is_behind = newest is not None and newest > reading.facts_read_to + STRIDE
    if newest is not None and is_behind:
        reading.facts_read_to = newest
    return is_behind
