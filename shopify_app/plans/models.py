"""Mirror rows of selling plan groups and their plans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shopify_app.kit.db import Base, Id, Json, ShopId


class SellingPlanGroup(Base):
    """A group this app made. `products`: [{"gid", "title", "price"}], those it is attached to as a whole.
    `variants`: [{"gid", "product_gid", "title", "variant_title", "price"}], those it is attached to by themselves.

    Shopify names no time of change: `read_at` (machine time) is when it was asked, and of two readings the later
    asked one wins. `deleted_at` (business time): Shopify no longer lists it.
    """

    __tablename__ = "selling_plan_groups"
    __table_args__ = (UniqueConstraint("shop_id", "shopify_gid"),)

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    shopify_gid: Mapped[str]
    name: Mapped[str]
    merchant_code: Mapped[str]
    options: Mapped[list[Any]]
    products: Mapped[list[Any]]
    variants: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    shopify_created_at: Mapped[datetime]
    read_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    plans: Mapped[list[SellingPlan]] = relationship(
        back_populates="group", order_by="SellingPlan.position, SellingPlan.id", cascade="all, delete-orphan"
    )


class SellingPlan(Base):
    """A plan of a group, with its policies as Shopify spells them (interval, intervalCount, anchors, …).

    A policy that is not recurring is empty. `deleted_at`: the group no longer has it; contracts may still name it.
    """

    __tablename__ = "selling_plans"
    __table_args__ = (UniqueConstraint("shop_id", "shopify_gid"), Index("ix_selling_plans_group_id", "group_id"))

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    group_id: Mapped[int] = mapped_column(ForeignKey("selling_plan_groups.id", ondelete="CASCADE"))
    shopify_gid: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    options: Mapped[list[Any]]
    billing_policy: Mapped[Json]
    delivery_policy: Mapped[Json]
    pricing_policies: Mapped[list[Any]]
    deleted_at: Mapped[datetime | None]

    group: Mapped[SellingPlanGroup] = relationship(back_populates="plans")


class PlanChange(Base):
    """One change of a group that a merchant asked for, by its request id: asked for twice, it acts once.

    `group_gid` is null until a new group is known. While `requested`, whoever asks Shopify holds a lease (machine
    time); once that has passed, `unfinished` looks whether it came true. `asked_at`, `finished_at`: business time.
    """

    __tablename__ = "plan_changes"
    __table_args__ = (
        UniqueConstraint("shop_id", "request_id"),
        Index("ix_plan_changes_open", "lease_until", postgresql_where=text("state = 'requested'")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    request_id: Mapped[str]
    group_gid: Mapped[str | None]
    action: Mapped[str]
    wish: Mapped[Json]
    actor: Mapped[str]
    state: Mapped[str]
    words: Mapped[str | None]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
