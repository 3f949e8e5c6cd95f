"""How a bulk change stands: numbers by state, reasons with examples, money, pace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import g, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.bulk.models import CAN, CANNOT, CHANGED, NEW, REFUSED, RUNNING, WEIGHING, BulkItem, BulkJob
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import known

EXAMPLES = 3


@dataclass
class Standing:
    """Numbers of items by state; `reasons`: words, how many, and the first numbers; `sums`: currency → money."""

    counts: dict[str, int]
    reasons: list[dict[str, Any]]
    sums: dict[str, Decimal] = field(default_factory=dict)
    pace: int | None = None

    def of(self, *states: str) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def can(self) -> int:
        return self.of(CAN)

    @property
    def done(self) -> int:
        return self.of(CHANGED)

    @property
    def refused(self) -> int:
        return self.of(REFUSED)

    @property
    def left_out(self) -> int:
        return self.of(CANNOT)

    @property
    def unweighed(self) -> int:
        return self.of(NEW)


def of(session: Session, job: BulkJob, now: datetime) -> Standing:
    """Return how a job stands. `now`: business time."""
    mine = BulkItem.job_id == job.id
    counts = select(BulkItem.state, func.count()).where(mine).group_by(BulkItem.state)
    standing = Standing(dict(session.execute(counts).all()), _reasons(session, job))
    money = (
        select(Contract.currency, func.sum(BulkItem.amount))
        .join(Contract, Contract.id == BulkItem.contract_id)
        .where(mine, BulkItem.state.in_((CAN, CHANGED)), BulkItem.amount.is_not(None))
        .group_by(Contract.currency)
    )
    standing.sums = {currency: amount or Decimal() for currency, amount in session.execute(money)}
    if job.state == RUNNING and job.started_at and (spent := (now - job.started_at).total_seconds()) > 0:
        standing.pace = round(60 * standing.of(CHANGED, REFUSED) / spent)
    return standing


def is_at_work(job: BulkJob) -> bool:
    """Whether the page has to look again."""
    return job.state in (WEIGHING, RUNNING)


def _reasons(session: Session, job: BulkJob) -> list[dict[str, Any]]:
    mine = (BulkItem.job_id == job.id, BulkItem.state.in_((CANNOT, REFUSED)))
    grouped = select(BulkItem.words, func.count().label("number")).where(*mine).group_by(BulkItem.words)
    found = []
    for words, number in session.execute(grouped.order_by(func.count().desc()).limit(20)):
        some = select(Contract.shopify_gid).join(BulkItem, BulkItem.contract_id == Contract.id)
        some = some.where(*mine, BulkItem.words == words).order_by(Contract.id).limit(EXAMPLES)
        numbers = [number_of(each) for each in session.scalars(some)]
        links = [{"number": each, "href": url_for("admin.contract", number=each)} for each in numbers]
        found.append({"words": known(words), "number": number, "examples": links})
    return found


def recent(session: Session, limit: int = 20) -> list[BulkJob]:
    """Return the shop's newest jobs."""
    query = select(BulkJob).where(BulkJob.shop_id == g.shop.id).order_by(BulkJob.id.desc()).limit(limit)
    return list(session.scalars(query))
