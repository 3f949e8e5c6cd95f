"""Reads about what the shop offers: its groups, and the rhythms a shopper may choose among."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from shopify_app.kit.db import Json
from shopify_app.plans.models import SellingPlan, SellingPlanGroup


@dataclass(frozen=True)
class Option:
    """One plan a shopper may be on, with its policies as Shopify spells them.

    `billing_policy` holds interval, intervalCount, minCycles, maxCycles and anchors as a contract's does, and
    `delivery_policy` interval, intervalCount, anchors, cutoff. Each of `pricing_policies` is a step like those of a
    line's pricing: `after` how many cycles it applies (0: from the start), its `type` (PERCENTAGE, FIXED_AMOUNT,
    PRICE) and `value` (text).
    """

    plan_gid: str
    name: str
    billing_policy: Json
    delivery_policy: Json
    pricing_policies: tuple[Any, ...]
    is_current: bool


def options(session: Session, shop_id: int, selling_plan_gid: str | None) -> tuple[Option, ...]:
    """Return the plans of the group that a selling plan belongs (or once belonged) to, in the shop's order.

    Empty for a plan we do not know, another app's, and one whose group was deleted. What was taken off sale is left
    out, so that none of them may be the current one.
    """
    group = select(SellingPlan.group_id).where(
        SellingPlan.shop_id == shop_id, SellingPlan.shopify_gid == selling_plan_gid
    )
    query = (
        select(SellingPlan)
        .join(SellingPlanGroup, SellingPlanGroup.id == SellingPlan.group_id)
        .where(SellingPlan.group_id.in_(group), SellingPlan.deleted_at.is_(None))
        .where(SellingPlanGroup.deleted_at.is_(None))
        .order_by(SellingPlan.position, SellingPlan.id)
    )
    recurring = [plan for plan in session.scalars(query) if plan.billing_policy and plan.delivery_policy]
    return tuple(
        Option(
            plan_gid=plan.shopify_gid,
            name=plan.name,
            billing_policy=plan.billing_policy,
            delivery_policy=plan.delivery_policy,
            pricing_policies=tuple(plan.pricing_policies),
            is_current=plan.shopify_gid == selling_plan_gid,
        )
        for plan in recurring
    )


def fix_a_day(session: Session, shop_id: int, plan_gids: Collection[str]) -> bool:
    """Answer whether one of these plans delivers on a fixed day (an anchor)."""
    mine = select(SellingPlan.billing_policy).where(
        SellingPlan.shop_id == shop_id, SellingPlan.shopify_gid.in_(plan_gids)
    )
    return any((policy or {}).get("anchors") for policy in session.scalars(mine))


def groups(session: Session, shop_id: int) -> Sequence[SellingPlanGroup]:
    """Return the groups Shopify has, oldest first, with their plans loaded (also those taken off sale)."""
    query = select(SellingPlanGroup).options(selectinload(SellingPlanGroup.plans))
    mine = query.where(SellingPlanGroup.shop_id == shop_id, SellingPlanGroup.deleted_at.is_(None))
    return session.scalars(mine.order_by(SellingPlanGroup.shopify_created_at, SellingPlanGroup.id)).all()


def group(session: Session, shop_id: int, gid: str) -> SellingPlanGroup | None:
    """Return one group with its plans, None when Shopify has none of this id (any more)."""
    query = select(SellingPlanGroup).options(selectinload(SellingPlanGroup.plans))
    return session.scalar(
        query.where(
            SellingPlanGroup.shop_id == shop_id,
            SellingPlanGroup.shopify_gid == gid,
            SellingPlanGroup.deleted_at.is_(None),
        )
    )


def on_sale(of: SellingPlanGroup) -> list[SellingPlan]:
    """Return the plans of a group that can be bought."""
    return [plan for plan in of.plans if plan.deleted_at is None]
