"""Edits whose asker died, or got no answer, between the request and its outcome: looked up and finished."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.edits import open_rows
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.actions import parse
from shopify_app.edits.models import ContractEdit
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
            action = parse(row.action, row.wish)
        except (KeyError, TypeError):
            log.error("an edit of another version stays open", extra={"request": row.request_id})
            continue
        answer = door.confirm(ctx, action, row.target, row.request_id, is_last=True)
        log.info(
            "edit looked up",
            extra={
                "shop_id": row.target.shop_id,
                "action": row.action,
                "is_done": answer.is_done if answer else None,
            },
        )
    return len(rows)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count edits nobody is at any more. `machine_now`: machine time; business time does not matter."""
    return open_rows.count(session, ContractEdit, machine_now)


def _claim(ctx: Context) -> list[_Open]:
    with ctx.db.session() as session:
        return [
            _Open(Target(edit.shop_id, gid, edit.actor), edit.request_id, edit.action, edit.wish)
            for edit, gid in open_rows.claim(ctx, session, ContractEdit)
        ]
