"""What Shopify tells about the shop itself: it left, its scopes changed, its settings changed.

Each handler is a pair. `fetch_…` asks Shopify, with no transaction open; the handler itself applies the answer in
the inbox's transaction.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify import shop as shop_gateway
from shopify_app.gateways.shopify.errors import ShopifyError, TokenRefused, Unreachable
from shopify_app.gateways.shopify.shop import ShopInfo
from shopify_app.kit.clock import machine_now
from shopify_app.shops import install, tokens
from shopify_app.shops.models import UNINSTALLED, Shop, ShopToken

log = logging.getLogger(__name__)

DOUBT = timedelta(minutes=1)
"""Machine time after receipt in which a token that still works may only mean that Shopify is not done yet."""


class Message(Protocol):
    """The part of an inbox message that handlers here read; `triggered_at` is Shopify's time, unsigned."""

    payload: dict[str, Any]
    triggered_at: datetime | None
    received_at: datetime


@dataclass(frozen=True)
class Departure:
    """Whether the shop has left, as far as Shopify's answer to our token tells.

    `seen_at` is business time; `token_obtained_at` (machine time) names the token that was asked with.
    """

    gone: bool
    seen_at: datetime
    token_obtained_at: datetime | None = None


def fetch_app_uninstalled(ctx: Context, shop: Shop, message: Message) -> Departure:
    """Find out whether the shop is really gone: after a reinstall an old app/uninstalled may still arrive.

    Only a refused token proves it. Raises Unreachable when it is too early to tell, or Shopify's silence leaves
    it open; the inbox asks again.
    """
    if message.payload.get("myshopify_domain", shop.domain) != shop.domain:
        # headers are not signed: somebody sent us another shop's webhook again
        return Departure(gone=False, seen_at=ctx.clock.now())
    with ctx.db.session() as session:
        token = session.get(ShopToken, shop.id)
    asked_with = token.obtained_at if token else None
    try:
        tokens.with_client(ctx, shop.id, shop_gateway.read)
    except TokenRefused:
        return Departure(gone=True, seen_at=ctx.clock.now(), token_obtained_at=asked_with)
    except ShopifyError:
        if message.triggered_at is None or message.triggered_at <= shop.installed_at:
            raise
        return Departure(gone=True, seen_at=ctx.clock.now(), token_obtained_at=asked_with)
    if machine_now() - message.received_at < DOUBT:
        raise Unreachable("told of an uninstall, but the token still works")
    log.info("stale app/uninstalled ignored: the shop is here", extra={"shop": shop.domain})
    return Departure(gone=False, seen_at=ctx.clock.now(), token_obtained_at=asked_with)


def app_uninstalled(ctx: Context, session: Session, shop: Shop, message: Message, departure: Departure) -> None:
    """Stop all work for the shop: every drain takes rows of installed shops only, and the token is erased.

    Its rows stay: it may come back within 48 hours. Raises Unreachable when the shop got
    another token since it was asked with: it may be back, so that is to be found out again.
    """
    query = select(Shop).where(Shop.id == shop.id).with_for_update(key_share=True)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or not row.is_installed or not departure.gone:
        return
    token = session.get(ShopToken, shop.id, with_for_update=True)
    if token is not None and token.refused_at is None and token.obtained_at != departure.token_obtained_at:
        raise Unreachable("the shop got a new token while we looked whether it is gone")
    row.status, row.uninstalled_at = UNINSTALLED, departure.seen_at
    session.execute(delete(ShopToken).where(ShopToken.shop_id == shop.id))
    log.info("uninstalled", extra={"shop": shop.domain})


def fetch_shop_update(ctx: Context, shop: Shop, message: Message) -> ShopInfo:
    """Read the shop again; the payload is only a hint. Raises ShopifyError."""
    return tokens.with_client(ctx, shop.id, shop_gateway.read)


def shop_update(ctx: Context, session: Session, shop: Shop, message: Message, info: ShopInfo) -> None:
    """Keep name, zone, currency and plan. `contracts` follows a new zone with its own handler of this topic."""
    row = session.get(Shop, shop.id)
    if row is not None:
        install.describe(row, info)


def fetch_app_scopes_update(ctx: Context, shop: Shop, message: Message) -> None:
    """Get a token that carries the scopes of now: the old one keeps those it was made with. Raises ShopifyError."""
    tokens.renew(ctx, shop.id)


def app_scopes_update(ctx: Context, session: Session, shop: Shop, message: Message, fetched: None) -> None:
    """Nothing more to write: the new token's scopes came with it."""
