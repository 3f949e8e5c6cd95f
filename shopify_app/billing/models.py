"""The ledger of our own charge requests, and a shop's billing settings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId

WRITTEN, REQUESTED, SETTLED, FAILED = "written", "requested", "settled", "failed"
CHALLENGED, UNKNOWN, DUPLICATE, REFUSED = "challenged", "unknown", "duplicate", "refused"
OPEN_STATES = (WRITTEN, REQUESTED, UNKNOWN, CHALLENGED, SETTLED)
"""States in which no second attempt for the cycle may be written."""


class BillingAttempt(Base):
    """One charge request for (contract, cycle, number). `refused` rows tell why a gate said no: no call was made.

    `expected_at` is the date the charge counts for, whenever it was made; null on rows older than the column.
    `followed_as`: the state in which what follows from it was last decided (`dunning/follow.py`).
    """

    __tablename__ = "billing_attempts"
    __table_args__ = (
        UniqueConstraint("shop_id", "idempotency_key"),
        UniqueConstraint(
            "shop_id", "contract_id", "cycle_index", "attempt_number", name="uq_billing_attempts_number"
        ),
        Index(
            "uq_billing_attempts_one_open",
            "shop_id",
            "contract_id",
            "cycle_index",
            unique=True,
            postgresql_where=text("state in ('written', 'requested', 'unknown', 'challenged', 'settled')"),
        ),
        Index("ix_billing_attempts_completed", "shop_id", "completed_at"),
        Index(
            "ix_billing_attempts_unsettled",
            "next_read_at",
            postgresql_where=text("state in ('written', 'requested', 'unknown', 'challenged')"),
        ),
        Index(
            "ix_billing_attempts_to_follow",
            "id",
            postgresql_where=text(
                "followed_as is distinct from state and (state in ('failed', 'challenged') or "
                "(state in ('settled', 'duplicate') and (attempt_number > 1 or followed_as is not null)))"
            ),
        ),
        CheckConstraint(
            "state in ('written', 'requested', 'settled', 'failed', 'challenged', 'unknown', 'duplicate', 'refused')",
            name="state",
        ),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    cycle_index: Mapped[int]
    attempt_number: Mapped[int]
    idempotency_key: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    origin_at: Mapped[datetime]
    expected_at: Mapped[datetime | None]
    written_at: Mapped[datetime]
    requested_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    next_read_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    reads: Mapped[int] = mapped_column(server_default="0")
    absent_since: Mapped[datetime | None]
    shopify_gid: Mapped[str | None]
    error_class: Mapped[str | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    next_action_url: Mapped[str | None]
    order_gid: Mapped[str | None]
    order_name: Mapped[str | None]
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None]
    followed_as: Mapped[str | None]


class BillingSettings(Base):
    """When a shop is charged. Hour is local (0–23); a cycle later than `catch_up_days` waits for a person.

    `moving_after_id`: contracts up to this id have their cycles at the new hour; null when all have.
    """

    __tablename__ = "billing_settings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    billing_hour: Mapped[int] = mapped_column(server_default="9")
    catch_up_days: Mapped[int] = mapped_column(server_default="7")
    moving_after_id: Mapped[int | None]
