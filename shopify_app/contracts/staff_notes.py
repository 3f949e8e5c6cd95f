"""Staff's notes about a subscription: written, deleted, and erased with the shopper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.contracts.note_models import StaffNote
from shopify_app.journal.record import record
from shopify_app.shoppers import mirror as shoppers

LONGEST = 2000
"""Characters of a note."""


class Erased(Exception):
    """The shopper was erased: what is written of them now, nobody would erase again."""


def write(session: Session, contract: Contract, text: str, request_id: str, actor: str, now: datetime) -> bool:
    """Write a note (1 to LONGEST characters) down; returns whether this request did. `now`: business time.

    Raises Erased. It waits for an erasure that is under way, and one that begins meanwhile finds the note.
    """
    person = shoppers.shopper(session, contract.shop_id, contract.customer_gid, is_shared=True)
    if person is not None and person.redacted_at is not None:
        raise Erased
    row = insert(StaffNote).values(
        shop_id=contract.shop_id,
        contract_id=contract.id,
        request_id=request_id,
        text=text,
        written_by=actor,
        written_at=now,
    )
    once = row.on_conflict_do_nothing(index_elements=["shop_id", "request_id"])
    return session.scalar(once.returning(StaffNote.id)) is not None


def remove(session: Session, contract: Contract, note_id: int, actor: str, now: datetime) -> bool:
    """Delete a note of this contract's, and write down that it was there; returns whether it was. `now`: business
    time."""
    mine = delete(StaffNote).where(StaffNote.contract_id == contract.id, StaffNote.id == note_id)
    written_at = session.scalar(mine.returning(StaffNote.written_at))
    if written_at is None:
        return False
    record(
        session,
        contract.shop_id,
        key=f"staff_note.deleted:{note_id}",
        kind="staff_note.deleted",
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        actor=actor,
        data={"written_at": written_at.isoformat()},
    )
    return True


def of(session: Session, contract: Contract) -> Sequence[StaffNote]:
    """Return the notes about a contract, oldest first."""
    mine = select(StaffNote).where(StaffNote.contract_id == contract.id)
    return session.scalars(mine.order_by(StaffNote.written_at, StaffNote.id)).all()


def erase(session: Session, contract_ids: Sequence[int]) -> int:
    """Delete all notes about these contracts; returns how many."""
    gone = delete(StaffNote).where(StaffNote.contract_id.in_(contract_ids)).returning(StaffNote.id)
    return len(session.scalars(gone).all())
