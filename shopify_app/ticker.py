"""The ticker's two habits: run duties whose time has come, and wake every drain that has rows waiting."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app import schedule
from shopify_app.context import Context
from shopify_app.duties import Duty as DutyRow
from shopify_app.kit.clock import ClockUnreachable, machine_now

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Machine time after which a duty whose runner vanished may be started again."""


def run_due_duties(ctx: Context, only: frozenset[str] = frozenset()) -> dict[str, str]:
    """Run each duty whose next instant has come; answer name → "done" or the error's name."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        due = [duty for duty, row in _rows(session) if row is None or row.next_due_at <= now]
    return {duty.name: _run(ctx, duty) for duty in due if (not only or duty.name in only) and _claim(ctx, duty, now)}


def duties_waiting(session: Session, now: datetime, moment: datetime) -> int:
    """Count duties due or running. A duty that has never run is due."""
    rows = [row for _, row in _rows(session)]
    return sum(row is None or row.next_due_at <= now or (row.lease_until or moment) > moment for row in rows)


def waiting(ctx: Context, *, fresh: bool = False) -> dict[str, int]:
    """Return what is actionable now: rows waiting by drain, and duties; only entries above zero."""
    now, moment = (ctx.clock.fresh() if fresh else ctx.clock.now()), machine_now()
    with ctx.db.session() as session:
        counts = {drain.name: drain.waiting(session, now, moment) for drain in schedule.DRAINS if drain.is_on(ctx)}
        counts["duties"] = duties_waiting(session, now, moment)
    return {name: count for name, count in counts.items() if count}


def sweep(ctx: Context) -> dict[str, int]:
    """Wake every drain that has rows waiting; answer the counts."""
    found = waiting(ctx)
    for name in found:
        if name in schedule.QUEUES:
            ctx.wakeups.wake(name)
    return found


def beat(ctx: Context) -> None:
    """One turn of the ticker; never raises, since the next turn is the cure."""
    try:
        run_due_duties(ctx)
        sweep(ctx)
    except ClockUnreachable as error:
        log.warning("no business time, waiting", extra={"error": str(error)})
    except Exception:
        log.exception("the ticker's turn failed")


def _rows(session: Session) -> list[tuple[schedule.Duty, DutyRow | None]]:
    known = {row.name: row for row in session.scalars(select(DutyRow))}
    return [(duty, known.get(duty.name)) for duty in schedule.DUTIES]


def _claim(ctx: Context, duty: schedule.Duty, now: datetime) -> bool:
    moment = machine_now()
    with ctx.db.session() as session:
        session.execute(insert(DutyRow).values(name=duty.name, next_due_at=now).on_conflict_do_nothing())
        claimed = session.execute(
            update(DutyRow)
            .where(
                DutyRow.name == duty.name,
                DutyRow.next_due_at <= now,
                (DutyRow.lease_until.is_(None)) | (DutyRow.lease_until < moment),
            )
            .values(lease_until=moment + LEASE, last_started_at=now)
            .returning(DutyRow.name)
        ).first()
    return claimed is not None


def _run(ctx: Context, duty: schedule.Duty) -> str:
    error: str | None = None
    try:
        duty.run(ctx)
    except Exception as failure:
        log.exception("duty failed", extra={"duty": duty.name})
        error = type(failure).__name__
    now = ctx.clock.now()
    with ctx.db.session() as session:
        session.execute(
            update(DutyRow)
            .where(DutyRow.name == duty.name)
            # counted from the end, so that a clock that leapt a month runs the duty once, not thousands of times
            .values(lease_until=None, next_due_at=now + duty.every, last_finished_at=now, last_error=error)
        )
    return error or "done"
