"""The row of an edit of one date: begun before Shopify is asked, finished with what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopify_app.contracts import mirror
from shopify_app.contracts.models import BillingCycle
from shopify_app.edits.answers import PASSING, Answer, Refusal, refused
from shopify_app.edits.change import Change, Target
from shopify_app.edits.contract.requests import LONGEST_ID
from shopify_app.edits.models import DONE, REJECTED, REQUESTED, CycleEdit
from shopify_app.kit.clock import machine_now

LEASE = timedelta(seconds=120)
"""Machine time for which the cycle is not charged while Shopify is asked; after it the asker is dead."""


def named(request_id: str | None) -> str:
    """Return a request's id, a new one for None. Raises ValueError for one that is empty or too long."""
    if request_id is not None and not 0 < len(request_id) <= LONGEST_ID:
        raise ValueError("a request id has 1 to 100 characters")
    return request_id or str(uuid4())


def known(
    session: Session, change: Change, target: Target, request_id: str, cycle: BillingCycle
) -> Answer | CycleEdit | None:
    """Return what this request id was answered before; its row when it may be tried (again); None for a new one."""
    edit = session.get(CycleEdit, (target.shop_id, request_id), populate_existing=True)
    if edit is None:
        return None
    same = (edit.contract_id, edit.cycle_index, edit.action) == (cycle.contract_id, target.index, change.name)
    if not same or not change.is_wished(edit.wish):
        return refused(Refusal.OTHER_REQUEST)
    refusal = Refusal(edit.refusal) if edit.refusal else None
    if edit.state == REQUESTED or refusal in PASSING:
        return edit
    return Answer(edit.state == DONE, edit.words or "", refusal)


def told(session: Session, target: Target, request_id: str) -> Answer | None:
    """Return what a finished request about this cycle was answered; None while it may (still) be carried out."""
    edit = session.get(CycleEdit, (target.shop_id, request_id))
    contract = mirror.find(session, target.shop_id, target.contract_gid)
    if edit is None or contract is None or (edit.contract_id, edit.cycle_index) != (contract.id, target.index):
        return None
    refusal = Refusal(edit.refusal) if edit.refusal else None
    is_open = edit.state == REQUESTED or refusal in PASSING
    return None if is_open else Answer(edit.state == DONE, edit.words or "", refusal)


def write(
    session: Session,
    edit: CycleEdit | None,
    change: Change,
    target: Target,
    cycle: BillingCycle,
    request_id: str,
    now: datetime,
) -> CycleEdit:
    """Write a request down (anew if it is asked again) and keep the cycle from being charged. `now`: business time.

    What was asked about the same date before and never heard of is given up: this request tells what became of it.
    """
    moment = machine_now()
    _give_up(session, cycle, request_id, now)
    edit = edit or CycleEdit(shop_id=target.shop_id, request_id=request_id, contract_id=cycle.contract_id)
    edit.cycle_index, edit.action, edit.wish, edit.actor = target.index, change.name, change.wish(), target.actor
    edit.state, edit.before, edit.stamp = REQUESTED, change.before(cycle), moment.isoformat()
    edit.refusal = edit.words = edit.finished_at = None
    edit.asked_at, edit.lease_until = now, moment + LEASE
    cycle.claimed_at, cycle.lease_until = None, edit.lease_until
    session.add(edit)
    return edit


def finish(edit: CycleEdit, answer: Answer, now: datetime) -> Answer:
    """Write down what came of it (business time)."""
    edit.state, edit.words, edit.refusal = DONE if answer.is_done else REJECTED, answer.words, answer.refusal
    edit.finished_at, edit.lease_until = now, None
    return answer


def _give_up(session: Session, cycle: BillingCycle, request_id: str, now: datetime) -> None:
    mine = (CycleEdit.contract_id == cycle.contract_id, CycleEdit.cycle_index == cycle.cycle_index)
    others = (*mine, CycleEdit.state == REQUESTED, CycleEdit.request_id != request_id)
    lost = refused(Refusal.NOT_SEEN)
    values = {"state": REJECTED, "refusal": lost.refusal, "words": lost.words}
    session.execute(update(CycleEdit).where(*others).values(**values, finished_at=now, lease_until=None))
