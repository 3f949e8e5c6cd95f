"""Tasks for a person of the shop's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId

OPEN, DONE = "open", "done"


class Task(Base):
    """Something a person has to do about a subscription or an order, and whether they have.

    `key` names the occasion: told again, it is the same task. `kind` is a word for programs, `words` say what is the
    matter and `to_do` what helps, in plain English without anything about who somebody is. Times are business time.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_tasks_open", "shop_id", "opened_at", postgresql_where=text("state = 'open'")),
        Index("ix_tasks_contract", "shop_id", "contract_gid"),
        CheckConstraint("state in ('open', 'done')", name="state"),
        CheckConstraint("(state = 'done') = (done_at is not null)", name="done"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    key: Mapped[str]
    kind: Mapped[str]
    contract_gid: Mapped[str | None]
    order_gid: Mapped[str | None]
    words: Mapped[str]
    to_do: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=OPEN)
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
