"""The shops feature on a sandbox: a Context without web or jobs, an installed shop on request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from cryptography.fernet import Fernet

from sandbox.testing import SandboxServer
from sandbox.wire.id_tokens import mint_id_token
from shopify_app.config import Settings
from shopify_app.context import Context
from shopify_app.gateways.shopify import tokens as gateway
from shopify_app.kit.clock import RemoteClock
from shopify_app.kit.crypto import Vault
from shopify_app.kit.db import Database
from shopify_app.kit.jobs import NoWakeups
from shopify_app.kit.links import LinkSigner
from shopify_app.shops.install import install
from shopify_app.shops.models import Shop

DOMAIN = "rosebud-coffee.myshopify.com"
KEY = Fernet.generate_key().decode()


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    with SandboxServer().running() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: SandboxServer) -> SandboxServer:
    sandbox_server.reset()
    sandbox_server.tiny(contracts=0)
    return sandbox_server


@pytest.fixture
def ctx(sandbox: SandboxServer, postgres_url: str) -> Iterator[Context]:
    settings = Settings(
        api_key=sandbox.config.api_key,
        api_secret=sandbox.config.api_secret,
        scopes=",".join(sandbox.config.scopes),
        host="http://127.0.0.1:9",
        shop_url=f"{sandbox.url}/shops/{{shop}}",
    )
    context = Context(
        settings=settings,
        db=Database(postgres_url, pool_size=8),
        clock=RemoteClock(f"{sandbox.url}/clock"),
        vault=Vault([KEY]),
        links=LinkSigner([KEY]),
        wakeups=NoWakeups(),
        http=httpx.Client(trust_env=False),
        klaviyo=lambda key: pytest.fail("shops must not know Klaviyo"),
    )
    yield context
    context.http.close()
    context.db.close()


@pytest.fixture
def installed(ctx: Context, sandbox: SandboxServer) -> Callable[[], Shop]:
    """Install as the first page load does: exchange an id token, keep it, learn the shop."""

    def go() -> Shop:
        token = mint_id_token(sandbox.world, DOMAIN)
        return install(ctx, DOMAIN, gateway.exchange(ctx.http, ctx.settings, DOMAIN, token))

    return go


def with_secrets(ctx: Context, current: str, old: str = "") -> Context:
    """The same process after its operator changed the secrets."""
    return replace(ctx, settings=replace(ctx.settings, api_secret=current, api_secret_old=old))
