"""Working bulk changes off, a short turn at a time and job by job in turn, so that nobody waits for one shop's.

Weighing writes; running asks the doors: claimed and committed · the door, with the item's own request id · recorded.
A worker that dies anywhere leaves an item that the next one takes up with the same edit under the same request id.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.edits import answers, changes, door
from shopify_app.edits.bulk import weigh
from shopify_app.edits.bulk.models import (
    CAN,
    CANNOT,
    CHANGED,
    DONE,
    NEW,
    REFUSED,
    RUNNING,
    WEIGHED,
    WEIGHING,
    BulkItem,
    BulkJob,
)
from shopify_app.edits.bulk.requests import id_of
from shopify_app.edits.bulk.wishes import DATE
from shopify_app.edits.change import Target as TargetOfDate
from shopify_app.edits.contract import actions
from shopify_app.edits.contract import answers as whole
from shopify_app.edits.contract import door as door_of_whole
from shopify_app.edits.contract.action import Target
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.db import Json
from shopify_app.kit.speech import kept
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed_ids

log = logging.getLogger(__name__)

WEIGHED_AT_ONCE, DONE_AT_ONCE = 100, 20
TURN = timedelta(seconds=10)
"""Machine time after which a turn that asks Shopify ends: charges wait no longer for a worker."""
LEASE = timedelta(seconds=150)
"""Longer than the slowest edit."""
FIRST_WAIT, LONGEST_WAIT, MAX_TRIES = 10.0, 900.0, 12
"""Seconds of machine time between tries that may yet succeed: about two hours in all."""
_PASSING = {*answers.PASSING, *whole.PASSING, whole.No.NOT_SEEN}
TRIED_OUT = kept("It was tried %(tries)s times. The last time: %(words)s")


def drain(ctx: Context) -> int:
    """Take one turn with the job that waited longest; returns how many items were worked off, 1 at least."""
    with ctx.db.session() as session:
        job = session.scalars(_jobs(ctx).order_by(BulkJob.turn_at, BulkJob.id).limit(1)).first()
        if job is None:
            return 0
        job.turn_at = machine_now()
    if job.state == WEIGHING:
        return max(_weigh(ctx, job.id), 1)
    done, until = 0, machine_now() + TURN
    while done < DONE_AT_ONCE and machine_now() < until and _do_one(ctx, job):
        done += 1
    _end(ctx, job.id)
    return max(done, 1)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count jobs at which something can be done now."""
    return session.scalar(select(func.count()).select_from(BulkJob).where(*_at_work(machine_now))) or 0


def _at_work(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    item = BulkItem.job_id == BulkJob.id
    left = exists().where(item, BulkItem.state == CAN)
    ready = exists().where(item, *_ready(moment))
    runs = and_(BulkJob.state == RUNNING, or_(ready, ~left))
    return or_(BulkJob.state == WEIGHING, runs), BulkJob.shop_id.in_(installed_ids())


def _ready(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(BulkItem.lease_until.is_(None), BulkItem.lease_until < moment)
    return BulkItem.state == CAN, BulkItem.next_try_at <= moment, free


def _jobs(ctx: Context) -> Select[BulkJob]:
    # a copy of the database somewhere else must not act on the live shop
    ours = BulkJob.shop_id.in_(select(Shop.id).where(Shop.host == ctx.settings.host))
    found = select(BulkJob).where(*_at_work(machine_now()), ours).with_for_update(skip_locked=True)
    return found.where(BulkJob.shop_id == ctx.only_shop_id) if ctx.only_shop_id is not None else found


def _weigh(ctx: Context, job_id: int) -> int:
    now = ctx.clock.now()
    with ctx.db.session() as session:
        job = session.get_one(BulkJob, job_id, with_for_update=True)
        if job.state != WEIGHING:
            return 0
        query = select(BulkItem).where(BulkItem.job_id == job_id, BulkItem.state == NEW)
        items = session.scalars(query.order_by(BulkItem.contract_id).limit(WEIGHED_AT_ONCE)).all()
        shop = session.get_one(Shop, job.shop_id)
        for item in items:
            try:
                with session.begin_nested():
                    weigh.one(session, shop, job, item, now)
            except Exception as error:  # one that cannot be weighed may not hold up the others for ever
                item.state, item.words = CANNOT, _unforeseen(error, job_id, item.contract_id)
        if len(items) < WEIGHED_AT_ONCE:
            job.state = WEIGHED
        return len(items)


def _do_one(ctx: Context, job: BulkJob) -> bool:
    """Claim an item and carry it out; False when none can be claimed."""
    moment = machine_now()
    until = moment + LEASE
    with ctx.db.session() as session:
        runs = exists().where(BulkJob.id == BulkItem.job_id, BulkJob.state == RUNNING)
        query = select(BulkItem).where(BulkItem.job_id == job.id, runs, *_ready(moment))
        query = query.order_by(BulkItem.next_try_at, BulkItem.contract_id).limit(1)
        item = session.scalars(query.with_for_update(skip_locked=True, of=BulkItem)).first()
        if item is None:
            return False
        item.lease_until, item.tries = until, item.tries + 1
        gid = session.get_one(Contract, item.contract_id).shopify_gid
    reach("bulk.after_claim_before_edit")
    try:
        answer = _ask(ctx, job, item, gid)
    except Exception as error:
        _later(ctx, item, until, _unforeseen(error, job.id, item.contract_id))
        return True
    reach("bulk.after_edit_before_record")
    if answer.is_done:
        _write(ctx, item, until, {"state": CHANGED, "words": answer.words})
    elif answer.refusal in _PASSING:
        _later(ctx, item, until, answer.words)
    else:
        _write(ctx, item, until, {"state": REFUSED, "words": answer.words})
    return True


def _unforeseen(error: Exception, job_id: int, contract_id: int) -> str:
    """Log a bug about one subscription, and name it; its text stays out of the row because it may quote it."""
    log.exception("bulk item failed", extra={"job": job_id, "contract": contract_id})
    return f"unforeseen: {type(error).__name__}"


def _ask(ctx: Context, job: BulkJob, item: BulkItem, gid: str) -> answers.Answer | whole.Answer:
    edit, request_id = item.edit or {}, id_of(item.job_id, item.contract_id)
    if edit["door"] == DATE:
        target = TargetOfDate(job.shop_id, gid, edit["index"], job.actor)
        return door.carry_out(ctx, changes.parse(edit["name"], edit["wish"]), target, request_id)
    action = actions.parse(edit["name"], edit["wish"])
    return door_of_whole.carry_out(ctx, action, Target(job.shop_id, gid, job.actor), request_id)


def _later(ctx: Context, item: BulkItem, lease_until: datetime, words: str) -> None:
    if item.tries >= MAX_TRIES:
        gone = {"state": REFUSED, "words": TRIED_OUT % {"tries": item.tries, "words": words}}
        _write(ctx, item, lease_until, gone)
        return
    wait = timedelta(seconds=min(FIRST_WAIT * 2 ** (item.tries - 1), LONGEST_WAIT))
    _write(ctx, item, lease_until, {"next_try_at": machine_now() + wait, "words": words})


def _write(ctx: Context, item: BulkItem, lease_until: datetime, values: Json) -> None:
    """Only while the item is still this worker's."""
    mine = (BulkItem.job_id == item.job_id, BulkItem.contract_id == item.contract_id)
    statement = update(BulkItem).where(*mine, BulkItem.lease_until == lease_until)
    with ctx.db.session() as session:
        session.execute(statement.values(lease_until=None, **values))


def _end(ctx: Context, job_id: int) -> None:
    """A job of which nothing is left is done."""
    left = exists().where(BulkItem.job_id == BulkJob.id, BulkItem.state == CAN)
    done = update(BulkJob).where(BulkJob.id == job_id, BulkJob.state == RUNNING, ~left)
    with ctx.db.session() as session:
        session.execute(done.values(state=DONE, finished_at=ctx.clock.now()))
