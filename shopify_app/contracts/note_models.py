"""What staff write to each other about a subscription."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId


class StaffNote(Base):
    """A note that only staff read; not the note of Shopify's that stands on every order (`Contract.note`).

    `text` is written freely and may name the shopper: it is erased with them, goes into no fact and to no channel.
    `request_id` is the form's own, so that a double tap writes once. `written_at`: business time.
    """

    __tablename__ = "staff_notes"
    __table_args__ = (
        UniqueConstraint("shop_id", "request_id"),
        Index("ix_staff_notes_contract", "contract_id", "written_at"),
        CheckConstraint("char_length(text) between 1 and 2000", name="text"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    request_id: Mapped[str]
    text: Mapped[str]
    written_by: Mapped[str]
    written_at: Mapped[datetime]

    def __repr__(self) -> str:
        return f"StaffNote(id={self.id})"
