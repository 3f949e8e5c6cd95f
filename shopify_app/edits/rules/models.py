"""What a merchant decided about shoppers' changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Json, ShopId

WHOLE_SHOP = ""


class EditRules(Base):
    """The rules of one selling plan, or of the WHOLE_SHOP for all plans without a row of their own.

    `rules` are the fields of `terms.Rules` that differ from the defaults. `changed_at` is business time.
    """

    __tablename__ = "edit_rules"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "selling_plan_gid"),)

    shop_id: Mapped[ShopId]
    selling_plan_gid: Mapped[str] = mapped_column(server_default=WHOLE_SHOP)
    rules: Mapped[Json]
    changed_at: Mapped[datetime]
