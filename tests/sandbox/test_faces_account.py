"""A shop's customer accounts without a browser: who may see what, and what the frames of extensions are given."""

from __future__ import annotations

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox.faces import bundles, make_blueprint
from sandbox.seeds import tiny
from sandbox.world import World
from sandbox.world.app_config import AppConfig

CONFIG = AppConfig(api_key="key", api_secret="s" * 40, url="http://127.0.0.1:9", scopes=("read_orders",))
BASE = "/account/rosebud-coffee"


@pytest.fixture
def world() -> World:
    made = World(config=CONFIG)
    with made.locked():
        tiny.grow(made, contracts=2)
    return made


@pytest.fixture
def client(world: World) -> FlaskClient:
    app = Flask("account-under-test", static_folder=None)
    app.register_blueprint(make_blueprint(world))
    return app.test_client()


def _enter(client: FlaskClient, customer: int) -> None:
    assert client.post(f"{BASE}/login", data={"customer": str(customer)}).status_code == 302


def test_nothing_is_shown_before_signing_in(client: FlaskClient) -> None:
    for path in ("", "/profile", "/pages/subscriptions/"):
        assert client.get(BASE + path).location == f"{BASE}/login"
    assert client.get(f"{BASE}/_token").status_code == 401
    assert client.get(f"{BASE}/_frame/customer-account.page.render").status_code == 401
    assert client.post(f"{BASE}/login", data={"customer": "1"}).status_code == 400


def test_a_customer_sees_their_own_orders_and_nobody_elses(client: FlaskClient, world: World) -> None:
    mine, other = world.of("orders", tiny.SHOP).all()
    _enter(client, mine["customer_id"])
    page = client.get(BASE).text
    assert mine["name"] in page and other["name"] not in page
    for path in (f"/orders/{mine['id']}", f"/thank-you/{mine['id']}", "/profile", "/pages/subscriptions/contracts/1"):
        page = client.get(BASE + path).text
        assert 'sandbox="allow-scripts"' in page  # and not allow-same-origin
    assert client.get(f"{BASE}/orders/{other['id']}").status_code == 404


def test_a_token_names_the_customer_and_no_issuer(client: FlaskClient, world: World) -> None:
    contract = world.of("contracts", tiny.SHOP).all()[0]
    _enter(client, contract["customer_id"])
    token = client.get(f"{BASE}/_token").json["token"]
    claims = jwt.decode(token, CONFIG.api_secret, algorithms=["HS256"], audience="key")
    assert claims["sub"] == f"gid://shopify/Customer/{contract['customer_id']}" and "iss" not in claims


def test_shopifys_dialog_puts_a_new_card_on_ones_own_subscription_only(client: FlaskClient, world: World) -> None:
    mine, other = world.of("contracts", tiny.SHOP).all()
    _enter(client, mine["customer_id"])
    before = mine["payment_method_id"]
    made = client.post(f"{BASE}/_new-card/{mine['id']}").json["payment_method"]
    assert world.of("contracts", tiny.SHOP)[mine["id"]]["payment_method_id"] == made != before
    assert client.post(f"{BASE}/_new-card/{other['id']}").status_code == 404


def test_a_bundle_has_the_app_s_address_and_every_target_of_its_extension(client: FlaskClient) -> None:
    script = client.get("/account/_bundle/customer-account.profile.block.render.js").text
    assert CONFIG.url in script and "process.env" not in script
    extension = bundles.of_target("customer-account.profile.block.render")
    assert all(target in script for target, _ in extension.modules) and len(extension.modules) == 4
    assert client.get("/account/_bundle/purchase.checkout.block.render.js").status_code == 404
