"""Resumes subscriptions on the day their pause was to end."""

from __future__ import annotations

import logging

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import PAUSED, Contract
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.answers import PASSING, No
from shopify_app.edits.contract.statuses import Resume
from shopify_app.edits.models import PauseEnd
from shopify_app.shops.queries import installed_ids

log = logging.getLogger(__name__)

ACTOR = "perennial"


def run(ctx: Context) -> int:
    """Resume every subscription whose pause ends by now (business time); returns how many were resumed.

    What Shopify does not answer is tried again next time; what somebody resumed or ended meanwhile is let be.
    """
    resumed = 0
    for row, gid in _ripe(ctx):
        request_id = f"pause-end:{row.contract_id}:{row.resume_at.isoformat()}"
        answer = door.carry_out(ctx, Resume(), Target(row.shop_id, gid, ACTOR), request_id)
        resumed += answer.is_done
        if not answer.is_done and answer.refusal not in PASSING | {No.NOT_SEEN}:
            log.warning("a pause does not end", extra={"contract": gid, "refusal": answer.refusal})
            _forget(ctx, row)
    return resumed


def _ripe(ctx: Context) -> list[tuple[PauseEnd, str]]:
    with ctx.db.session() as session:
        _forget_ended(session)
        query = (
            select(PauseEnd, Contract.shopify_gid)
            .join(Contract, Contract.id == PauseEnd.contract_id)
            .where(PauseEnd.resume_at <= ctx.clock.now(), PauseEnd.shop_id.in_(installed_ids()))
            .order_by(PauseEnd.resume_at)
        )
        return [(row, gid) for row, gid in session.execute(query).all()]


def _forget_ended(session: Session) -> None:
    """A pause that somebody ended, here or in Shopify's admin, has no end any more."""
    running = select(Contract.id).where(Contract.status != PAUSED)
    session.execute(delete(PauseEnd).where(PauseEnd.contract_id.in_(running)))


def _forget(ctx: Context, row: PauseEnd) -> None:
    with ctx.db.session() as session:
        session.execute(
            delete(PauseEnd).where(PauseEnd.contract_id == row.contract_id, PauseEnd.resume_at == row.resume_at)
        )
