"""Who gets in, on a sandbox: a merchant's id token, an OAuth code, and everything that only looks like them."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from sandbox.seeds import tiny
from sandbox.shopify import installs
from sandbox.testing import SandboxServer
from sandbox.wire import tokens as theirs
from shopify_app.config import Settings
from shopify_app.context import Context
from shopify_app.gateways.shopify import shop as shop_gateway
from shopify_app.gateways.shopify.errors import Unreachable
from shopify_app.kit.clock import RemoteClock
from shopify_app.kit.crypto import Vault
from shopify_app.kit.db import Database
from shopify_app.kit.jobs import NoWakeups
from shopify_app.kit.links import LinkSigner
from shopify_app.shops import tokens
from shopify_app.shops.models import Shop, ShopToken
from shopify_app.web import EXTENSION, errors, install, onboarding
from shopify_app.web.access import RETRY, Access, access_of, merchant, public

SHOP, OTHER = tiny.SHOP, "other-coffee.myshopify.com"
IN_FRAME = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"}
HOST = "http://127.0.0.1:8001"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(HOST).running() as running:
        yield running


@pytest.fixture
def sandbox(server: SandboxServer) -> SandboxServer:
    server.reset()
    for shop in (SHOP, OTHER):
        server.tiny(shop=shop, contracts=0)
    return server


@pytest.fixture
def ctx(sandbox: SandboxServer, postgres_url: str) -> Iterator[Context]:
    settings = Settings(
        api_key=sandbox.config.api_key,
        api_secret=sandbox.config.api_secret,
        scopes=",".join(sandbox.config.scopes),
        host=HOST,
        shop_url=f"{sandbox.url}/shops/{{shop}}",
        admin_url=sandbox.url,
        cdn_url=f"{sandbox.url}/cdn",
    )
    key = Fernet.generate_key().decode()
    context = Context(
        settings,
        Database(postgres_url),
        RemoteClock(f"{sandbox.url}/clock"),
        Vault([key]),
        LinkSigner([key]),
        NoWakeups(),
        httpx.Client(trust_env=False),
        lambda key: pytest.fail("Klaviyo is not asked"),
    )
    yield context
    context.http.close()
    context.db.close()


def app_with(ctx: Context) -> Flask:
    """The install and bounce pages, and one page for merchants."""
    app = Flask("shopify_app.web", template_folder="templates")
    app.extensions[EXTENSION] = ctx
    app.register_blueprint(install.blueprint)
    errors.register(app)

    @app.route("/secret", methods=["GET", "POST"])
    @merchant
    def secret() -> dict[str, Any]:
        return {"shop": g.shop.domain, "user": g.user_id}

    return app


@pytest.fixture
def client(ctx: Context) -> FlaskClient:
    return app_with(ctx).test_client()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def fetch(client: FlaskClient, token: str, path: str = "/secret") -> TestResponse:
    return client.get(path, headers=bearer(token))


def shops(ctx: Context) -> list[Shop]:
    with ctx.db.session() as session:
        return list(session.scalars(select(Shop).order_by(Shop.id)))


# --- letting in


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


# --- keeping out


def hostile(sandbox: SandboxServer) -> dict[str, str]:
    past = int(time.time()) - 60
    return {
        "none": "",
        "nonsense": "abc",
        "not ascii": "é.ü.ß",
        "expired": sandbox.id_token(SHOP, exp=past),
        "without expiry": sandbox.id_token(SHOP, exp=None),
        "for another app": sandbox.id_token(SHOP, aud="another-app"),
        "a customer's": sandbox.id_token(SHOP, iss=None, sub="gid://shopify/Customer/7"),
        "a customer's with our issuer": sandbox.id_token(SHOP, sub="gid://shopify/Customer/7"),
        "from another shop's admin": sandbox.id_token(SHOP, iss=f"https://{OTHER}/admin"),
        "to a host that is no shop": sandbox.id_token(SHOP, iss="https://evil.com/admin", dest="https://evil.com"),
        "tampered": sandbox.id_token(SHOP)[:-4] + "AAAA",
    }


def test_scripts_without_a_merchants_token_are_told_to_retry_and_see_nothing(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient
) -> None:
    for name, token in hostile(sandbox).items():
        answer = fetch(client, token)
        assert (answer.status_code, answer.headers.get(RETRY)) == (401, "1"), name
        assert SHOP.encode() not in answer.data
    assert shops(ctx) == []


def test_pages_without_a_merchants_token_go_to_the_bounce_page_and_come_back(
    sandbox: SandboxServer, client: FlaskClient
) -> None:
    for name, token in hostile(sandbox).items():
        query = {"shop": SHOP, "host": "aG9zdA", "page": "2", "id_token": token, "shopify-reload": "//evil.com"}
        answer = client.get("/secret", query_string=query, headers=IN_FRAME)
        assert answer.status_code == 302, name
        where = urlsplit(answer.location)
        sent = parse_qs(where.query)
        assert where.path == "/bounce" and not where.netloc and "id_token" not in sent
        assert sent["shopify-reload"] == [f"/secret?shop={SHOP}&host=aG9zdA&page=2"]
        page = client.get(answer.location)
        assert page.status_code == 200 and b"app-bridge.js" in page.data and b"polaris" not in page.data
        assert b'content="test-key"' in page.data


@pytest.mark.parametrize(
    ("headers", "bounced"),
    [
        ({"Sec-Fetch-Dest": "iframe"}, True),
        ({"Sec-Fetch-Dest": "document", "Accept": "text/html"}, True),
        ({"Accept": "text/html,*/*;q=0.8"}, True),
        ({"Accept": "text/html", "Sec-Fetch-Dest": "empty"}, False),
        ({"Accept": "text/html", "HX-Request": "true"}, False),
        ({"Accept": "text/html", "Authorization": "Bearer x"}, False),
        ({"Accept": "application/json"}, False),
        ({}, False),
    ],
)
def test_only_pages_are_bounced(client: FlaskClient, headers: dict[str, str], bounced: bool) -> None:
    assert client.get(f"/secret?shop={SHOP}", headers=headers).status_code == (302 if bounced else 401)


def test_a_page_that_names_no_shop_says_where_to_open_the_app(client: FlaskClient) -> None:
    for query in ("", "?shop=evil.com", "?shop=%00", "?shop=[", f"?shop={SHOP}.evil.com"):
        answer = client.get(f"/secret{query}", headers=IN_FRAME)
        assert answer.status_code == 401 and b"Shopify admin" in answer.data


def test_a_form_cannot_bring_its_token_in_the_address(sandbox: SandboxServer, client: FlaskClient) -> None:
    """Otherwise a leaked address could change something."""
    assert client.post(f"/secret?id_token={sandbox.id_token(SHOP)}").status_code == 401
    assert client.post("/secret", headers=bearer(sandbox.id_token(SHOP))).status_code == 200


@pytest.mark.parametrize("target", ["", "//evil.com", "https://evil.com", "/\\evil.com", "/a\n/b", "evil"])
def test_the_bounce_page_goes_nowhere_else(client: FlaskClient, target: str) -> None:
    assert client.get("/bounce", query_string={"shop": SHOP, "shopify-reload": target}).status_code == 400


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


# --- headers


def test_only_the_shops_own_admin_may_frame_its_pages(
    ctx: Context, sandbox: SandboxServer, client: FlaskClient
) -> None:
    def ancestors(answer: TestResponse) -> str:
        assert "X-Frame-Options" not in answer.headers and "Set-Cookie" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.headers["Content-Security-Policy"].split(";")[0]

    mine = f"frame-ancestors https://{SHOP} {sandbox.url}"
    assert ancestors(fetch(client, sandbox.id_token(SHOP))) == mine
    assert ancestors(client.get("/bounce", query_string={"shop": SHOP, "shopify-reload": "/"})) == mine
    assert ancestors(client.get("/bounce", query_string={"shop": "evil.com", "shopify-reload": "/"})) == (
        "frame-ancestors 'none'"
    )
    assert ancestors(client.get("/nowhere")) == "frame-ancestors 'none'"
    lost = client.get(f"/nowhere?id_token={sandbox.id_token(SHOP)}&shop={OTHER}", headers=IN_FRAME)
    assert lost.status_code == 404 and ancestors(lost) == mine
    assert ancestors(client.get(f"/nowhere?id_token=x&shop={SHOP}", headers=IN_FRAME)) == "frame-ancestors 'none'"
    assert ancestors(fetch(client, "x")) == "frame-ancestors 'none'"


def test_every_view_tells_its_access(ctx: Context) -> None:
    views = app_with(ctx).view_functions
    told = {name: access_of(view) for name, view in views.items() if name != "static"}
    assert all(told.values())
    assert told["secret"] == Access("merchant")
    assert access_of(public("because")(lambda: "")) == Access("public", "because")


# --- the authorization-code grant


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
