"""Forgetting edits that nobody asks about any more: their pictures hold addresses and notes, and stay long enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, tuple_

from shopify_app.context import Context
from shopify_app.edits.bulk.models import RUNNING, BulkJob
from shopify_app.edits.contract.statuses import Cancel
from shopify_app.edits.models import REQUESTED, ContractEdit, CycleEdit

KEEP = timedelta(days=400)
"""More than a year, so that a request id of a yearly subscription's last change is known when the next one comes."""
BATCH = 1000


def run(ctx: Context) -> int:
    """Delete finished edits asked for more than 400 days of business time ago; returns how many.

    A cancellation stays: its comment is shown on the subscription's page and goes with the shopper.
    """
    before = ctx.clock.now() - KEEP
    contracts = _batches(ctx, ContractEdit, _past(ContractEdit, before), ContractEdit.action != Cancel.name)
    with ctx.db.session() as session:
        session.execute(delete(BulkJob).where(BulkJob.made_at < before, BulkJob.state != RUNNING))
    return contracts + _batches(ctx, CycleEdit, _past(CycleEdit, before))


def _past(kind: type[ContractEdit] | type[CycleEdit], before: datetime) -> ColumnElement[bool]:
    return (kind.asked_at < before) & (kind.state != REQUESTED)


def _batches(ctx: Context, kind: type[ContractEdit] | type[CycleEdit], *which: ColumnElement[bool]) -> int:
    deleted = 0
    while True:
        old = select(kind.shop_id, kind.request_id).where(*which).limit(BATCH)
        statement = delete(kind).where(tuple_(kind.shop_id, kind.request_id).in_(old))
        with ctx.db.session() as session:
            gone = session.scalars(statement.returning(kind.request_id)).all()
        deleted += len(gone)
        if len(gone) < BATCH:
            return deleted
