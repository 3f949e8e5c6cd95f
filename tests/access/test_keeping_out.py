"""What only looks like a merchant's request sees nothing; who may frame the pages; each view tells its access."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.testing import SandboxServer
from shopify_app.context import Context
from shopify_app.web.access import RETRY, Access, access_of, public
from tests.access.conftest import IN_FRAME, OTHER, SHOP, app_with, bearer, fetch, shops


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
