"""Reading what Shopify lists as ours: when a page is opened, when a webhook speaks, and once an hour."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify import selling_plans
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.gateways.shopify.selling_plans import GroupSnapshot
from shopify_app.kit.clock import machine_now
from shopify_app.plans import mirror
from shopify_app.shops import queries
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from shopify_app.shops.webhooks import Message

log = logging.getLogger(__name__)


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


def run(ctx: Context) -> int:
    """Bring the mirror of every installed shop up to date; returns how many shops were read."""
    with ctx.db.session() as session:
        shops = [shop for shop in queries.installed(session) if ctx.only_shop_id in (None, shop.id)]
    return sum(_try(ctx, shop) for shop in shops)


def _try(ctx: Context, shop: Shop) -> bool:
    try:
        refresh(ctx, shop.id)
    except ShopifyError as error:
        log.warning("reading selling plans has to wait", extra={"shop": shop.domain, "error": str(error)})
        return False
    return True


def fetch_groups(ctx: Context, shop: Shop, message: Message) -> Reading:
    """selling_plan_groups/*: a payload tells neither all policies nor reliably whose it is, so all are read again.

    Raises ShopifyError.
    """
    return read(ctx, shop.id)


def groups_changed(ctx: Context, session: Session, shop: Shop, message: Message, reading: Reading) -> str | None:
    """selling_plan_groups/create, update and delete."""
    mirror.apply(session, shop.id, reading.groups, reading.asked_at, ctx.clock.now())
    return None
