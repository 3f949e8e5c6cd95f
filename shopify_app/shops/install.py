"""A shop has granted us access: keep its token, learn what it is, and from then on work for it.

The token is committed before its first use; the shop counts as installed only once we know its zone and the
caller has put down the first work (`begin`) in the same transaction. A crash in between leaves the shop where the
merchant's next page load begins again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify import shop as shop_gateway
from shopify_app.gateways.shopify.shop import ShopInfo
from shopify_app.gateways.shopify.tokens import Grant
from shopify_app.kit.clock import machine_now
from shopify_app.shops import tokens
from shopify_app.shops.models import INSTALLED, INSTALLING, Shop
from shopify_app.shops.queries import HOST_CHANGED

log = logging.getLogger(__name__)


def install(
    ctx: Context, domain: str, grant: Grant, begin: Callable[[Session, Shop], object] = lambda session, shop: None
) -> Shop:
    """Install `domain`, or install it again: its rows of before are all still there. Returns the shop.

    Raises ShopifyError when Shopify does not tell what the shop is; the token is kept all the same.
    """
    shop_id = _keep_grant(ctx, domain, grant)
    info = shop_gateway.read(tokens.client_for(ctx, domain, grant.access_token))
    now = ctx.clock.fresh()
    with ctx.db.session() as session:
        shop = session.scalars(select(Shop).where(Shop.id == shop_id).with_for_update(key_share=True)).one()
        _become_installed(shop, ctx.settings.host, now)
        describe(shop, info)
        begin(session, shop)
    log.info("installed", extra={"shop": domain})
    return shop


def keep_token(ctx: Context, shop_id: int, grant: Grant) -> None:
    """Replace the token of a shop that is well, for instance because it granted more scopes."""
    with ctx.db.session() as session:
        tokens.store(ctx, session, shop_id, grant, machine_now())


def describe(shop: Shop, info: ShopInfo) -> bool:
    """Write what Shopify says of the shop into its row; answer whether its time zone changed."""
    zone_before = shop.iana_timezone
    shop.shopify_gid, shop.name = info.shopify_gid, info.name
    shop.iana_timezone, shop.currency, shop.plan_name = info.iana_timezone, info.currency, info.plan_name
    shop.country = info.country
    return shop.iana_timezone != zone_before


def lacks_scopes(asked: str, granted: str) -> bool:
    """Answer whether `granted` misses a scope of `asked` (both comma-separated).

    Shopify leaves out a read scope where it grants the write scope of the same name, which includes it.
    """
    have = _scopes(granted)
    have |= {scope.replace("write_", "read_", 1) for scope in have if "write_" in scope}
    return not _scopes(asked) <= have


def _scopes(text: str) -> set[str]:
    return {scope.strip() for scope in text.split(",") if scope.strip()}


def _keep_grant(ctx: Context, domain: str, grant: Grant) -> int:
    """Commit the grant, and a row for the shop when it is new; nothing works for the shop yet."""
    row = insert(Shop).values(domain=domain, status=INSTALLING, host=ctx.settings.host, installed_at=ctx.clock.now())
    with ctx.db.session() as session:
        session.execute(row.on_conflict_do_nothing(index_elements=[Shop.domain]))
        # the lock orders two first requests of one shop, which a page and its scripts do send together
        shop = session.scalars(select(Shop).where(Shop.domain == domain).with_for_update(key_share=True)).one()
        tokens.store(ctx, session, shop.id, grant, machine_now())
        return shop.id


def _become_installed(shop: Shop, host: str, now: datetime) -> None:
    if shop.status != INSTALLED:
        shop.installed_at = now
    shop.status, shop.uninstalled_at = INSTALLED, None
    # a merchant opened the app under this HOST: it is the right one
    shop.host = host
    if shop.billing_stopped_reason == HOST_CHANGED:
        shop.billing_stopped_at = shop.billing_stopped_reason = None
