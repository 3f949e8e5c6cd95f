"""Rows of edits whose asker died, or got no answer, between the request and its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.edits.models import REQUESTED, ContractEdit, CycleEdit
from shopify_app.edits.requests import LEASE
from shopify_app.kit.clock import machine_now
from shopify_app.shops.queries import installed_ids

Kind = TypeVar("Kind", ContractEdit, CycleEdit)
BATCH = 10


def claim(ctx: Context, session: Session, kind: type[Kind]) -> Sequence[Row[Kind, str]]:
    """Take a batch for one more lease: each edit with its contract's gid."""
    moment = machine_now()
    query = select(kind, Contract.shopify_gid).join(Contract, Contract.id == kind.contract_id)
    query = query.where(*_dead(kind, moment))
    if ctx.only_shop_id is not None:
        query = query.where(kind.shop_id == ctx.only_shop_id)
    query = query.order_by(kind.lease_until).limit(BATCH).with_for_update(of=kind, skip_locked=True)
    found = session.execute(query).all()
    for edit, _ in found:
        edit.lease_until = moment + LEASE
    return found


def count(session: Session, kind: type[Kind], machine_now: datetime) -> int:
    """Count edits nobody is at any more (machine time)."""
    return session.scalar(select(func.count()).select_from(kind).where(*_dead(kind, machine_now))) or 0


def _dead(kind: type[Kind], moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return kind.state == REQUESTED, kind.lease_until < moment, kind.shop_id.in_(installed_ids())
