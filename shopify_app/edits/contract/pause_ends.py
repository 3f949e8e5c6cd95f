"""The day on which a pause ends by itself: a row of ours, since Shopify's pause has no end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.models import PauseEnd


def write(session: Session, contract: Contract, resume_at: datetime | None, actor: str) -> None:
    """Set when the contract's pause ends (business time); None: not by itself."""
    if resume_at is None:
        session.execute(delete(PauseEnd).where(PauseEnd.contract_id == contract.id))
        return
    values = {"contract_id": contract.id, "shop_id": contract.shop_id, "resume_at": resume_at, "actor": actor}
    statement = insert(PauseEnd).values(**values)
    session.execute(statement.on_conflict_do_update(index_elements=["contract_id"], set_=values))


def find(session: Session, contract: Contract) -> datetime | None:
    """Return when the contract's pause ends (business time), None when nothing is planned."""
    row = session.get(PauseEnd, contract.id, populate_existing=True)
    return row.resume_at if row else None
