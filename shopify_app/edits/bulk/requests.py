"""Asking for bulk changes: made, started by a person after it was weighed, stopped, taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, insert, literal, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.bulk.models import CAN, CHANGED, RUNNING, STOPPED, WEIGHED, WEIGHING, BulkItem, BulkJob
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json, lock
from shopify_app.kit.speech import N_

MOST = 100_000
"""Subscriptions of one job."""
UNDO = "undo"
RUNS_ALREADY = N_("Another bulk change is running. Wait until it is done, or stop it first.")
NOT_READY = N_("It is still being checked.")
NOTHING_TO_DO = N_("There is no subscription that it could be done with.")


def id_of(job_id: int, contract_id: int) -> str:
    """Return the request id of an item at the doors: the same however often it is tried."""
    return f"bulk:{job_id}:{contract_id}"


def make(
    session: Session, shop_id: int, contracts: Select[int], action: str, asked: Json, about: str, actor: str,
    now: datetime, undo_of: int | None = None,
) -> BulkJob:  # fmt: skip
    """Write a job with an item for each of these contracts (a select of ids, of this shop alone: checked again).

    `now`: business time.
    """
    job = BulkJob(shop_id=shop_id, action=action, asked=asked, about=about, actor=actor, made_at=now)
    job.state, job.total, job.turn_at, job.undo_of = WEIGHING, 0, machine_now(), undo_of
    session.add(job)
    session.flush()
    mine = select(literal(job.id), Contract.id, Contract.shop_id, literal(job.turn_at))
    mine = mine.where(Contract.shop_id == shop_id, Contract.id.in_(contracts)).order_by(Contract.id).limit(MOST)
    session.execute(insert(BulkItem).from_select(["job_id", "contract_id", "shop_id", "next_try_at"], mine))
    counted = select(func.count()).select_from(BulkItem).where(BulkItem.job_id == job.id)
    job.total = session.scalar(counted) or 0
    return job


def take_back(session: Session, job: BulkJob, actor: str, now: datetime) -> BulkJob:
    """Write a job that takes back what another one changed."""
    changed = select(BulkItem.contract_id).where(BulkItem.job_id == job.id, BulkItem.state == CHANGED)
    return make(session, job.shop_id, changed, UNDO, {"action": job.action}, job.about, actor, now, job.id)


def find(session: Session, shop_id: int, job_id: int) -> BulkJob | None:
    """Return a job of this shop as the database has it now."""
    query = select(BulkJob).where(BulkJob.id == job_id, BulkJob.shop_id == shop_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def start(session: Session, shop_id: int, job_id: int, now: datetime) -> str | None:
    """Let a weighed job run; return why not. One that runs or ran already is left as it is."""
    lock(session, "bulk", shop_id)
    job = find(session, shop_id, job_id)
    if job is None or job.state == WEIGHING:
        return NOT_READY
    if job.state != WEIGHED:
        return None
    running = select(BulkJob.id).where(BulkJob.shop_id == shop_id, BulkJob.state == RUNNING)
    if session.scalar(running.limit(1)) is not None:
        return RUNS_ALREADY
    some = select(BulkItem.contract_id).where(BulkItem.job_id == job_id, BulkItem.state == CAN)
    if session.scalar(some.limit(1)) is None:
        return NOTHING_TO_DO
    job.state, job.started_at, job.turn_at = RUNNING, now, machine_now()
    return None


def stop(session: Session, shop_id: int, job_id: int, now: datetime) -> None:
    """Let nothing more of a job be done; what a worker is doing at this moment is done."""
    lock(session, "bulk", shop_id)
    job = find(session, shop_id, job_id)
    if job is not None and job.state in (WEIGHING, WEIGHED, RUNNING):
        job.state, job.finished_at = STOPPED, now
