"""A sandbox with two shops, and an app of the install and bounce pages and one page for merchants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from sandbox.seeds import tiny
from sandbox.testing import SandboxServer
from shopify_app.config import Settings
from shopify_app.context import Context
from shopify_app.kit.clock import RemoteClock
from shopify_app.kit.crypto import Vault
from shopify_app.kit.db import Database
from shopify_app.kit.jobs import NoWakeups
from shopify_app.kit.links import LinkSigner
from shopify_app.shops.models import Shop
from shopify_app.web import EXTENSION, errors, install
from shopify_app.web.access import merchant

SHOP, OTHER = tiny.SHOP, "other-coffee.myshopify.com"
IN_FRAME = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"}
HOST = "http://127.0.0.1:8001"


@pytest.fixture(scope="package")
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
