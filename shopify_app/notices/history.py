"""A contract's notices for its timeline: what was planned, and what was dropped and why. What was told is a fact."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.notices.models import Notice


def of_contract(session: Session, contract_id: int, limit: int = 50) -> Sequence[Notice]:
    """Return the notices of a contract that were planned or dropped last, newest first."""
    query = select(Notice).where(Notice.contract_id == contract_id, Notice.planned_at.is_not(None))
    newest = func.coalesce(Notice.dropped_at, Notice.planned_at).desc()
    return session.scalars(query.order_by(newest, Notice.id.desc()).limit(limit)).all()
