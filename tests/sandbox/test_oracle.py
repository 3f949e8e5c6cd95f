"""What the sandbox signs, checked by Shopify's own Python library, which knows nothing of the sandbox."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import shopify
from shopify import session_token

from sandbox.seeds.tiny import SHOP
from sandbox.testing import TEST_SECRET, SandboxServer


@pytest.fixture
def shop(sandbox: SandboxServer) -> SandboxServer:
    sandbox.tiny(contracts=0)
    shopify.Session.setup(api_key="test-key", secret=TEST_SECRET)
    return sandbox


def test_the_launch_query_is_signed_as_shopify_signs(shop: SandboxServer) -> None:
    params = httpx.get(f"{shop.url}/_control/shops/{SHOP}/launch").json()
    assert shopify.Session.validate_params(dict(params)) is True
    assert shopify.Session.validate_params({**params, "shop": "evil.myshopify.com"}) is False


def test_the_callback_query_too(shop: SandboxServer) -> None:
    asked = {"client_id": "test-key", "redirect_uri": f"{shop.config.url}/auth/callback", "state": "s t&te=1"}
    back = httpx.get(f"{shop.url}/shops/{SHOP}/admin/oauth/authorize", params=asked)
    params = dict(parse_qsl(urlsplit(back.headers["location"]).query))
    assert params["state"] == "s t&te=1" and shopify.Session.validate_params(params) is True


def test_the_session_token_is_one_the_library_accepts(shop: SandboxServer) -> None:
    header = f"Bearer {shop.id_token()}"
    claims = session_token.decode_from_header(header, api_key="test-key", secret=TEST_SECRET)
    assert claims["dest"] == f"https://{SHOP}" and claims["sub"].isdigit()
    with pytest.raises(session_token.SessionTokenError):
        session_token.decode_from_header(
            header, api_key="test-key", secret="another secret of some other app altogether"
        )
