"""Actions that workflows asked for: kept by Flow's id of the run, then carried out through the doors, once each.

Three steps: the row · the edit it comes to, committed · the door, with a request id of the run's own. A worker that
dies anywhere leaves a row that the next one takes up with the same edit under the same request id.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.channels.flow import settings, targets
from shopify_app.channels.flow.models import DONE, REFUSED, WAITING, FlowRun
from shopify_app.channels.flow.targets import DATE, CannotDo
from shopify_app.channels.kept import TRIED_OUT
from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.edits import answers, changes, door
from shopify_app.edits.change import Target as TargetOfDate
from shopify_app.edits.contract import actions, goods
from shopify_app.edits.contract import answers as whole
from shopify_app.edits.contract import door as door_of_whole
from shopify_app.edits.contract.action import Target
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.db import Json, lock
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids

log = logging.getLogger(__name__)

ACTOR = "flow"
BATCH = 20
LEASE = timedelta(seconds=150)
"""Longer than the slowest edit."""
FIRST_WAIT, LONGEST_WAIT, MAX_TRIES = 10.0, 1800.0, 20
"""Seconds of machine time between tries that may yet succeed: about seven hours in all."""
_PASSING = {*answers.PASSING, *whole.PASSING, whole.No.NOT_SEEN}
_SO_ALREADY = {answers.Refusal.ALREADY, whole.No.ALREADY}
TURNED_OFF = N_("Workflows may not change subscriptions here: Settings → Flow in Perennial.")
OTHER_RUN = N_("This run was asked for with other fields before.")


@dataclass(frozen=True)
class Arrival:
    """What Flow asks for. `refusal`: why it will not be done, None where nothing is wrong with it so far."""

    run_id: str
    action: str
    asked: Json
    refusal: str | None = None


def keep(session: Session, shop_id: int, arrival: Arrival, now: datetime) -> FlowRun:
    """Keep an action, or find the one that this run asked for before; its row as it stands then. `now`: business
    time."""
    asked, refusal = arrival.asked, arrival.refusal
    if refusal is None and not settings.of(session, shop_id).takes_actions:
        refusal = TURNED_OFF
    gid = asked.get("subscription-id")
    if refusal is None and mirror.find(session, shop_id, str(gid)) is None:
        refusal = whole.WORDS[whole.No.GONE]
    row = {
        "shop_id": shop_id,
        "run_id": arrival.run_id,
        "action": arrival.action,
        "asked": asked,
        "contract_gid": gid,
    }
    row |= {"state": REFUSED if refusal else WAITING, "words": refusal, "next_try_at": machine_now()}
    row |= {"asked_at": now, "finished_at": now if refusal else None}
    again = {"arrivals": FlowRun.arrivals + 1}
    kept = insert(FlowRun).values(row).on_conflict_do_update(index_elements=["shop_id", "run_id"], set_=again)
    return session.scalars(kept.returning(FlowRun), execution_options={"populate_existing": True}).one()


class _Later(Exception):
    """It cannot be said yet what the run comes to; the message says why."""


def drain(ctx: Context) -> int:
    """Carry out one batch; returns how many were tried."""
    for done in range(BATCH):
        claimed = _claim(ctx)
        if claimed is None:
            return done
        _carry_out(ctx, *claimed)
    ctx.wakeups.wake("flow_actions")
    return BATCH


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count actions that can be carried out now, and those in a worker's hands (machine time)."""
    held = and_(FlowRun.state == WAITING, FlowRun.lease_until >= machine_now)
    either = or_(and_(*_ready(machine_now)), held)
    return session.scalar(select(func.count()).select_from(FlowRun).where(either)) or 0


def _ready(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(FlowRun.lease_until.is_(None), FlowRun.lease_until < moment)
    return FlowRun.state == WAITING, FlowRun.next_try_at <= moment, free, FlowRun.shop_id.in_(installed_ids())


def _claim(ctx: Context) -> tuple[int, datetime] | None:
    moment = machine_now()
    # a copy of the database somewhere else must not act on the live shop
    ours = FlowRun.shop_id.in_(select(Shop.id).where(Shop.host == ctx.settings.host))
    found = select(FlowRun).where(*_ready(moment), ours).order_by(FlowRun.next_try_at, FlowRun.id).limit(1)
    if ctx.only_shop_id is not None:
        found = found.where(FlowRun.shop_id == ctx.only_shop_id)
    with ctx.db.session() as session:
        run = session.scalars(found.with_for_update(skip_locked=True)).first()
        if run is None:
            return None
        run.lease_until, run.tries = moment + LEASE, run.tries + 1
        return run.id, run.lease_until


def _carry_out(ctx: Context, run_id: int, lease_until: datetime) -> None:
    try:
        run = _settled(ctx, run_id)
        reach("flow.after_intent_before_edit")
        answer = _ask(ctx, run)
    except CannotDo as reason:
        _finish(ctx, run_id, lease_until, REFUSED, str(reason))
        return
    except _Later as reason:
        _later(ctx, run_id, lease_until, str(reason))
        return
    except Exception as error:
        # a bug about one run; its text stays out of the row because it may quote the subscription
        log.exception("flow action failed", extra={"run": run_id})
        _later(ctx, run_id, lease_until, f"unforeseen: {type(error).__name__}")
        return
    reach("flow.after_edit_before_record")
    if answer.is_done or answer.refusal in _SO_ALREADY:
        _finish(ctx, run_id, lease_until, DONE, answer.words)
    elif answer.refusal in _PASSING:
        _later(ctx, run_id, lease_until, answer.words)
    else:
        _finish(ctx, run_id, lease_until, REFUSED, answer.words)


def _later(ctx: Context, run_id: int, lease_until: datetime, words: str) -> None:
    with ctx.db.session() as session:
        tries = session.get_one(FlowRun, run_id).tries
    if tries >= MAX_TRIES:
        _finish(ctx, run_id, lease_until, REFUSED, TRIED_OUT % {"tries": tries, "words": words})
        return
    wait = timedelta(seconds=min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT))
    _write(ctx, run_id, lease_until, {"next_try_at": machine_now() + wait, "words": words})


def _settled(ctx: Context, run_id: int) -> FlowRun:
    """The run with the edit it comes to, committed. Raises CannotDo and _Later."""
    with ctx.db.session() as session:
        run = session.get_one(FlowRun, run_id)
    if run.edit is None and run.action == "swap":
        why_not = goods.learn(ctx, run.shop_id, run.asked["new-variant-id"])
        if why_not is whole.No.NO_ANSWER:
            raise _Later(whole.WORDS[why_not])
    with ctx.db.session() as session:
        lock(session, "flow-run", run_id)
        run = session.get_one(FlowRun, run_id, populate_existing=True)
        if run.edit is None:
            if not settings.of(session, run.shop_id).takes_actions:
                raise CannotDo(TURNED_OFF)  # turned off since it was asked for
            shop = session.get_one(Shop, run.shop_id)
            run.edit = targets.edit_of(session, shop, run.action, run.asked, ctx.clock.now())
        return run


def _ask(ctx: Context, run: FlowRun) -> answers.Answer | whole.Answer:
    edit, gid, request_id = run.edit or {}, str(run.contract_gid), f"flow:{run.id}"
    if edit["door"] == DATE:
        target = TargetOfDate(run.shop_id, gid, edit["index"], ACTOR)
        return door.carry_out(ctx, changes.parse(edit["name"], edit["wish"]), target, request_id)
    action = actions.parse(edit["name"], edit["wish"])
    return door_of_whole.carry_out(ctx, action, Target(run.shop_id, gid, ACTOR), request_id)


def _finish(ctx: Context, run_id: int, lease_until: datetime, state: str, words: str) -> None:
    log.info("flow action", extra={"run": run_id, "state": state})
    _write(ctx, run_id, lease_until, {"state": state, "words": words, "finished_at": ctx.clock.now()})


def _write(ctx: Context, run_id: int, lease_until: datetime, values: Json) -> None:
    """Only while the run is still this worker's."""
    mine = update(FlowRun).where(FlowRun.id == run_id, FlowRun.lease_until == lease_until)
    with ctx.db.session() as session:
        session.execute(mine.values(lease_until=None, **values))
