"""What is wished for paid orders, and how far it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId

WANTED, HELD, EDITED, DONE, TASK = "wanted", "held", "edited", "done", "task"
OPEN_STATES = (WANTED, HELD, EDITED)


class OrderAlignment(Base):
    """One wish for one paid order, by its `key`: wished twice, it is carried out once.

    `kind` and `wish` make it again (`wishes.py`). An address is personal: a wish that is over, or whose person was
    erased, is emptied. `before` is what is told of the order as it was. `state` is what was last read at Shopify:
    WANTED, HELD (a hold of ours lies on it), EDITED (as wished, still held), in the end DONE or a TASK for a person;
    `reason` says why, `trouble` what kept a step from being done. `asked_at` to `finished_at` are business time;
    `edit_sent_at` is written before Shopify is asked, so that whoever dies is known to have asked; `edits_sent`
    counts how often. `lease_until` is machine time, also of the rest after `tries` that got no answer.
    """

    __tablename__ = "order_alignments"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_order_alignments_open", "id", postgresql_where=text("state in ('wanted', 'held', 'edited')")),
        Index("ix_order_alignments_order", "shop_id", "order_gid", "id"),
        Index("ix_order_alignments_contract", "shop_id", "contract_gid"),
        CheckConstraint("state in ('wanted', 'held', 'edited', 'done', 'task')", name="state"),
        CheckConstraint("(state in ('done', 'task')) = (finished_at is not null)", name="finished"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    key: Mapped[str]
    order_gid: Mapped[str]
    order_name: Mapped[str]
    contract_gid: Mapped[str]
    customer_gid: Mapped[str | None]
    kind: Mapped[str]
    wish: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    actor: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=WANTED)
    trouble: Mapped[str | None]
    reason: Mapped[str | None]
    asked_at: Mapped[datetime]
    held_at: Mapped[datetime | None]
    before: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    edit_sent_at: Mapped[datetime | None]
    edits_sent: Mapped[int] = mapped_column(server_default="0")
    edited_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None]

    @property
    def handle(self) -> str:
        """What our hold for it is called at Shopify: always the same, so that it is found again."""
        return f"perennial-{self.id}"
