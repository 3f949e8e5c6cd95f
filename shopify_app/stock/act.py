"""Carrying decisions out when their time has come: through the door of edits, so that Shopify has the last word.

Each has one request id per deed, so a worker that dies between asking and hearing asks the same again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.billing import parking
from shopify_app.context import Context
from shopify_app.contracts import calendar
from shopify_app.contracts.cycles import UNBILLED, billing_hour
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.edits import door
from shopify_app.edits.answers import PASSING, Answer, Refusal
from shopify_app.edits.change import Change, Target
from shopify_app.edits.changes import parse
from shopify_app.edits.models import REJECTED, CycleEdit
from shopify_app.edits.move import Moving
from shopify_app.edits.skip import Skipping
from shopify_app.gateways.shopify.attempts import ALLOW_OVERSELLING
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import MACHINE_NOW, NOW, Instant, Json, lock, total
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids
from shopify_app.stock import dirty, ends, for_good, settings, swapped
from shopify_app.stock.models import StockCause, StockDecision
from shopify_app.stock.policy import DELAY, REST, SELL, SKIP, SWAP, TELL, parsed
from shopify_app.stock.queries import is_for
from shopify_app.stock.states import (
    APPLIED,
    CHOSEN,
    DISCONTINUED,
    POLICY,
    PROPOSED,
    RELEASED,
    TOLD,
)
from shopify_app.stock.weigh import wait_until

log = logging.getLogger(__name__)

BATCH = 20
LEASE, PATIENCE = timedelta(minutes=3), timedelta(minutes=2)
"""Machine time: how long one who acts may take, and when what did not get through is tried again."""
MOST_TRIES = 500
"""Of one decision, which is most of a day: what cannot be done for so long is a person's."""
DONE_KINDS = {
    SWAP: "stock.substituted",
    DELAY: "stock.delayed",
    REST: "stock.partially_filled",
    SKIP: "stock.skipped",
}
NOTICE = timedelta(hours=2)
"""A date nearer than this is no longer one that a shopper could be told of before."""


@dataclass(frozen=True)
class Case:
    """A decision with what is needed to carry it out, read before Shopify is asked."""

    decision: StockDecision
    contract: Contract
    cycle: BillingCycle
    shop: Shop
    kind: str
    hour: int

    def target(self) -> Target:
        """Return the order as the door wants it."""
        return Target(self.contract.shop_id, self.contract.shopify_gid, self.cycle.cycle_index, POLICY)


def drain(ctx: Context) -> int:
    """Carry out what is due; returns how many decisions."""
    done = 0
    for decision_id in _claim(ctx):
        try:
            _act(ctx, decision_id)
        except Exception:
            # one decision that cannot be carried out must not keep the others from it
            log.exception("a stock decision cannot be carried out", extra={"decision_id": decision_id})
        done += 1
    if done:
        for name in ("stock_demand", "klaviyo", "stock"):
            ctx.wakeups.wake(name)
    return done


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count decisions whose time has come by `now` (business) and that nobody carries out (machine time)."""
    return session.scalar(_question(), {"now": now, "machine_now": machine_now}) or 0


@cache
def _question() -> Select[int]:
    return total(_due(NOW, MACHINE_NOW).limit(BATCH))


def _due(now: Instant, moment: Instant) -> Select[int]:
    return select(StockDecision.id).where(
        StockDecision.state.in_((PROPOSED, TOLD, CHOSEN, APPLIED)),
        StockDecision.act_at <= now,
        or_(StockDecision.lease_until.is_(None), StockDecision.lease_until < moment),
        StockDecision.shop_id.in_(installed_ids()),
    )


def _claim(ctx: Context) -> list[int]:
    now, moment = ctx.clock.now(), machine_now()
    query = _due(now, moment).order_by(StockDecision.act_at, StockDecision.id).limit(BATCH)
    with ctx.db.session() as session:
        ids = list(session.scalars(query.with_for_update(skip_locked=True)))
        mine = update(StockDecision).where(StockDecision.id.in_(ids))
        session.execute(mine.values(lease_until=moment + LEASE, tries=StockDecision.tries + 1))
    return ids


def _act(ctx: Context, decision_id: int) -> None:
    with ctx.db.session() as session:
        case = _case(session, decision_id)
        if case is None or not _is_open(case):
            _give_up(session, decision_id, ctx.clock.now())
            return
    decision = case.decision
    is_arrived = decision.state == APPLIED and decision.reason == ends.ARRIVED
    if not is_for(decision, case.cycle.expected_at) and not (is_arrived and _was_brought_forward(ctx, decision)):
        _decide_anew(ctx, decision_id)
        return
    if is_arrived:
        _bring_forward(ctx, case)
        return
    for word in _chain(decision) if decision.tries <= MOST_TRIES else (TELL,):
        answer = _try(ctx, case, word)
        if answer.is_done or answer.refusal is Refusal.ALREADY:
            return
        if answer.refusal in PASSING:
            _later(ctx, decision_id)
            return
        log.info("a stock decision takes another way", extra={"decision_id": decision_id, "not": word})


def _chain(decision: StockDecision) -> tuple[str, ...]:
    """What is tried, one after the other: what was chosen or is the default, then what always can be done."""
    fallback = parsed(decision.terms).fallback
    if decision.state == APPLIED:  # it has waited as long as it may
        return tuple(dict.fromkeys((fallback, SKIP, TELL)))
    return tuple(dict.fromkeys((decision.choice or decision.default, fallback, SKIP, TELL)))


def _try(ctx: Context, case: Case, word: str) -> Answer:
    if word == TELL:
        return _ask_a_person(ctx, case)
    if word == SELL:
        return _sell_anyway(ctx, case)
    if case.kind == DISCONTINUED and word in (SWAP, REST):
        done = for_good.carry_out(ctx, case.decision, case.contract.shopify_gid, word, POLICY)
        if done.answer.is_done:
            _applied(ctx, case, word, done.before, done.after)
        if not done.is_only_this_date:
            return done.answer
    change = _change(ctx, case, word)
    if change is None:
        return Answer(False, "", Refusal.REFUSED)
    answer = door.carry_out(ctx, change, case.target(), f"stock:{case.decision.id}:{word}")
    if answer.is_done or answer.refusal is Refusal.ALREADY:
        _applied(ctx, case, word, _before(ctx, case, word, change), change.after())
    return answer


def _change(ctx: Context, case: Case, word: str) -> Change | None:
    """Return the change of one order, None when it cannot be made (any more)."""
    if word == SKIP:
        return Skipping(True)
    with ctx.db.session() as session:
        asked = session.get(CycleEdit, (case.decision.shop_id, f"stock:{case.decision.id}:{word}"))
        if asked is not None and asked.state != REJECTED:
            return parse(asked.action, asked.wish)  # whoever asked it died: it is seen, or asked again
        if word == DELAY:
            to = _waits_until(session, case)
            return Moving(to) if to is not None and to > ctx.clock.now() else None
        fresh = _case(session, case.decision.id)
        return (
            swapped.change(session, fresh.decision, fresh.contract, fresh.cycle, word, ctx.clock.now())
            if fresh
            else None
        )


def _before(ctx: Context, case: Case, word: str, change: Change) -> Json:
    """The order as it was when it was asked for, though somebody else did so."""
    with ctx.db.session() as session:
        asked = session.get(CycleEdit, (case.decision.shop_id, f"stock:{case.decision.id}:{word}"))
        return asked.before if asked is not None else change.before(case.cycle)


def _waits_until(session: Session, case: Case) -> datetime | None:
    """The last day it may wait, as the order after it stands now."""
    kept = case.decision.terms.get("wait_until")
    mine = (BillingCycle.contract_id == case.contract.id, BillingCycle.cycle_index == case.cycle.cycle_index + 1)
    following = session.scalar(select(BillingCycle.expected_at).where(*mine, BillingCycle.status == UNBILLED))
    how, terms = settings.of(session, case.decision.shop_id), parsed(case.decision.terms)
    allowed = wait_until(case.cycle.expected_at, terms, how, following)
    return min(datetime.fromisoformat(kept), allowed) if kept and allowed else None


def _applied(ctx: Context, case: Case, word: str, before: Json, after: Json) -> None:
    """Write down what was done, tell it, and let the order go, unless it waits."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        decision = _locked(session, case.decision.id)
        if decision.ended_at is not None or (decision.state == APPLIED and decision.done == word):
            return
        decision.state, decision.done, decision.applied_at, decision.lease_until = APPLIED, word, now, None
        contract, cycle = ends.rows(session, decision)
        if contract is None or cycle is None:
            return
        data = {"chosen": decision.choice is not None, "charge_at": decision.charge_at.isoformat()}
        ends.tell(session, contract, decision, DONE_KINDS[word], now, data, before, after)
        if word == DELAY:
            decision.terms = {**decision.terms, "moved_to": cycle.expected_at.isoformat()}
            decision.act_at = cycle.expected_at - NOTICE  # what it holds cannot be changed once its day has come
        else:
            decision.ended_at, decision.act_at = now, None
            ends.free(session, decision, now)


def _sell_anyway(ctx: Context, case: Case) -> Answer:
    """The charge asks Shopify to sell what is not there, for this order alone."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        lock(session, "contract", case.contract.shop_id, case.contract.shopify_gid)
        decision = _locked(session, case.decision.id)
        if decision.ended_at is not None:
            return Answer(True, "")
        _, cycle = ends.rows(session, decision)
        if cycle is not None:
            cycle.inventory_policy = ALLOW_OVERSELLING
        decision.state, decision.done, decision.applied_at = APPLIED, SELL, now
        decision.ended_at, decision.act_at = now, None
        ends.free(session, decision, now)
    return Answer(True, "")


def _ask_a_person(ctx: Context, case: Case) -> Answer:
    """Nobody is charged by itself: the order is parked on its day, and stands where staff look."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        lock(session, "contract", case.contract.shop_id, case.contract.shopify_gid)
        decision = _locked(session, case.decision.id)
        if decision.ended_at is not None:
            return Answer(True, "")
        contract, cycle = ends.rows(session, decision)
        decision.state, decision.done, decision.applied_at, decision.act_at = APPLIED, TELL, now, None
        decision.lease_until = None
        if contract is not None and cycle is not None and cycle.parked_reason is None:
            parking.park(session, contract, ends.WAITED, now, cycle)
    return Answer(True, "")


def _bring_forward(ctx: Context, case: Case) -> None:
    """What was waited for has arrived: back to the first date, or to tomorrow, so that the shopper hears before."""
    now = ctx.clock.now()
    to = _comes_at(case, now)
    if to < case.cycle.expected_at:
        answer = door.carry_out(ctx, Moving(to), case.target(), f"stock:{case.decision.id}:back:{to:%Y%m%d}")
        if answer.refusal in PASSING:
            _later(ctx, case.decision.id)
            return
    with ctx.db.session() as session:
        decision = _locked(session, case.decision.id)
        if decision.ended_at is not None:
            return
        contract, cycle = ends.rows(session, decision)
        decision.state, decision.ended_at, decision.act_at = RELEASED, now, None
        ends.free(session, decision, now)
        if contract is not None and cycle is not None:
            charge_at = calendar.due_at(cycle.expected_at, case.shop.zone, case.hour)
            ends.tell(session, contract, decision, "stock.back", now, {"resume_at": charge_at.isoformat()})


def _was_brought_forward(ctx: Context, decision: StockDecision) -> bool:
    """Answer whether it was us who gave the order the date it has: whoever did so died before writing it down."""
    asked = (CycleEdit.shop_id == decision.shop_id, CycleEdit.request_id.startswith(f"stock:{decision.id}:back:"))
    with ctx.db.session() as session:
        return bool(session.scalar(select(exists().where(*asked, CycleEdit.state != REJECTED))))


def _comes_at(case: Case, now: datetime) -> datetime:
    """The date it had, if that is still to come, else tomorrow at the same time of day."""
    first = datetime.fromisoformat(case.decision.terms["expected_at"])
    if calendar.due_at(first, case.shop.zone, case.hour) > now + NOTICE:
        return first
    wall = first.astimezone(case.shop.zone)
    day = now.astimezone(wall.tzinfo).date() + timedelta(days=1)
    return datetime.combine(day, wall.time().replace(microsecond=0), tzinfo=wall.tzinfo)


def _case(session: Session, decision_id: int) -> Case | None:
    decision = session.get(StockDecision, decision_id, populate_existing=True)
    if decision is None:
        return None
    contract = session.get(Contract, decision.contract_id, populate_existing=True)
    mine = (BillingCycle.contract_id == decision.contract_id, BillingCycle.cycle_index == decision.cycle_index)
    cycle = session.scalar(select(BillingCycle).where(*mine).execution_options(populate_existing=True))
    if contract is None or cycle is None:
        return None
    contract.lines  # noqa: B018 - read while there is a session
    shop, cause = session.get_one(Shop, decision.shop_id), session.get_one(StockCause, decision.cause_id)
    return Case(decision, contract, cycle, shop, cause.kind, billing_hour(session, shop.id))


def _is_open(case: Case) -> bool:
    """Answer whether there is something left to decide: nobody charged, skipped or ended it meanwhile."""
    cycle = case.cycle
    return (
        case.contract.status == ACTIVE
        and cycle.status == UNBILLED
        and not cycle.skipped
        and cycle.attempted_at is None
        and case.decision.ended_at is None
    )


def _give_up(session: Session, decision_id: int, now: datetime) -> None:
    decision = session.get(StockDecision, decision_id)
    if decision is not None and decision.ended_at is None:
        ends.gone(session, decision, now)


def _decide_anew(ctx: Context, decision_id: int) -> None:
    """Somebody gave the order another date: nothing of what was decided for the old one is done."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        decision = _locked(session, decision_id)
        if decision.ended_at is None:
            ends.close(session, decision, "the order has another date", now)
        cause = session.get_one(StockCause, decision.cause_id)
        dirty.mark(session, decision.shop_id, [cause.item_gid])


def _later(ctx: Context, decision_id: int) -> None:
    """Not now: Shopify or somebody else is busy with it."""
    with ctx.db.session() as session:
        _locked(session, decision_id).lease_until = machine_now() + PATIENCE


def _locked(session: Session, decision_id: int) -> StockDecision:
    query = select(StockDecision).where(StockDecision.id == decision_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()
