"""The ticker's two habits: run duties whose time has come, and wake every drain that has rows waiting."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app import schedule
from shopify_app.context import Context
from shopify_app.duties import Duty as DutyRow
from shopify_app.kit.clock import ClockUnreachable, machine_now
from shopify_app.kit.db import MACHINE_NOW, NOW

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Machine time after which a duty whose runner vanished may be started again."""

# made once: every duty is claimed and closed each time it runs, and making a statement takes longer than its answer
_duties = cast(Table, DutyRow.__table__)
_ADD = insert(_duties).values(name=bindparam("duty"), next_due_at=NOW).on_conflict_do_nothing()
_CLAIM = (
    update(_duties)
    .where(
        _duties.c.name == bindparam("duty"),
        _duties.c.next_due_at <= NOW,
        _duties.c.lease_until.is_(None) | (_duties.c.lease_until < MACHINE_NOW),
    )
    .values(lease_until=bindparam("until"), last_started_at=NOW)
    .returning(_duties.c.name)
)
_CLOSE = (
    update(_duties)
    .where(_duties.c.name == bindparam("duty"))
    .values(lease_until=None, next_due_at=bindparam("next"), last_finished_at=NOW, last_error=bindparam("error"))
)


def run_due_duties(ctx: Context, only: frozenset[str] = frozenset()) -> dict[str, str]:
    """Run each duty whose next instant has come; answer name → "done" or the error's name."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        known = _rows(session)
    due = [(duty, row is None) for duty, row in known if row is None or row.next_due_at <= now]
    return {
        duty.name: _run(ctx, duty)
        for duty, new in due
        if (not only or duty.name in only) and _claim(ctx, duty, now, new=new)
    }


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


def _claim(ctx: Context, duty: schedule.Duty, now: datetime, *, new: bool) -> bool:
    moment = machine_now()
    mine = {"duty": duty.name, "now": now, "machine_now": moment, "until": moment + LEASE}
    with ctx.db.session() as session:
        if new:
            session.execute(_ADD, mine)
        return session.execute(_CLAIM, mine).first() is not None


def _run(ctx: Context, duty: schedule.Duty) -> str:
    error: str | None = None
    try:
        duty.run(ctx)
    except Exception as failure:
        log.exception("duty failed", extra={"duty": duty.name})
        error = type(failure).__name__
    now = ctx.clock.now()
    # counted from the end, so that a clock that leapt a month runs the duty once, not thousands of times
    done = {"duty": duty.name, "now": now, "next": now + duty.every, "error": error}
    with ctx.db.session() as session:
        session.execute(_CLOSE, done)
    return error or "done"
