"""The list of tasks: opened once for each occasion, done by somebody, taken back by them if they were wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.tasks.models import DONE, OPEN, Task


@dataclass(frozen=True)
class Matter:
    """What a person has to do, and about which subscription and order. See `Task`."""

    key: str
    kind: str
    words: str
    to_do: str
    contract_gid: str | None = None
    order_gid: str | None = None
    customer_gid: str | None = None


def begin(session: Session, shop_id: int, matter: Matter, now: datetime) -> bool:
    """Write a task down, in the transaction of what made it one; answers whether it is new. `now`: business time."""
    values = {"key": matter.key, "kind": matter.kind, "words": matter.words, "to_do": matter.to_do}
    about = {"contract_gid": matter.contract_gid, "order_gid": matter.order_gid, "opened_at": now}
    row = insert(Task).values(shop_id=shop_id, **values, **about)
    row = row.on_conflict_do_nothing(index_elements=["shop_id", "key"])
    task_id = session.scalar(row.returning(Task.id))
    if task_id is None:
        return False
    record(
        session,
        shop_id,
        key=f"task.opened:{task_id}",
        kind="task.opened",
        occurred_at=now,
        contract_gid=matter.contract_gid,
        customer_gid=matter.customer_gid,
        actor="perennial",
        data={"task": task_id, "what": matter.kind, "words": matter.words},
    )
    return True


def done(session: Session, shop_id: int, task_id: int, actor: str, now: datetime) -> bool:
    """Note that somebody did it; answers whether that is new. `now`: business time."""
    task = _locked(session, shop_id, task_id)
    if task is None or task.state == DONE:
        return False
    task.state, task.done_at, task.done_by = DONE, now, actor
    _tell(session, task, "task.done", actor, now)
    return True


def undo(session: Session, shop_id: int, task_id: int, actor: str, now: datetime) -> bool:
    """Note that it is not done after all; answers whether that is new. `now`: business time."""
    task = _locked(session, shop_id, task_id)
    if task is None or task.state == OPEN:
        return False
    task.state, task.done_at, task.done_by = OPEN, None, None
    _tell(session, task, "task.reopened", actor, now)
    return True


def find(session: Session, shop_id: int, task_id: int) -> Task | None:
    """Return a task of this shop's."""
    return session.scalar(select(Task).where(Task.shop_id == shop_id, Task.id == task_id))


def waiting(session: Session, shop_id: int) -> int:
    """Count what is to be done."""
    return session.scalar(select(func.count()).where(Task.shop_id == shop_id, Task.state == OPEN)) or 0


def listed(session: Session, shop_id: int, state: str = OPEN, limit: int = 100) -> Sequence[Task]:
    """Return tasks: what is to be done, oldest first; or what was done, newest first."""
    mine = select(Task).where(Task.shop_id == shop_id, Task.state == state)
    order = (Task.opened_at, Task.id) if state == OPEN else (Task.done_at.desc(), Task.id.desc())
    return session.scalars(mine.order_by(*order).limit(limit)).all()


def opened_since(session: Session, shop_id: int, since: datetime) -> Sequence[Task]:
    """Return what was opened after a business instant and is still to be done."""
    mine = (Task.shop_id == shop_id, Task.state == OPEN, Task.opened_at > since)
    return session.scalars(select(Task).where(*mine).order_by(Task.opened_at, Task.id)).all()


def _locked(session: Session, shop_id: int, task_id: int) -> Task | None:
    return session.scalar(select(Task).where(Task.shop_id == shop_id, Task.id == task_id).with_for_update())


def _tell(session: Session, task: Task, kind: str, actor: str, now: datetime) -> None:
    record(
        session,
        task.shop_id,
        # machine time: it may be done, and taken back, twice within one instant of business time
        key=f"{kind}:{task.id}:{machine_now().isoformat()}",
        kind=kind,
        occurred_at=now,
        contract_gid=task.contract_gid,
        actor=actor,
        data={"task": task.id, "what": task.kind, "words": task.words},
    )
