"""Installing by an OAuth code: only the browser that began it, only as Shopify signed it, once."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from sandbox.shopify import installs
from sandbox.testing import SandboxServer
from shopify_app.context import Context
from shopify_app.shops.models import ShopToken
from tests.access.conftest import HOST, OTHER, SHOP, app_with, shops


@pytest.fixture
def grant(client: FlaskClient, sandbox: SandboxServer) -> Callable[[], str]:
    """Begin an install and agree at Shopify; returns the address the browser is sent back to."""

    def go() -> str:
        away = client.get(f"/auth?shop={SHOP}")
        assert away.status_code == 302
        back = httpx.get(away.location, trust_env=False)
        assert back.status_code == 302, back.text
        return back.headers["Location"].removeprefix(HOST)

    return go


def resigned(sandbox: SandboxServer, path: str, **changes: str) -> str:
    """The callback with other values, signed as only Shopify could."""
    where = urlsplit(path)
    query = {name: value for name, value in parse_qsl(where.query) if name != "hmac"} | changes
    text = "&".join(f"{name}={query[name]}" for name in sorted(query))
    digest = hmac.new(sandbox.config.api_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{where.path}?{urlencode(query | {'hmac': digest})}"


def test_a_shop_installs_by_an_authorization_code(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient, grant: Callable[[], str]
) -> None:
    installs.uninstall(sandbox.world, SHOP)
    cookie = client.get(f"/auth?shop={SHOP}").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/auth" in cookie
    done = client.get(grant())
    assert done.status_code == 302
    assert done.location == f"{sandbox.url}/store/rosebud-coffee/apps/test-key/"
    (shop,) = shops(ctx)
    assert shop.is_installed
    with ctx.db.session() as session:
        token = session.scalars(select(ShopToken)).one()
        assert token.refresh_token and token.access_expires_at, "asked for with expiring=1"


def test_an_answer_for_another_browser_is_refused(ctx: Context, grant: Callable[[], str]) -> None:
    assert app_with(ctx).test_client().get(grant()).status_code == 401
    assert shops(ctx) == []


def test_an_answer_that_shopify_did_not_give_like_this_is_refused(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient, grant: Callable[[], str]
) -> None:
    back = grant()
    old = str(int(time.time()) - 100)
    for bad in (
        back.replace("rosebud", "rosebad"),
        back + "0",
        back + "&shop=" + OTHER,
        resigned(sandbox, back, timestamp=old),
        resigned(sandbox, back, shop=OTHER),
        resigned(sandbox, back, state="another"),
    ):
        assert client.get(bad).status_code == 401, bad
    for incomplete in ("/auth/callback", f"/auth/callback?shop={SHOP}", "/auth/callback?shop=[&code=1&state=2"):
        assert client.get(incomplete).status_code == 400
    assert shops(ctx) == []
    assert client.get(resigned(sandbox, back)).status_code == 302, "the untouched answer is still good"


def test_a_code_is_good_once(client: FlaskClient, grant: Callable[[], str], sandbox: SandboxServer) -> None:
    back = grant()
    cookie = client.get_cookie("perennial_oauth", path="/auth")
    assert cookie is not None and client.get(back).status_code == 302
    assert client.get_cookie("perennial_oauth", path="/auth") is None
    client.set_cookie("perennial_oauth", cookie.value, path="/auth")
    again = client.get(back)
    assert again.status_code == 401 and b"start it again" in again.data


@pytest.mark.parametrize("shop", ["", "evil.com", "[", "a.b.myshopify.com", "%00"])
def test_no_install_begins_at_a_host_that_is_no_shop(client: FlaskClient, shop: str) -> None:
    assert client.get("/auth", query_string={"shop": shop}).status_code == 400
