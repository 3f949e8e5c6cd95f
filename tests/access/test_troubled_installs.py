"""A first page while Shopify refuses, is silent, or we die: told in words, nothing half done, finished later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.shopify import installs
from sandbox.testing import SandboxServer
from shopify_app.context import Context
from shopify_app.gateways.shopify import shop as shop_gateway
from shopify_app.gateways.shopify.errors import Unreachable
from shopify_app.web import onboarding
from tests.access.conftest import IN_FRAME, SHOP, fetch, shops


def test_a_shop_that_shopify_does_not_let_us_install_on_sees_a_page_and_leaves_no_row(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient
) -> None:
    installs.uninstall(sandbox.world, SHOP)
    page = client.get(f"/secret?shop={SHOP}&id_token={sandbox.id_token(SHOP)}", headers=IN_FRAME)
    assert page.status_code == 401 and b"<p>" in page.data, "not bounced: a fresh token would not help"
    assert fetch(client, sandbox.id_token(SHOP)).status_code == 401
    assert shops(ctx) == []


def test_while_shopify_is_silent_a_new_shop_is_asked_to_wait_and_installed_later(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> None:
        raise Unreachable("timed out")

    with monkeypatch.context() as patch:
        patch.setattr(shop_gateway, "read", silent)
        assert fetch(client, sandbox.id_token(SHOP)).status_code == 503
        assert not shops(ctx)[0].is_installed, "its zone is not known, so nothing may be charged yet"
    assert fetch(client, sandbox.id_token(SHOP)).status_code == 200
    assert shops(ctx)[0].is_installed


def test_a_crash_before_the_import_begins_begins_it_on_the_next_load(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise RuntimeError("killed")

    begun: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(onboarding.importer, "start", die)
        assert fetch(client, sandbox.id_token(SHOP)).status_code == 500
    monkeypatch.setattr(onboarding.importer, "start", lambda session, shop_id, *_: begun.append(shop_id))
    assert fetch(client, sandbox.id_token(SHOP)).status_code == 200
    assert begun == [shops(ctx)[0].id]


def test_a_secret_that_shopify_refuses_is_an_operators_matter(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient
) -> None:
    token = sandbox.id_token(SHOP)
    sandbox.world.configure(replace(sandbox.config, api_secret="revoked-and-replaced" * 3))
    try:
        page = client.get(f"/secret?shop={SHOP}&id_token={token}", headers=IN_FRAME)
    finally:
        sandbox.world.configure(sandbox.config)
    assert page.status_code == 503 and b"check its settings" in page.data, "not bounced: no token would help"
    assert shops(ctx) == []
