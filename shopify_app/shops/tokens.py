"""A shop's live token, refreshed early and by one process at a time.

A refresh runs in a transaction of its own under the row lock of the shop's token: the new pair is committed before
anybody uses it, so neither a caller that rolls back nor a crash after Shopify's answer loses the shop (the old
refresh token works until the new pair is first used). All times here are machine time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from psycopg.errors import LockNotAvailable
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify import tokens
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import InstallRefused, ShopifyError, TokenRefused, Unreachable
from shopify_app.gateways.shopify.tokens import CredentialsRefused, Grant
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crypto import SecretUnreadable, Vault
from shopify_app.shops.models import KEY_LOST, Shop, ShopToken

log = logging.getLogger(__name__)

T = TypeVar("T")

EARLY = timedelta(minutes=5)
LIVES_LEFT = 5
"""A token is refreshed in its last five minutes, or in the last fifth of its life when that is shorter."""

LOCK_TIMEOUT = "15s"
"""Longer than the ten seconds of a refresh by somebody else, so that waiting for it pays."""


def admin_client(ctx: Context, shop_id: int) -> AdminClient:
    """Return a client with a token that lives for a while.

    Raises TokenRefused when the shop must open the app again (no token, its refresh token is dead, or no key in
    ENCRYPTION_KEY opens it), or the ShopifyError of a refresh when the old token is past its life (Unreachable also
    when another process keeps the row locked for 15 s).
    """
    return client_for(ctx, *_live_token(ctx, shop_id))


def with_client(ctx: Context, shop_id: int, action: Callable[[AdminClient], T]) -> T:
    """Run `action` with the shop's client, and once more with a new token when Shopify refuses the first.

    A 401 means that nothing was done by that call; an action of several calls must bear being repeated.
    Raises what `admin_client`, `forced_refresh` and `action` raise.
    """
    domain, token = _live_token(ctx, shop_id)
    try:
        return action(client_for(ctx, domain, token))
    except TokenRefused:
        return action(forced_refresh(ctx, shop_id, token))


def forced_refresh(ctx: Context, shop_id: int, refused_token: str) -> AdminClient:
    """Return a client with another token than `refused_token`, which Shopify has just answered with 401.

    When another process has already replaced it, the replacement is used. Raises as `admin_client` does.
    """
    return client_for(ctx, *_refreshed(ctx, shop_id, refused_token))


def renew(ctx: Context, shop_id: int) -> None:
    """Replace the shop's token now, whatever its age, so that it carries the scopes granted since."""
    forced_refresh(ctx, shop_id, _live_token(ctx, shop_id)[1])


def store(ctx: Context, session: Session, shop_id: int, grant: Grant, machine_time: datetime) -> None:
    """Keep a grant as the shop's token, encrypted, in the caller's transaction. Commit before using it."""
    row = session.get(ShopToken, shop_id, with_for_update=True)
    if row is None:
        row = ShopToken(shop_id=shop_id)
        session.add(row)
    row.access_token = ctx.vault.seal(grant.access_token)
    row.access_expires_at = _after(machine_time, grant.expires_in)
    row.refresh_token = ctx.vault.seal(grant.refresh_token) if grant.refresh_token else None
    row.refresh_expires_at = _after(machine_time, grant.refresh_expires_in)
    row.scopes = grant.scopes
    row.obtained_at = machine_time
    row.refused_at = row.refused_reason = None


def is_stale(row: ShopToken, now: datetime) -> bool:
    """Answer whether the token should be refreshed before its next use."""
    if row.access_expires_at is None or _is_refused(row):
        return False
    life = row.access_expires_at - row.obtained_at
    return row.access_expires_at - now < min(EARLY, life / LIVES_LEFT)


def is_dead(row: ShopToken, now: datetime) -> bool:
    """Answer whether the token cannot be used any more."""
    return row.access_expires_at is not None and row.access_expires_at <= now


def opens(vault: Vault, row: ShopToken) -> bool:
    """Answer whether one of our keys opens the token; it may be dead all the same."""
    try:
        vault.open(row.access_token)
    except SecretUnreadable:
        return False
    return True


@contextmanager
def _lost_with_its_key(ctx: Context, shop_id: int) -> Iterator[None]:
    """A token that no key opens is a lost token: written down once the transaction is over, and TokenRefused."""
    try:
        yield
    except SecretUnreadable as error:
        mark = update(ShopToken).where(ShopToken.shop_id == shop_id, ShopToken.refused_at.is_(None))
        with ctx.db.session() as session:
            session.execute(mark.values(refused_at=machine_now(), refused_reason=KEY_LOST))
        log.error("no key in ENCRYPTION_KEY opens the token", extra={"shop_id": shop_id})
        raise TokenRefused(f"shop {shop_id} must open the app again: no key opens its token") from error


def _live_token(ctx: Context, shop_id: int) -> tuple[str, str]:
    with _lost_with_its_key(ctx, shop_id), ctx.db.session() as session:
        shop, row = _read(session, shop_id)
        if not is_stale(row, machine_now()):
            token = _open(ctx, row)
            if row.refused_reason == KEY_LOST:
                row.refused_at = row.refused_reason = None
            return shop.domain, token
    return _refreshed(ctx, shop_id)


def _refreshed(ctx: Context, shop_id: int, refused_token: str | None = None) -> tuple[str, str]:
    """Refresh under the row lock if that is still needed; return domain and access token, committed.

    A refused refresh is written down first, so that the merchant sees it, and raised once that is committed.
    """
    try:
        with _lost_with_its_key(ctx, shop_id), ctx.db.session() as session:
            session.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
            shop, row = _read(session, shop_id, lock=True)
            if _still_needed(ctx, row, refused_token):
                _renew(ctx, session, shop, row, refused_token)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise Unreachable(f"the token of shop {shop_id} stayed locked for {LOCK_TIMEOUT}") from error
        raise
    with _lost_with_its_key(ctx, shop_id):
        return shop.domain, _open(ctx, row)


def _still_needed(ctx: Context, row: ShopToken, refused_token: str | None) -> bool:
    """Asked again with the lock held: another process may have refreshed while we waited."""
    if refused_token is None:
        return is_stale(row, machine_now())
    return not _is_refused(row) and ctx.vault.open(row.access_token) == refused_token


def _renew(ctx: Context, session: Session, shop: Shop, row: ShopToken, refused_token: str | None) -> None:
    """Put a new pair into `row`, or write down that Shopify refuses; a token with life left outlasts a failure."""
    try:
        grant = _ask(ctx, shop, row)
    except CredentialsRefused:
        raise
    except InstallRefused as error:
        _mark_refused(shop, row, error.code)
        if refused_token:
            row.access_expires_at = machine_now()
    except ShopifyError as error:
        if refused_token or is_dead(row, machine_now()):
            raise
        log.warning("refresh failed, the token still lives", extra={"shop": shop.domain, "error": str(error)})
    else:
        store(ctx, session, shop.id, grant, machine_now())
        log.info("token refreshed", extra={"shop": shop.domain})


def _ask(ctx: Context, shop: Shop, row: ShopToken) -> Grant:
    if row.refresh_token is None:
        raise InstallRefused("no_refresh_token", 0)
    return tokens.refresh(ctx.http, ctx.settings, shop.domain, ctx.vault.open(row.refresh_token))


def _mark_refused(shop: Shop, row: ShopToken, code: str) -> None:
    """Visible to merchant and operator, and not an uninstall: Shopify's own webhook tells that."""
    row.refused_at, row.refused_reason = machine_now(), code
    log.warning("refresh refused: the shop must open the app again", extra={"shop": shop.domain, "code": code})


def _is_refused(row: ShopToken) -> bool:
    """By Shopify. A lost key may come back."""
    return row.refused_at is not None and row.refused_reason != KEY_LOST


def _read(session: Session, shop_id: int, *, lock: bool = False) -> tuple[Shop, ShopToken]:
    query = select(Shop, ShopToken).join(ShopToken, ShopToken.shop_id == Shop.id).where(Shop.id == shop_id)
    found = session.execute(query.with_for_update(of=ShopToken) if lock else query).one_or_none()
    if found is None or not found[0].is_installed:
        raise TokenRefused(f"shop {shop_id} has no token: the app is not installed")
    return found[0], found[1]


def _open(ctx: Context, row: ShopToken) -> str:
    if _is_refused(row) and is_dead(row, machine_now()):
        raise TokenRefused(f"shop {row.shop_id} must open the app again: {row.refused_reason}")
    return ctx.vault.open(row.access_token)


def client_for(ctx: Context, domain: str, token: str) -> AdminClient:
    """Return a client with a token that is already committed; others go through `admin_client`."""
    settings = ctx.settings
    url = f"{settings.shop_base(domain)}/admin/api/{settings.api_version}/graphql.json"
    return AdminClient(ctx.http, url, token)


def _after(start: datetime, seconds: int | None) -> datetime | None:
    return None if seconds is None else start + timedelta(seconds=seconds)
