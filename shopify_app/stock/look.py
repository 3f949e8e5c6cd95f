"""Looking at an item: who is short is held, decided once for this cause and told; who no longer is, is let go.

All before a charge: the cycle is held in the transaction that writes the decision, so no attempt can be made between.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, exists, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import is_one_of, lock, rows_of, total
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids
from shopify_app.stock import ends, hold, queries, sales, settings, supply, tell
from shopify_app.stock.models import Demand, ItemStanding, StockCause, StockDecision
from shopify_app.stock.runway import Claim, Runway, in_line, of_days, short
from shopify_app.stock.states import CLOSED, DISCONTINUED, LOW, OUT, PROPOSED
from shopify_app.stock.supply import Shelf

log = logging.getLogger(__name__)

ITEMS = 50
FIRST, SLICE = 100, 1_000
"""Decisions of one transaction: the nearest charges first, and those few at once."""
AGAIN = timedelta(seconds=5)


def drain(ctx: Context) -> int:
    """Look at the items that changed; returns how many decisions and items were dealt with."""
    done = 0
    for shop_id, item_gid in _dirty(ctx):
        try:
            done += 1 + look(ctx, shop_id, item_gid)
        except Exception:
            # one item that cannot be looked at must not keep the others from it; it is tried again
            log.exception("an item cannot be looked at", extra={"shop_id": shop_id, "item": item_gid})
            _put_off(ctx, shop_id, item_gid)
    if done:
        for name in ("klaviyo", "stock_acts"):
            ctx.wakeups.wake(name)
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count items that changed, as many as one drain takes."""
    query = select(ItemStanding.id).where(ItemStanding.dirty_at <= machine_now)
    return session.scalar(total(query.limit(ITEMS))) or 0


def look(ctx: Context, shop_id: int, item_gid: str, at_once: int | None = FIRST) -> int:
    """Look at one item until nothing is left to decide about it; returns how many decisions were written.

    `at_once`: how many are held and proposed in the first go. Those that are charged first are held at once and hear
    within moments, however many thousand there are; all others follow in one second go.
    """
    with ctx.db.session() as session:
        made, left, has_news = _look(session, shop_id, item_gid, ctx.clock.now(), at_once)
    limit = FIRST
    while has_news and _tell(ctx, shop_id, item_gid, limit):
        ctx.wakeups.wake("klaviyo")
        limit = SLICE
    if left:
        return made + look(ctx, shop_id, item_gid, at_once=None)
    return made


def _tell(ctx: Context, shop_id: int, item_gid: str, limit: int) -> int:
    """Decide and tell the next few; returns how many there were."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        lock(session, "stock", shop_id, item_gid)
        shop = session.get_one(Shop, shop_id)
        mine = (ItemStanding.shop_id == shop_id, ItemStanding.item_gid == item_gid)
        standing = session.scalar(select(ItemStanding).where(*mine))
        if standing is None or not shop.is_installed:
            return 0
        on, how = supply.shelf(session, shop_id, item_gid), settings.of(session, shop_id)
        return tell.tell_next(session, shop, on, how, standing, now, limit)


def look_ahead(ctx: Context) -> int:
    """Mark what time brings near: items that some order in sight will find short, and those of open causes.

    A duty. Returns how many items.
    """
    now, moment, count = ctx.clock.now(), machine_now(), 0
    with ctx.db.session() as session:
        for shop_id in session.scalars(installed_ids()).all():
            until = now + timedelta(days=settings.of(session, shop_id).ahead_days + 1)
            has_cause = exists().where(
                StockCause.shop_id == ItemStanding.shop_id,
                StockCause.item_gid == ItemStanding.item_gid,
                StockCause.closed_at.is_(None),
            )
            near = or_(ItemStanding.runs_out_at <= until, ItemStanding.looked_at.is_(None), has_cause)
            mine = (ItemStanding.shop_id == shop_id, ItemStanding.dirty_at.is_(None), near)
            marked = update(ItemStanding).where(*mine).values(dirty_at=moment).returning(ItemStanding.id)
            count += len(session.execute(marked).all())
        ends.free_forgotten(session, now)
    return count


def _look(session: Session, shop_id: int, item_gid: str, now: datetime, at_once: int | None) -> tuple[int, int, bool]:
    """Hold whoever is short, at most `at_once`, and let go of whoever no longer is.

    Returns how many decisions were proposed, how many are left for another go, and whether somebody is to be told of
    these, or of what a worker that died had proposed. Nobody is while the shelf does not stand still: a charge under
    way may be off the shelf already and in the queue still.
    """
    lock(session, "stock", shop_id, item_gid)
    mine = (ItemStanding.shop_id == shop_id, ItemStanding.item_gid == item_gid)
    # locked before anything is read: what changes meanwhile waits for us, and is marked after
    standing = session.scalar(select(ItemStanding).where(*mine).with_for_update())
    shop = session.get_one(Shop, shop_id)
    if standing is None or not shop.is_installed:
        return 0, 0, False
    seen = standing.dirty_at
    how = settings.of(session, shop_id)
    on = supply.shelf(session, shop_id, item_gid)
    needs = _note(session, standing, on, shop, now)
    open_ones = queries.open_of_item(session, shop_id, item_gid)
    if standing.discontinued_at is not None:
        open_ones = _set_aside(session, open_ones, now)
    missing: list[Claim] = []
    left = 0
    if on.units is not None and how.is_on:
        until = now + timedelta(days=how.ahead_days)
        needed = sum(units for at, units in needs if at <= until)
        if open_ones or needed > on.units:  # there is enough for everybody, which is the rule: nobody is asked for
            # with nothing there and nobody waiting, those charged first are short whoever else is: the rest is read
            # in the next go
            first = at_once if on.units <= 0 and not open_ones else None
            needing = supply.claims(session, shop_id, on, until, first)
            missing = short(on.units, needing)
            left = int(first is not None and len(needing) == first)
    open_ones = _unmoved(session, open_ones, now)
    decided = {_key(one) for one in open_ones}
    new = in_line(one for one in missing if not one.is_paid and _key(one) not in decided)
    left += _let_go(session, open_ones, missing, now, SLICE)
    made, busy = _decide(session, shop, standing, on, new[:at_once], now)
    left += len(new[at_once:]) if at_once is not None else 0
    _hold_on(session, shop_id, open_ones, missing, now)
    untold = any(one.state == PROPOSED and one.ended_at is None for one in open_ones)
    has_news = bool(made or untold) and not (made and supply.is_charging(session, shop_id, on, now))
    if not left:
        _close_cause(session, shop_id, item_gid, bool(missing), now)
        later = machine_now() + AGAIN if busy or made or _are_worked_on(open_ones) else None
        clean = update(ItemStanding).where(
            ItemStanding.id == standing.id, ItemStanding.dirty_at.is_not_distinct_from(seen)
        )
        session.execute(clean.values(dirty_at=later))
    return made, left, has_news


def _set_aside(session: Session, open_ones: Sequence[StockDecision], now: datetime) -> list[StockDecision]:
    """What was decided while the item was expected back is decided anew; returns what stays. The holds stay, too."""
    stays = []
    for one in open_ones:
        if session.get_one(StockCause, one.cause_id).kind == DISCONTINUED:
            stays.append(one)
        else:
            one.state, one.reason, one.ended_at, one.act_at = CLOSED, "the item is discontinued", now, None
    session.flush()
    return stays


def _note(
    session: Session, standing: ItemStanding, on: Shelf, shop: Shop, now: datetime
) -> list[tuple[datetime, int]]:
    """Keep how the item stands, for pages and for what time brings near; returns what is needed, by instants."""
    needs: list[tuple[datetime, int]] = []
    found = Runway(None, 0)
    if on.units is not None:
        needs = supply.instants(session, shop.id, on.gids, now + settings.HORIZON)
        pace, today = sales.pace(session, shop.id, on.gids, now), now.astimezone(shop.zone).date()
        found = of_days(on.units, supply.by_day(needs, shop.zone), pace, today)
    standing.supply, standing.short_units = on.units, found.short_units
    standing.runs_out_at = (
        datetime.combine(found.runs_out_on, datetime.min.time(), tzinfo=shop.zone) if found.runs_out_on else None
    )
    standing.looked_at = now
    session.flush()
    return needs


def _decide(
    session: Session,
    shop: Shop,
    standing: ItemStanding,
    on: Shelf,
    claims: Sequence[Claim],
    now: datetime,
) -> tuple[int, bool]:
    """Hold and propose; returns how many, and whether some order was busy and has to be looked at again."""
    if not claims:
        return 0, False
    cause, is_new = _cause(session, shop.id, standing, on, now)
    made = hold.propose(session, cause, claims, now)
    if is_new and not made:  # it has struck nobody yet
        session.delete(cause)
    return made, made < len(claims) and hold.is_any_busy(session, shop.id, claims)


def _hold_on(
    session: Session, shop_id: int, open_ones: Sequence[StockDecision], missing: Sequence[Claim], now: datetime
) -> None:
    """Who is decided and still short stays held, even if somebody skipped the order and brought it back meanwhile."""
    lacking = {_key(one): one for one in missing}
    kept = [lacking[_key(one)] for one in open_ones if one.ended_at is None and _key(one) in lacking]
    arriving = {_key(one) for one in open_ones if ends.arrives(one)}
    if again := [claim for claim in kept if _key(claim) not in arriving]:
        hold.hold_again(session, shop_id, again, now)


def _cause(
    session: Session, shop_id: int, standing: ItemStanding, on: Shelf, now: datetime
) -> tuple[StockCause, bool]:
    """Return the open cause of an item, or a new one, and whether it is new.

    What was low and is out now is one cause still.
    """
    is_gone = standing.discontinued_at is not None
    kind = DISCONTINUED if is_gone else OUT if (on.units or 0) <= 0 else LOW
    mine = (StockCause.shop_id == shop_id, StockCause.item_gid == standing.item_gid, StockCause.closed_at.is_(None))
    found = session.scalar(select(StockCause).where(*mine, (StockCause.kind == DISCONTINUED).is_(is_gone)))
    is_new = found is None
    if found is None:
        found = StockCause(
            shop_id=shop_id, item_gid=standing.item_gid, kind=kind, opened_at=now, supply=on.units or 0
        )
        session.add(found)
    elif not is_gone:
        found.kind = kind
    session.flush()
    return found, is_new


def _let_go(
    session: Session, open_ones: Sequence[StockDecision], missing: Sequence[Claim], now: datetime, limit: int
) -> int:
    """End what is no longer needed: the order is covered again, or it is gone (skipped, cancelled, paid, changed).

    Who waits longest first, at most `limit`; returns how many are left.
    """
    if not open_ones:
        return 0
    for one in open_ones:
        if ends.is_released(session, one):
            ends.by_person(session, one, now)
    open_ones = [one for one in open_ones if one.ended_at is None]
    lacking = {_key(one) for one in missing}
    needed = _needed(session, open_ones)
    free = [one for one in open_ones if not _is_worked_on(one)]
    served = [one for one in free if _key(one) in needed - lacking and not ends.arrives(one)]
    # what was to be done by now may be done, and not written down yet: `act` knows
    over = served + [one for one in free if _key(one) not in needed and (one.act_at is None or one.act_at > now)]
    over.sort(key=lambda one: (one.charge_at, one.contract_id))
    for one in over[:limit]:
        if _key(one) not in needed:
            ends.gone(session, one, now)
        else:
            ends.covered(session, one, now)
    return max(0, len(over) - limit)


def _is_worked_on(one: StockDecision) -> bool:
    return one.lease_until is not None and one.lease_until > machine_now()


def _are_worked_on(open_ones: Sequence[StockDecision]) -> bool:
    return any(_is_worked_on(one) for one in open_ones if one.ended_at is None)


def _unmoved(session: Session, open_ones: Sequence[StockDecision], now: datetime) -> list[StockDecision]:
    """Return what is decided for the date that the order has; what somebody moved since is decided anew."""
    pairs = sorted({(one.contract_id, one.cycle_index) for one in open_ones if one.told_at is not None})
    if not pairs:
        return list(open_ones)
    query = select(BillingCycle.contract_id, BillingCycle.cycle_index, BillingCycle.expected_at)
    query = query.where(is_one_of(pairs, BillingCycle.contract_id, BillingCycle.cycle_index))
    dates = {(row.contract_id, row.cycle_index): row.expected_at for row in session.execute(query)}
    stays = []
    for one in open_ones:
        at = dates.get((one.contract_id, one.cycle_index))
        is_ours = _is_worked_on(one) or ends.arrives(one)
        if one.told_at is None or at is None or is_ours or queries.is_for(one, at):
            stays.append(one)
        else:
            ends.close(session, one, "the order has another date", now)
    return stays


def _key(one: StockDecision | Claim) -> tuple[int, int, str]:
    return one.contract_id, one.cycle_index, one.variant_gid


def _needed(session: Session, decisions: Sequence[StockDecision]) -> set[tuple[int, int, str]]:
    pairs = sorted({(one.contract_id, one.cycle_index) for one in decisions})
    given = rows_of(pairs, BigInteger(), BigInteger())
    query = (
        select(Demand.contract_id, Demand.cycle_index, Demand.variant_gid)
        .join(given, (Demand.contract_id == given.c.a) & (Demand.cycle_index == given.c.b))
        .where(Demand.spent_at.is_(None))
    )
    return {(row.contract_id, row.cycle_index, row.variant_gid) for row in session.execute(query)}


def _close_cause(session: Session, shop_id: int, item_gid: str, is_short: bool, now: datetime) -> None:
    """A cause is over when nobody is short and nobody waits any more."""
    if is_short:
        return
    open_one = exists().where(StockDecision.cause_id == StockCause.id, StockDecision.ended_at.is_(None))
    mine = (StockCause.shop_id == shop_id, StockCause.item_gid == item_gid, StockCause.closed_at.is_(None))
    session.execute(update(StockCause).where(*mine, StockCause.kind != DISCONTINUED, ~open_one).values(closed_at=now))


def _dirty(ctx: Context) -> list[tuple[int, str]]:
    query = (
        select(ItemStanding.shop_id, ItemStanding.item_gid)
        .where(ItemStanding.dirty_at <= machine_now(), ItemStanding.shop_id.in_(installed_ids()))
        .order_by(ItemStanding.dirty_at)
        .limit(ITEMS)
    )
    with ctx.db.session() as session:
        return [(row.shop_id, row.item_gid) for row in session.execute(query)]


def _put_off(ctx: Context, shop_id: int, item_gid: str) -> None:
    with ctx.db.session() as session:
        mine = (ItemStanding.shop_id == shop_id, ItemStanding.item_gid == item_gid)
        session.execute(update(ItemStanding).where(*mine).values(dirty_at=machine_now() + timedelta(minutes=2)))
