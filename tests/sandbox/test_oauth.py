"""Token exchange, refresh with rotation, expiry, uninstall, and the authorization-code grant (Shopify docs)."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import installs
from sandbox.testing import TEST_SECRET, SandboxServer
from tests.sandbox.test_thin_story import exchange

SHOP_QUERY = "{ shop { name } }"


@pytest.fixture
def shop(sandbox: SandboxServer) -> SandboxServer:
    sandbox.tiny(contracts=0)
    return sandbox


def refresh(sandbox: SandboxServer, token: str, shop: str = SHOP) -> httpx.Response:
    body = {
        "client_id": "test-key",
        "client_secret": TEST_SECRET,
        "grant_type": "refresh_token",
        "refresh_token": token,
    }
    return httpx.post(f"{sandbox.url}/shops/{shop}/admin/oauth/access_token", json=body)


def status(sandbox: SandboxServer, token: str, shop: str = SHOP) -> int:
    url = f"{sandbox.url}/shops/{shop}/admin/api/2026-10/graphql.json"
    return httpx.post(url, json={"query": SHOP_QUERY}, headers={"X-Shopify-Access-Token": token}).status_code


def test_an_exchange_gives_an_expiring_pair(shop: SandboxServer) -> None:
    answer = exchange(shop).json()
    assert answer["expires_in"] == 3600 and answer["refresh_token_expires_in"] == 7_776_000
    assert set(answer["scope"].split(",")) == set(shop.config.scopes)
    assert status(shop, answer["access_token"]) == 200


def test_a_non_expiring_token_is_issued_and_then_refused(shop: SandboxServer) -> None:
    answer = exchange(shop, expiring="0").json()
    assert "refresh_token" not in answer and "expires_in" not in answer
    assert status(shop, answer["access_token"]) == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 60},
        {"aud": "another-app"},
        {"dest": "https://another.myshopify.com"},
        {"iss": f"https://{SHOP}"},
        {"exp": None},
    ],
    ids=["expired", "another app", "another shop", "no /admin", "no expiry"],
)
def test_a_bad_session_token_is_an_invalid_subject(shop: SandboxServer, claims: dict[str, Any]) -> None:
    answer = exchange(shop, subject_token=shop.id_token(SHOP, **claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_subject_token")


def test_a_session_token_of_another_shop_is_an_invalid_subject(shop: SandboxServer) -> None:
    other = "tannery-tea.myshopify.com"
    shop.tiny(shop=other, contracts=0)
    assert exchange(shop, subject_token=shop.id_token(other)).json()["error"] == "invalid_subject_token"
    token = exchange(shop, other).json()["access_token"]
    assert (status(shop, token, other), status(shop, token, SHOP)) == (200, 401)


def test_wrong_credentials_are_an_invalid_client(shop: SandboxServer) -> None:
    assert exchange(shop, client_secret="wrong").json()["error"] == "invalid_client"


def test_an_online_token_names_its_user(shop: SandboxServer) -> None:
    answer = exchange(shop, requested_token_type="urn:shopify:params:oauth:token-type:online-access-token").json()
    assert answer["associated_user"]["account_owner"] is True and answer["expires_in"] == 86_400


def test_an_expired_token_is_401_and_its_refresh_token_still_works(shop: SandboxServer) -> None:
    shop.world.faults.set({"tokens": {"lifetime_s": 0}})
    pair = exchange(shop).json()
    time.sleep(0.01)
    assert status(shop, pair["access_token"]) == 401
    shop.world.faults.set({"tokens": {"lifetime_s": 60}})
    assert status(shop, refresh(shop, pair["refresh_token"]).json()["access_token"]) == 200


def test_the_old_refresh_token_works_until_the_replacement_is_first_used(shop: SandboxServer) -> None:
    pair = exchange(shop).json()
    lost = refresh(shop, pair["refresh_token"]).json()  # say the answer never arrived
    second = refresh(shop, pair["refresh_token"])
    assert second.status_code == 200 and second.json()["access_token"] != lost["access_token"]
    assert status(shop, second.json()["access_token"]) == 200  # first use
    assert refresh(shop, pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert refresh(shop, second.json()["refresh_token"]).status_code == 200


def test_uninstalling_kills_every_token_at_once_and_reinstalling_gives_new_ones(shop: SandboxServer) -> None:
    pair = exchange(shop).json()
    with shop.world.locked():
        installs.uninstall(shop.world, SHOP)
    assert status(shop, pair["access_token"]) == 401
    assert refresh(shop, pair["refresh_token"]).status_code == 400
    assert exchange(shop).json()["error"] == "application_not_installed"
    with shop.world.locked():
        installs.install(shop.world, SHOP)
    assert status(shop, pair["access_token"]) == 401
    assert status(shop, exchange(shop).json()["access_token"]) == 200


def test_the_authorization_code_grant(sandbox: SandboxServer) -> None:
    sandbox.tiny(contracts=0, installed=False)
    target = f"{sandbox.config.url}/auth/callback"
    asked = {"client_id": "test-key", "scope": "read_orders", "redirect_uri": target, "state": "abc"}
    back = httpx.get(f"{sandbox.url}/shops/{SHOP}/admin/oauth/authorize", params=asked)
    assert back.status_code == 302 and back.headers["location"].startswith(target + "?")
    params = dict(parse_qsl(urlsplit(back.headers["location"]).query))
    signed = "&".join(f"{k}={params[k]}" for k in sorted(params) if k != "hmac")
    assert params["hmac"] == hmac.new(TEST_SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
    assert (params["state"], params["shop"]) == ("abc", SHOP)

    body = {"client_id": "test-key", "client_secret": TEST_SECRET, "code": params["code"], "expiring": "1"}
    url = f"{sandbox.url}/shops/{SHOP}/admin/oauth/access_token"
    pair = httpx.post(url, data=body).json()
    assert pair["expires_in"] == 3600 and status(sandbox, pair["access_token"]) == 200
    assert httpx.post(url, data=body).status_code == 400  # a code works once


def test_authorize_goes_nowhere_that_the_app_has_not_registered(shop: SandboxServer) -> None:
    asked = {"client_id": "test-key", "redirect_uri": "https://elsewhere.test/", "state": "abc"}
    assert httpx.get(f"{shop.url}/shops/{SHOP}/admin/oauth/authorize", params=asked).status_code == 400
