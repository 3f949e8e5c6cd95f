"""A shop arrives: it is known and well, or it is installed now and its import begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import importer
from shopify_app.gateways.shopify import tokens
from shopify_app.gateways.shopify.tokens import Grant
from shopify_app.kit.clock import machine_now
from shopify_app.shops import install, queries
from shopify_app.shops.models import Shop, ShopToken
from shopify_app.shops.tokens import opens


def arrive(ctx: Context, domain: str, id_token: str, *, opening_page: bool) -> Shop:
    """Return the shop of a verified id token, installing it when it is new, back, or lost its token.

    When a page is being opened, a token that lacks a scope we ask for is exchanged too: the merchant may have
    granted it since. Raises InstallRefused or another ShopifyError when an exchange was needed and failed.
    """
    with ctx.db.session() as session:
        shop = queries.by_domain(session, domain)
        token = session.get(ShopToken, shop.id) if shop else None
    if shop is None or token is None or not shop.is_installed or _is_lost(ctx, token):
        return complete(ctx, domain, tokens.exchange(ctx.http, ctx.settings, domain, id_token))
    if opening_page and install.lacks_scopes(ctx.settings.scopes, token.scopes):
        install.keep_token(ctx, shop.id, tokens.exchange(ctx.http, ctx.settings, domain, id_token))
    return shop


def complete(ctx: Context, domain: str, grant: Grant) -> Shop:
    """Install the shop with its grant and start its import. Raises ShopifyError when Shopify will not tell of it."""

    def begin_import(session: Session, shop: Shop) -> None:
        importer.start(session, shop.id, ctx.clock.now(), machine_now())

    shop = install.install(ctx, domain, grant, begin_import)
    ctx.wakeups.wake("imports")
    return shop


def _is_lost(ctx: Context, token: ShopToken) -> bool:
    refused = token.refused_at is not None or _is_past(token.refresh_expires_at, machine_now())
    return refused or not opens(ctx.vault, token)


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
