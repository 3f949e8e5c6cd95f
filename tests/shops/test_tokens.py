"""A shop's token over its life, against the sandbox's token endpoint: early, alone, committed before use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from sandbox.testing import SandboxServer
from sandbox.wire import tokens as theirs
from shopify_app.context import Context
from shopify_app.gateways.shopify import shop as shop_gateway
from shopify_app.gateways.shopify.errors import ServerFault, TokenRefused, Unreachable
from shopify_app.gateways.shopify.tokens import CredentialsRefused
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crypto import Vault
from shopify_app.shops import queries, tokens
from shopify_app.shops.models import Shop, ShopToken
from tests.shops.conftest import DOMAIN, with_secrets

Install = Callable[[], Shop]


class Killed(BaseException):
    """The process is gone: nothing may catch it."""


def row(ctx: Context) -> ShopToken:
    with ctx.db.session() as session:
        return session.scalars(select(ShopToken)).one()


def live_access(ctx: Context) -> str:
    return ctx.vault.open(row(ctx).access_token)


def leave_seconds(ctx: Context, seconds: float, of: float = 3600) -> None:
    """Let our copy of the token have only so long to live, of a life of so many seconds."""
    with ctx.db.session() as session:
        token = session.scalars(select(ShopToken)).one()
        token.access_expires_at = machine_now() + timedelta(seconds=seconds)
        token.obtained_at = token.access_expires_at - timedelta(seconds=of)


def refreshes(sandbox: SandboxServer) -> int:
    return len(list(sandbox.world.of("tokens", DOMAIN))) - 1


def test_neither_token_is_stored_readable(ctx: Context, installed: Install) -> None:
    installed()
    with ctx.db.session() as session:
        stored = str(session.execute(text("select * from shop_tokens")).mappings().one())
    assert "shpat_" not in stored and "shprt_" not in stored
    assert live_access(ctx).startswith("shpat_")
    assert "shpat" not in repr(row(ctx)) + repr(tokens.admin_client(ctx, row(ctx).shop_id))


def test_a_token_with_life_left_is_used_as_it_is(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    leave_seconds(ctx, 301)
    assert shop_gateway.read(tokens.admin_client(ctx, shop.id)).domain == DOMAIN
    assert refreshes(sandbox) == 0


def test_in_its_last_five_minutes_it_is_replaced_before_use(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    before = live_access(ctx)
    leave_seconds(ctx, 299)
    assert shop_gateway.read(tokens.admin_client(ctx, shop.id)).domain == DOMAIN
    assert live_access(ctx) != before and refreshes(sandbox) == 1


def test_tokens_that_live_fifteen_seconds_are_replaced_in_their_last_three(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    sandbox.world.faults.set({"tokens": {"lifetime_s": 15}})
    shop = installed()
    for left, expected in ((14.0, 0), (3.5, 0), (2.9, 1), (-5.0, 2)):
        leave_seconds(ctx, left, of=15)
        assert tokens.with_client(ctx, shop.id, shop_gateway.read).domain == DOMAIN
        assert refreshes(sandbox) == expected, f"with {left} s left"


def test_eight_threads_at_once_refresh_once(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    leave_seconds(ctx, -1)
    start = threading.Barrier(8)

    def work(_: int) -> str:
        start.wait(timeout=5)
        return tokens.with_client(ctx, shop.id, shop_gateway.read).domain

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(8))) == {DOMAIN}
    assert refreshes(sandbox) == 1


def test_eight_threads_refused_at_once_refresh_once(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    theirs.expire_all(sandbox.world, DOMAIN)
    start = threading.Barrier(8)

    def work(_: int) -> str:
        start.wait(timeout=5)
        return tokens.with_client(ctx, shop.id, shop_gateway.read).domain

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(8))) == {DOMAIN}
    assert refreshes(sandbox) == 1


def test_a_crash_between_shopifys_answer_and_our_commit_does_not_lose_the_shop(
    ctx: Context, sandbox: SandboxServer, installed: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = installed()
    leave_seconds(ctx, -1)
    theirs.expire_all(sandbox.world, DOMAIN)

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(tokens, "store", die)
        with pytest.raises(Killed):
            tokens.admin_client(ctx, shop.id)
    assert refreshes(sandbox) == 1, "Shopify had answered"
    assert tokens.with_client(ctx, shop.id, shop_gateway.read).domain == DOMAIN


def test_a_caller_that_rolls_back_keeps_the_new_token(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    leave_seconds(ctx, -1)
    theirs.expire_all(sandbox.world, DOMAIN)
    with pytest.raises(RuntimeError, match="business rule"), ctx.db.session() as session:
        session.get_one(Shop, shop.id).name = "half done"
        assert tokens.with_client(ctx, shop.id, shop_gateway.read).domain == DOMAIN
        raise RuntimeError("business rule")
    assert row(ctx).access_expires_at > machine_now()  # type: ignore[operator]
    assert tokens.with_client(ctx, shop.id, shop_gateway.read).domain == DOMAIN
    assert refreshes(sandbox) == 1


def test_a_refused_call_is_repeated_once_with_a_new_token(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    theirs.expire_all(sandbox.world, DOMAIN)
    calls = []

    def action(client: Any) -> str:
        calls.append(client)
        return shop_gateway.read(client).domain

    assert tokens.with_client(ctx, shop.id, action) == DOMAIN
    assert len(calls) == 2


def test_a_dead_refresh_token_is_written_down_and_is_no_uninstall(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    theirs.revoke_all(sandbox.world, DOMAIN)
    for _ in range(2):
        with pytest.raises(TokenRefused):
            tokens.with_client(ctx, shop.id, shop_gateway.read)
    assert row(ctx).refused_reason == "invalid_grant"
    with ctx.db.session() as session:
        assert session.get_one(Shop, shop.id).is_installed
    installed()
    assert row(ctx).refused_at is None
    assert tokens.with_client(ctx, shop.id, shop_gateway.read).domain == DOMAIN


def test_a_live_token_outlasts_a_failing_and_even_a_refused_early_refresh(
    ctx: Context, sandbox: SandboxServer, installed: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = installed()
    leave_seconds(ctx, 60)

    def down(*_: Any) -> None:
        raise ServerFault("HTTP 503")

    with monkeypatch.context() as patch:
        patch.setattr(tokens.tokens, "refresh", down)
        assert shop_gateway.read(tokens.admin_client(ctx, shop.id)).domain == DOMAIN
        leave_seconds(ctx, -1)
        with pytest.raises(ServerFault):
            tokens.admin_client(ctx, shop.id)
    leave_seconds(ctx, 60)
    for token in sandbox.world.of("tokens", DOMAIN):
        sandbox.world.of("tokens", DOMAIN).put({**token, "refresh_dead": True})
    assert shop_gateway.read(tokens.admin_client(ctx, shop.id)).domain == DOMAIN
    assert row(ctx).refused_reason == "invalid_grant"


def test_another_process_that_keeps_the_row_too_long_gives_a_named_error(
    ctx: Context, installed: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = installed()
    leave_seconds(ctx, -1)
    monkeypatch.setattr(tokens, "LOCK_TIMEOUT", "100ms")
    with ctx.db.session() as session:
        session.scalars(select(ShopToken).with_for_update()).one()
        with pytest.raises(Unreachable, match="stayed locked"):
            tokens.admin_client(ctx, shop.id)


def test_while_secrets_rotate_either_one_refreshes(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    true_secret = sandbox.config.api_secret
    for rotating in (with_secrets(ctx, "not-yet-known", true_secret), with_secrets(ctx, true_secret, "long-gone")):
        leave_seconds(ctx, -1)
        assert tokens.with_client(rotating, shop.id, shop_gateway.read).domain == DOMAIN


def test_a_wrong_secret_of_ours_is_not_held_against_the_shop(ctx: Context, installed: Install) -> None:
    shop = installed()
    leave_seconds(ctx, -1)
    with pytest.raises(CredentialsRefused) as caught:
        tokens.admin_client(with_secrets(ctx, "wrong"), shop.id)
    assert not caught.value.permanent
    assert row(ctx).refused_at is None


def test_a_shop_that_left_gets_no_client(ctx: Context, installed: Install) -> None:
    shop = installed()
    with ctx.db.session() as session:
        session.get_one(Shop, shop.id).status = "uninstalled"
    with pytest.raises(TokenRefused):
        tokens.admin_client(ctx, shop.id)


def test_renewing_for_new_scopes_replaces_a_young_token(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    tokens.renew(ctx, shop.id)
    assert refreshes(sandbox) == 1
    assert tokens.with_client(ctx, shop.id, shop_gateway.read).domain == DOMAIN


@pytest.mark.parametrize("seconds", [3600, 60, -60], ids=["young", "stale", "dead"])
def test_a_lost_key_is_a_lost_token_until_the_key_is_back(ctx: Context, installed: Install, seconds: int) -> None:
    shop = installed()
    leave_seconds(ctx, seconds)
    keyless = replace(ctx, vault=Vault([Fernet.generate_key().decode()]))
    for _ in range(2):
        with pytest.raises(TokenRefused, match="must open the app again"):
            tokens.with_client(keyless, shop.id, shop_gateway.read)
    assert row(ctx).refused_reason == "key"
    with ctx.db.session() as session:
        (ill,) = queries.overview(session, keyless.vault)
        (well,) = queries.overview(session, ctx.vault)
    assert "ENCRYPTION_KEY" in ill.problems()[0] and well.problems() == []
    assert tokens.with_client(ctx, shop.id, shop_gateway.read).domain == DOMAIN
    assert row(ctx).refused_at is None


def test_a_refused_call_without_a_key_is_a_lost_token(ctx: Context, installed: Install) -> None:
    shop = installed()
    keyless = replace(ctx, vault=Vault([Fernet.generate_key().decode()]))
    with pytest.raises(TokenRefused, match="no key opens"):
        tokens.forced_refresh(keyless, shop.id, "the token that was refused")
    assert row(ctx).refused_reason == "key"
