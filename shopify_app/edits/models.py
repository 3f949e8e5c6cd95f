"""Edits of subscriptions that were asked for, and pauses that end by themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId

REQUESTED, DONE, REJECTED = "requested", "done", "rejected"


class ContractEdit(Base):
    """One edit by its request id: asked for twice, it acts once and is answered alike.

    `wish` is the action's own fields, `before` and `after` are pictures of the contract. While `requested`, whoever
    asks Shopify holds a lease (machine time); once that has passed, the asker died and `unfinished` looks it up.
    `asked_at` and `finished_at` are business time. Pictures may hold an address: erased with the person.
    """

    __tablename__ = "contract_edits"
    __table_args__ = (
        PrimaryKeyConstraint("shop_id", "request_id"),
        Index("ix_contract_edits_contract", "contract_id", "asked_at"),
        Index("ix_contract_edits_open", "lease_until", postgresql_where=text("state = 'requested'")),
    )

    shop_id: Mapped[ShopId]
    request_id: Mapped[str]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    action: Mapped[str]
    wish: Mapped[Json]
    actor: Mapped[str]
    state: Mapped[str]
    before: Mapped[Json]
    after: Mapped[Json]
    refusal: Mapped[str | None]
    words: Mapped[str | None]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]


class CycleEdit(Base):
    """One edit of one date by its request id: asked for twice, it acts once and is answered alike.

    `action` and `wish` make the change again (`changes.py`), `before` is its picture from before, `stamp` ends the
    keys of its facts. Lease and times are like those of a ContractEdit. A wish may hold an address.
    """

    __tablename__ = "cycle_edits"
    __table_args__ = (
        PrimaryKeyConstraint("shop_id", "request_id"),
        Index("ix_cycle_edits_cycle", "contract_id", "cycle_index", "asked_at"),
        Index("ix_cycle_edits_open", "lease_until", postgresql_where=text("state = 'requested'")),
    )

    shop_id: Mapped[ShopId]
    request_id: Mapped[str]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    cycle_index: Mapped[int]
    action: Mapped[str]
    wish: Mapped[Json]
    actor: Mapped[str]
    state: Mapped[str]
    before: Mapped[Json]
    stamp: Mapped[str]
    refusal: Mapped[str | None]
    words: Mapped[str | None]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]


class PauseEnd(Base):
    """The business instant at which a pause that we were asked for ends. Shopify knows no such date."""

    __tablename__ = "pause_ends"
    __table_args__ = (Index("ix_pause_ends_resume_at", "resume_at"),)

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"), primary_key=True)
    shop_id: Mapped[ShopId]
    resume_at: Mapped[datetime]
    actor: Mapped[str]


class PaidOrderWish(Base):
    """A subscription's new address that its orders already paid, and not yet shipped, are to follow.

    Written in the transaction that notes the change as done; orders/alignment makes one row of it for each order, and
    forgets it. `handed_at`: when it did so first, in business time. Personal: erased with the person.
    """

    __tablename__ = "paid_order_wishes"
    __table_args__ = (Index("ix_paid_order_wishes_contract", "contract_id"),)

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    address: Mapped[Json]
    actor: Mapped[str]
    handed_at: Mapped[datetime | None]
