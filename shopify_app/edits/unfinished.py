"""Edits of one date whose asker died, or got no answer, before their outcome was known: looked up and finished."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.edits import door, open_rows
from shopify_app.edits.change import Target
from shopify_app.edits.changes import parse
from shopify_app.edits.models import CycleEdit
from shopify_app.kit.db import Json

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Open:
    target: Target
    request_id: str
    action: str
    wish: Json


def drain(ctx: Context) -> int:
    """Look up one batch at Shopify: done after all, or told as not done. Returns how many were looked at.

    Where Shopify does not answer, the row waits for another lease.
    """
    rows = _claim(ctx)
    for row in rows:
        try:
            change = parse(row.action, row.wish)
        except (KeyError, TypeError, ValueError):
            log.error("an edit of another version stays open", extra={"request": row.request_id})
            continue
        answer = door.confirm(ctx, change, row.target, row.request_id, is_last=True)
        is_done = answer.is_done if answer else None
        log.info("edit looked up", extra={"shop_id": row.target.shop_id, "action": row.action, "is_done": is_done})
    return len(rows)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count edits nobody is at any more. `machine_now`: machine time; business time does not matter."""
    return open_rows.count(session, CycleEdit, machine_now)


def _claim(ctx: Context) -> list[_Open]:
    with ctx.db.session() as session:
        return [
            _Open(Target(edit.shop_id, gid, edit.cycle_index, edit.actor), edit.request_id, edit.action, edit.wish)
            for edit, gid in open_rows.claim(ctx, session, CycleEdit)
        ]
