"""Links that were used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, ShopId


class LinkUse(Base):
    """One link that somebody pressed. `was_at` and `to_at` are the charge's dates before and after, as promised then.

    Without `done_at` it has done nothing yet, or its doer died: free to try again once `lease_until` (machine time)
    has passed. The other times are business time.
    """

    __tablename__ = "link_uses"
    __table_args__ = (
        PrimaryKeyConstraint("shop_id", "nonce"),
        Index("ix_link_uses_contract", "contract_id"),
    )

    shop_id: Mapped[ShopId]
    nonce: Mapped[str]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    cycle_index: Mapped[int]
    action: Mapped[str]
    was_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    used_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
