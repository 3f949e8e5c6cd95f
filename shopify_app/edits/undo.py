"""What takes an edit of one date back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.edits import door
from shopify_app.edits.change import Change, Target
from shopify_app.edits.changes import parse
from shopify_app.edits.models import DONE, CycleEdit


def find(ctx: Context, target: Target, request_id: str) -> Change | None:
    """Return what takes a finished edit of this cycle back; None when nothing does, or it is another's.

    An edit that is no longer how the cycle stands is history: it is not taken back.
    """
    with ctx.db.session() as session:
        return of(session, target, request_id, ctx.clock.now())


def of(session: Session, target: Target, request_id: str, now: datetime) -> Change | None:
    """Return the same within a transaction. `now`: business time."""
    edit = session.get(CycleEdit, (target.shop_id, request_id))
    standing = door.look(session, target, now)
    if standing is None or edit is None or edit.state != DONE:
        return None
    if (edit.contract_id, edit.cycle_index) != (standing.contract.id, target.index):
        return None
    change = parse(edit.action, edit.wish)
    return change.undo(edit.before) if change.is_true(standing.cycle) else None
