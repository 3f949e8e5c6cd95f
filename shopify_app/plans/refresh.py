"""Reading what Shopify lists as ours: when a page is opened, when a webhook speaks, and once an hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify import selling_plans
from shopify_app.gateways.shopify.selling_plans import GroupSnapshot
from shopify_app.kit.clock import machine_now
from shopify_app.plans import mirror
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from shopify_app.shops.webhooks import Message


@dataclass(frozen=True)
class Reading:
    """All groups of a shop. `asked_at` is machine time."""

    groups: Sequence[GroupSnapshot]
    asked_at: datetime


def read(ctx: Context, shop_id: int, patience: float = 5.0) -> Reading:
    """Ask Shopify for all groups this app made. Raises ShopifyError."""
    asked_at = machine_now()
    return Reading(with_client(ctx, shop_id, lambda client: selling_plans.fetch_all(client, patience)), asked_at)


def refresh(ctx: Context, shop_id: int, patience: float = 5.0) -> None:
    """Bring the mirror up to date. Raises ShopifyError."""
    reading = read(ctx, shop_id, patience)
    with ctx.db.session() as session:
        mirror.apply(session, shop_id, reading.groups, reading.asked_at, ctx.clock.now())


def fetch_groups(ctx: Context, shop: Shop, message: Message) -> Reading:
    """selling_plan_groups/*: a payload tells neither all policies nor reliably whose it is, so all are read again.

    Raises ShopifyError.
    """
    return read(ctx, shop.id)


def groups_changed(ctx: Context, session: Session, shop: Shop, message: Message, reading: Reading) -> str | None:
    """selling_plan_groups/create, update and delete."""
    mirror.apply(session, shop.id, reading.groups, reading.asked_at, ctx.clock.now())
    return None
