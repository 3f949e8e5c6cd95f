"""Writes customers and payment methods as last read from Shopify; an older reading never overwrites a newer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from shopify_app.gateways.shopify.customers import CustomerSnapshot
from shopify_app.gateways.shopify.payment_methods import PaymentMethodSnapshot
from shopify_app.kit.clock import machine_now
from shopify_app.shoppers.models import PaymentMethod, Shopper


def shopper(session: Session, shop_id: int, gid: str | None, *, is_shared: bool = False) -> Shopper | None:
    """Return our row of a customer; with `is_shared` nobody changes or erases it until this transaction ends."""
    query = select(Shopper).where(Shopper.shop_id == shop_id, Shopper.shopify_gid == gid)
    query = query.with_for_update(read=True) if is_shared else query
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def payment_method(session: Session, shop_id: int, gid: str | None) -> PaymentMethod | None:
    """Return our row of a payment method."""
    query = select(PaymentMethod).where(PaymentMethod.shop_id == shop_id, PaymentMethod.shopify_gid == gid)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def apply_customer(session: Session, shop_id: int, snapshot: CustomerSnapshot) -> None:
    """Insert or update a customer, unless ours is newer or was erased at the shopper's request."""
    values = {
        "email": snapshot.email,
        "phone": snapshot.phone,
        "first_name": snapshot.first_name,
        "last_name": snapshot.last_name,
        "locale": snapshot.locale,
        "shopify_updated_at": snapshot.updated_at,
    }
    statement = insert(Shopper).values(shop_id=shop_id, shopify_gid=snapshot.gid, **values)
    fresh = statement.excluded.shopify_updated_at
    newer = or_(Shopper.shopify_updated_at.is_(None), fresh.is_(None), fresh >= Shopper.shopify_updated_at)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["shop_id", "shopify_gid"],
            set_=_noting_news(statement, Shopper, values),
            where=Shopper.redacted_at.is_(None) & newer,
        )
    )


def apply_payment_method(session: Session, shop_id: int, snapshot: PaymentMethodSnapshot, asked_at: datetime) -> None:
    """Insert or update a payment method, unless ours was asked for later (`asked_at`, machine time)."""
    values = {
        "customer_gid": snapshot.customer_gid,
        "kind": snapshot.kind,
        "brand": snapshot.brand,
        "last_digits": snapshot.last_digits,
        "expires_on": snapshot.expires_on,
        "revoked_at": snapshot.revoked_at,
        "revoked_reason": snapshot.revoked_reason,
        "read_at": asked_at,
    }
    statement = insert(PaymentMethod).values(shop_id=shop_id, shopify_gid=snapshot.gid, **values)
    newer = or_(PaymentMethod.read_at.is_(None), PaymentMethod.read_at <= asked_at)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["shop_id", "shopify_gid"],
            set_=_noting_news(statement, PaymentMethod, values),
            where=newer,
        )
    )


def forget_payment_method(session: Session, shop_id: int, gid: str, now: datetime) -> None:
    """Mark a payment method that Shopify no longer knows as revoked. `now` is business time."""
    session.execute(
        update(PaymentMethod)
        .where(PaymentMethod.shop_id == shop_id, PaymentMethod.shopify_gid == gid, PaymentMethod.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason="GONE")
    )


def merge(session: Session, shop_id: int, gone_gid: str, kept_gid: str) -> None:
    """Remember that one customer was merged into another."""
    session.execute(
        update(Shopper)
        .where(Shopper.shop_id == shop_id, Shopper.shopify_gid == gone_gid)
        .values(merged_into_gid=kept_gid)
    )


def _noting_news(
    statement: Insert, model: type[Shopper] | type[PaymentMethod], values: Mapping[str, Any]
) -> dict[str, Any]:
    """What an upsert sets: `written_at` moves only when one of the values, but for the instants, is a new one."""
    told = [name for name in values if name not in ("read_at", "shopify_updated_at")]
    is_new = or_(*[getattr(model, name).is_distinct_from(statement.excluded[name]) for name in told])
    return {**values, "written_at": case((is_new, machine_now()), else_=model.written_at)}
