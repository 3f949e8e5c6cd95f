"""Cases of failed charges, each shop's ladders, and how customers are marked meanwhile."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId

OPEN, RECOVERED, EXHAUSTED, CLOSED = "open", "recovered", "exhausted", "closed"


class DunningCase(Base):
    """One cycle whose charge failed: what kind of trouble it is, what is done next and when, and how it ended.

    `decline` is the class it is treated as: a passing fault that never passed is treated as a refusal of the bank.
    `attempt_id` is the attempt whose outcome the case was last left with: before anything is done, it must still be
    the cycle's last. `used` counts the tries of each class's ladder; charges asked for by hand, or because a card
    changed, count for none. `card_changed_at`: when the way to pay was last seen changed. `told_at`: since when the
    shopper knows. `seen` is what the charge was made with (`sight.py`). Business time, but for `lease_until`.
    """

    __tablename__ = "dunning_cases"
    __table_args__ = (
        UniqueConstraint("shop_id", "contract_id", "cycle_index"),
        Index("ix_dunning_cases_next_step", "next_step_at", postgresql_where=text("state = 'open'")),
        Index("ix_dunning_cases_closed", "shop_id", "closed_at"),
        CheckConstraint("state in ('open', 'recovered', 'exhausted', 'closed')", name="state"),
        CheckConstraint(
            "(state = 'open') = (next_step_at is not null) and (state = 'open') = (next_step is not null)",
            name="next_step",
        ),
        CheckConstraint("(state = 'open') = (closed_at is null)", name="closed"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    cycle_index: Mapped[int]
    state: Mapped[str]
    decline: Mapped[str]
    code: Mapped[str | None]
    attempt_id: Mapped[int]
    failures: Mapped[int]
    used: Mapped[Json]
    seen: Mapped[Json]
    next_step: Mapped[str | None]
    next_step_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    troubles: Mapped[int] = mapped_column(server_default="0")
    card_changed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    why_closed: Mapped[str | None]
    final_action: Mapped[str | None]


class DunningBackup(Base):
    """One use of a shopper's backup method (`backup.py`): which own method is to be put back, and how far it is.

    `opened_at` is the case's, so that a case that is opened anew may use it anew; `attempt_id` its last attempt
    before. `next_look_at`: business time; `lease_until`: machine time.
    """

    __tablename__ = "dunning_backups"
    __table_args__ = (
        UniqueConstraint("case_id", "opened_at"),
        Index("ix_dunning_backups_open", "next_look_at", postgresql_where=text("state in ('asked', 'charging')")),
        CheckConstraint("state in ('asked', 'charging', 'restored', 'kept', 'refused')", name="state"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    case_id: Mapped[int] = mapped_column(ForeignKey("dunning_cases.id", ondelete="CASCADE"))
    opened_at: Mapped[datetime]
    attempt_id: Mapped[int]
    own_gid: Mapped[str | None]
    backup_gid: Mapped[str]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(server_default="0")
    next_look_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]


class DunningLadder(Base):
    """What a shop does about one class of failures, where it differs from `policy.DEFAULTS`. See `policy.Ladder`."""

    __tablename__ = "dunning_ladders"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "decline"),)

    shop_id: Mapped[ShopId]
    decline: Mapped[str]
    waits: Mapped[list[int]] = mapped_column(ARRAY(BIGINT))
    hour: Mapped[int]
    patience: Mapped[int]
    final: Mapped[str]


class DunningMarking(Base):
    """How a shop wishes customers to be marked in Shopify while a payment of theirs fails. No row: not at all."""

    __tablename__ = "dunning_marking"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[bool] = mapped_column(server_default=text("false"))
    metafield: Mapped[bool] = mapped_column(server_default=text("false"))


class DunningMark(Base):
    """What one customer is marked with at Shopify (`marks.py`), and whether that is to be looked at again.

    `tagged` and `noted` (the metafield): is it there; null while that is asked of Shopify, and when no answer came.
    `noted_value`: what the metafield was last set to. `dirty_at`: since when (business time) there is something to
    look at, null when there is not; `version` counts those wishes, so that one that comes in the middle of a look
    is not taken for done. `lease_until`: machine time, also of the rest after `tries` that got no answer.
    """

    __tablename__ = "dunning_marks"
    __table_args__ = (
        UniqueConstraint("shop_id", "customer_gid"),
        Index("ix_dunning_marks_dirty", "dirty_at", postgresql_where=text("dirty_at is not null")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    customer_gid: Mapped[str]
    tagged: Mapped[bool | None] = mapped_column(server_default=text("false"))
    noted: Mapped[bool | None] = mapped_column(server_default=text("false"))
    noted_value: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    dirty_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")
    tries: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None]
