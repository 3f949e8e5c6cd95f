"""Edits whose asker died, or got no answer, between the request and its outcome: looked up and finished."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.actions import parse
from shopify_app.edits.contract.standing import LEASE
from shopify_app.edits.models import REQUESTED, ContractEdit
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.shops.queries import installed_ids

log = logging.getLogger(__name__)

BATCH = 10


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
    dead = (ContractEdit.state == REQUESTED, ContractEdit.lease_until < machine_now)
    query = select(func.count()).select_from(ContractEdit).where(*dead, ContractEdit.shop_id.in_(installed_ids()))
    return session.scalar(query) or 0


def _claim(ctx: Context) -> list[_Open]:
    moment = machine_now()
    dead = (ContractEdit.state == REQUESTED, ContractEdit.lease_until < moment)
    query = (
        select(ContractEdit, Contract.shopify_gid)
        .join(Contract, Contract.id == ContractEdit.contract_id)
        .where(*dead, ContractEdit.shop_id.in_(installed_ids()))
    )
    if ctx.only_shop_id is not None:
        query = query.where(ContractEdit.shop_id == ctx.only_shop_id)
    query = query.order_by(ContractEdit.lease_until).limit(BATCH).with_for_update(of=ContractEdit, skip_locked=True)
    with ctx.db.session() as session:
        found = session.execute(query).all()
        for edit, _ in found:
            session.execute(
                update(ContractEdit)
                .where(ContractEdit.shop_id == edit.shop_id, ContractEdit.request_id == edit.request_id)
                .values(lease_until=moment + LEASE)
            )
        return [
            _Open(Target(edit.shop_id, gid, edit.actor), edit.request_id, edit.action, edit.wish)
            for edit, gid in found
        ]
