"""Who gets in by a merchant's id token: installed by the first page, and known from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from sqlalchemy import select

from sandbox.testing import SandboxServer
from sandbox.wire import tokens as theirs
from shopify_app.context import Context
from shopify_app.gateways.shopify import shop as shop_gateway
from shopify_app.kit.crypto import Vault
from shopify_app.shops import tokens
from shopify_app.shops.models import ShopToken
from tests.access.conftest import HOST, IN_FRAME, OTHER, SHOP, app_with, fetch, shops


def test_the_first_page_load_of_an_unknown_shop_installs_it(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient
) -> None:
    answer = client.get(f"/secret?id_token={sandbox.id_token(SHOP)}&shop={SHOP}&embedded=1", headers=IN_FRAME)
    assert answer.status_code == 200 and answer.json == {"shop": SHOP, "user": 48_151_623}
    (shop,) = shops(ctx)
    assert shop.is_installed and shop.iana_timezone == "America/New_York" and shop.host == HOST
    assert tokens.with_client(ctx, shop.id, shop_gateway.read).domain == SHOP


def test_the_second_request_asks_shopify_nothing(ctx: Context, sandbox: SandboxServer, client: FlaskClient) -> None:
    for _ in range(3):
        assert fetch(client, sandbox.id_token(SHOP)).status_code == 200
    assert len(list(sandbox.world.of("tokens", SHOP))) == 1


def test_each_shop_sees_itself(ctx: Context, sandbox: SandboxServer, client: FlaskClient) -> None:
    for domain in (SHOP, OTHER):
        answer = fetch(client, sandbox.id_token(domain), f"/secret?shop={SHOP}")
        assert answer.json is not None and answer.json["shop"] == domain


def test_a_shop_whose_token_is_dead_gets_a_new_one_by_being_opened(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient
) -> None:
    fetch(client, sandbox.id_token(SHOP))
    theirs.revoke_all(sandbox.world, SHOP)
    with pytest.raises(Exception, match="must open the app again"):
        tokens.with_client(ctx, shops(ctx)[0].id, shop_gateway.read)
    assert fetch(client, sandbox.id_token(SHOP)).status_code == 200
    assert tokens.with_client(ctx, shops(ctx)[0].id, shop_gateway.read).domain == SHOP


def test_a_shop_whose_token_no_key_opens_gets_a_new_one_by_being_opened(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient
) -> None:
    fetch(client, sandbox.id_token(SHOP))
    changed = replace(ctx, vault=Vault([Fernet.generate_key().decode()]))
    assert fetch(app_with(changed).test_client(), sandbox.id_token(SHOP)).status_code == 200
    assert tokens.with_client(changed, shops(ctx)[0].id, shop_gateway.read).domain == SHOP


def test_scopes_granted_later_arrive_with_the_next_page_load(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient
) -> None:
    fetch(client, sandbox.id_token(SHOP))
    with ctx.db.session() as session:
        session.scalars(select(ShopToken)).one().scopes = "read_orders"
    fetch(client, sandbox.id_token(SHOP))
    client.get(f"/secret?id_token={sandbox.id_token(SHOP)}", headers=IN_FRAME)
    with ctx.db.session() as session:
        assert session.scalars(select(ShopToken)).one().scopes == ctx.settings.scopes
    assert len(list(sandbox.world.of("tokens", SHOP))) == 2


def test_a_token_signed_with_the_old_secret_gets_in_while_rotating(ctx: Context, sandbox: SandboxServer) -> None:
    rotating = replace(ctx.settings, api_secret="brand-new-secret" * 3, api_secret_old=sandbox.config.api_secret)
    client = app_with(replace(ctx, settings=rotating)).test_client()
    assert fetch(client, sandbox.id_token(SHOP)).status_code == 200
