"""Connecting a shop to a Klaviyo account by a private key."""

from __future__ import annotations

from sqlalchemy import delete

from shopify_app.channels.klaviyo.models import CONNECTED, DISCONNECTED, KlaviyoAccount, KlaviyoProfile
from shopify_app.context import Context
from shopify_app.gateways.klaviyo.client import Account


class AnotherAccount(Exception):
    """The key belongs to another account than the shop's events went to so far; connecting needs a confirmation."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"This key belongs to {after}; events went to {before} so far.")
        self.before = before
        self.after = after


class KeyMalformed(Exception):
    """What was entered cannot be a private key; nothing was asked."""


def connect(ctx: Context, shop_id: int, key: str, *, confirm: bool = False) -> KlaviyoAccount:
    """Check a private key with Klaviyo and keep it, encrypted; returns the connected account's row.

    Raises KeyMalformed, KlaviyoError (KeyRefused: wrong key, or it lacks the scope accounts:read), or AnotherAccount
    unless `confirm` is set. What waited is delivered from now on.
    """
    key = key.strip()
    if not key.startswith("pk_") or len(key) < 8 or not key.isascii() or " " in key:
        raise KeyMalformed("A private API key begins with pk_; create one in Klaviyo under Settings → API keys.")
    account = ctx.klaviyo(key).account()
    with ctx.db.session() as session:
        row = session.get(KlaviyoAccount, shop_id)
        if row and row.account_id != account.id and not confirm:
            raise AnotherAccount(row.account_name, account.name)
        if row is None or row.account_id != account.id:
            # what another account's profiles were told says nothing of this one's
            session.execute(delete(KlaviyoProfile).where(KlaviyoProfile.shop_id == shop_id))
        if row is None:
            row = KlaviyoAccount(shop_id=shop_id)
            session.add(row)
        elif row.account_id != account.id:
            row.profiles_read_to = None
        _fill(ctx, row, key, account)
        session.flush()
    ctx.wakeups.wake("klaviyo")
    return row


def disconnect(ctx: Context, shop_id: int) -> None:
    """Forget the key. Facts go on being recorded and wait for another connection.

    Which account it was is remembered, so that a key of another one needs a confirmation then too.
    """
    with ctx.db.session() as session:
        row = session.get(KlaviyoAccount, shop_id)
        if row:
            row.state, row.sealed_key, row.key_hint, row.broken_reason = DISCONNECTED, "", "", None
            row.silent_since = row.silent_since or ctx.clock.now()


def _fill(ctx: Context, row: KlaviyoAccount, key: str, account: Account) -> None:
    row.sealed_key, row.key_hint = ctx.vault.seal(key), key[-4:]
    row.account_id, row.account_name = account.id, account.name
    row.state, row.broken_reason, row.profiles_refused = CONNECTED, None, None
    row.connected_at, row.silent_since = ctx.clock.now(), None
