"""Writes what Shopify lists as our selling plan groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.gateways.shopify.selling_plans import GroupSnapshot, PlanSnapshot, PlanVariant
from shopify_app.kit.db import Json, lock
from shopify_app.plans.models import SellingPlan, SellingPlanGroup


def apply(session: Session, shop_id: int, groups: Sequence[GroupSnapshot], asked_at: datetime, now: datetime) -> bool:
    """Make the mirror what one complete reading says; False when a later asked one was written already.

    `asked_at` is machine time, `now` business time.
    """
    lock(session, "plans", shop_id)
    newest = session.scalar(select(func.max(SellingPlanGroup.read_at)).where(SellingPlanGroup.shop_id == shop_id))
    if newest is not None and newest > asked_at:
        return False
    for group in groups:
        group_id = _group(session, shop_id, group, asked_at)
        for plan in group.plans:
            _plan(session, shop_id, group_id, plan)
        _forget_plans(session, group_id, group.plans, now)
    _forget_groups(session, shop_id, groups, asked_at, now)
    session.expire_all()
    return True


def _group(session: Session, shop_id: int, group: GroupSnapshot, asked_at: datetime) -> int:
    values = {
        "name": group.name,
        "merchant_code": group.merchant_code,
        "options": list(group.options),
        "products": [{"gid": each.gid, "title": each.title, "price": str(each.price)} for each in group.products],
        "variants": [_variant(each) for each in group.variants],
        "shopify_created_at": group.created_at,
        "read_at": asked_at,
        "deleted_at": None,
    }
    statement = insert(SellingPlanGroup).values(shop_id=shop_id, shopify_gid=group.gid, **values)
    statement = statement.on_conflict_do_update(index_elements=["shop_id", "shopify_gid"], set_=values)
    return session.scalars(statement.returning(SellingPlanGroup.id)).one()


def _variant(each: PlanVariant) -> Json:
    names = {"title": each.product_title, "variant_title": each.title}
    return {"gid": each.gid, "product_gid": each.product_gid, **names, "price": str(each.price)}


def _plan(session: Session, shop_id: int, group_id: int, plan: PlanSnapshot) -> None:
    values = {
        "group_id": group_id,
        "position": plan.position,
        "name": plan.name,
        "options": list(plan.options),
        "billing_policy": plan.billing_policy,
        "delivery_policy": plan.delivery_policy,
        "pricing_policies": list(plan.pricing_policies),
        "deleted_at": None,
    }
    statement = insert(SellingPlan).values(shop_id=shop_id, shopify_gid=plan.gid, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "shopify_gid"], set_=values))


def _forget_plans(session: Session, group_id: int, plans: Sequence[PlanSnapshot], now: datetime) -> None:
    gone = update(SellingPlan).where(SellingPlan.group_id == group_id, SellingPlan.deleted_at.is_(None))
    session.execute(gone.where(SellingPlan.shopify_gid.not_in([plan.gid for plan in plans])).values(deleted_at=now))


def _forget_groups(
    session: Session, shop_id: int, groups: Sequence[GroupSnapshot], asked_at: datetime, now: datetime
) -> None:
    gone = update(SellingPlanGroup).where(
        SellingPlanGroup.shop_id == shop_id,
        SellingPlanGroup.deleted_at.is_(None),
        SellingPlanGroup.shopify_gid.not_in([group.gid for group in groups]),
    )
    session.execute(gone.values(deleted_at=now, read_at=asked_at))
