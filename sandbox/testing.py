"""The sandbox inside a test process: a real server on a free port, driven in process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from sandbox.control.advance import Advance
from sandbox.seeds import seed
from sandbox.seeds.tiny import SHOP, Tiny
from sandbox.server import Server, open_world
from sandbox.shopify import installs
from sandbox.wire import id_tokens, schema, tokens
from sandbox.world import World
from sandbox.world.app_config import AppConfig

TEST_SECRET = "a secret of no app outside the tests"
APP_TOML = Path(__file__).resolve().parents[1] / "shopify.app.toml"


class SandboxServer:
    """A sandbox for tests. By default nothing happens behind a test's back: attempts settle and webhooks are
    delivered by ``drain()``. ``background=True`` behaves as the demo does.

    Start one per session and ``reset()`` it between tests; schemas stay loaded.
    """

    def __init__(
        self,
        app_url: str = "http://127.0.0.1:9",
        *,
        api_key: str = "test-key",
        api_secret: str = TEST_SECRET,
        state: Path | None = None,
        background: bool = False,
        port: int = 0,
        mail_templates: Path | None = None,
        smtp_port: int | None = None,
    ) -> None:
        self.config = AppConfig.read(APP_TOML, api_key=api_key, api_secret=api_secret, url=app_url)
        self.world: World = open_world(state, self.config)
        self.world.mail_templates = mail_templates
        self._server = Server(self.world, port=port, background=background, smtp_port=smtp_port)
        self.mail = self._server.mail
        self.url = self._server.url
        self._client = httpx.Client(timeout=30, trust_env=False)

    def start(self) -> SandboxServer:
        """Serve; returns itself."""
        schema.load(schema.versions()[-1])
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving and close the store."""
        self._client.close()
        self._server.stop()

    @contextmanager
    def running(self) -> Iterator[SandboxServer]:
        """``with SandboxServer(...).running() as sandbox:``"""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def reset(self, app_url: str | None = None) -> None:
        """An empty world with every knob at rest, and full rate buckets."""
        with self.world.locked():
            self.world.reset()
            self._server.app.extensions["throttle"].reset()
        if app_url:
            self.point_at(app_url)

    def point_at(self, app_url: str) -> None:
        """The app lives elsewhere now."""
        self.config = AppConfig.read(
            APP_TOML, api_key=self.config.api_key, api_secret=self.config.api_secret, url=app_url
        )
        self.world.configure(self.config)

    def tiny(self, **options: Any) -> Tiny:
        """Grow a tiny world (``sandbox/seeds/tiny.py``); call again with another ``shop`` for a second tenant."""
        made: Tiny = seed(self.world, "tiny", **options)
        return made

    def settings(self) -> dict[str, str]:
        """The environment of an app that lives against this sandbox."""
        return {
            "SHOPIFY_API_KEY": self.config.api_key,
            "SHOPIFY_API_SECRET": self.config.api_secret,
            "SHOPIFY_SHOP_URL": f"{self.url}/shops/{{shop}}",
            "SHOPIFY_ADMIN_URL": self.url,
            "SHOPIFY_CDN_URL": f"{self.url}/cdn",
            "CLOCK_URL": f"{self.url}/clock",
            "KLAVIYO_BASE_URL": f"{self.url}/klaviyo",
            "SCOPES": ",".join(self.config.scopes),
        }

    # --- what Shopify does on its own, when a test says so ---

    def drain(self) -> int:
        """Settle what is due and deliver every waiting webhook; returns how many were sent."""
        return self._server.background.drain()

    def settle(self, outcome: str | None = None) -> int:
        """Decide every attempt in flight; ``outcome`` is settle, challenged, or an error code."""
        return self._server.background.settle_now(outcome=outcome)

    def advance(self, step: timedelta) -> datetime:
        """Jump business time forward."""
        with self.world.locked():
            return self.world.clock.advance(step)

    def set_clock(self, instant: datetime) -> datetime:
        """Jump business time to an instant."""
        with self.world.locked():
            return self.world.clock.set(instant)

    def advance_until(self, target: datetime, *, wait_for_app: bool = True, timeout: float = 600) -> dict[str, Any]:
        """Advance as a person does: stopping at each due instant, waiting for the app. Raises AssertionError."""
        job: Advance = self._server.app.extensions["advance"]
        job.start(target, wait_for_app=wait_for_app)
        state = job.wait(timeout)
        assert state["state"] == "done", f"advance ended as {state}"
        return state

    # --- tokens and calls ---

    def id_token(self, shop: str = SHOP, user: int = id_tokens.STAFF_USER, **claims: Any) -> str:
        """A session token; claims replace single claims, None removes one."""
        return id_tokens.mint_id_token(self.world, shop, user, **claims)

    def access_token(self, shop: str = SHOP) -> str:
        """An offline access token, without the exchange."""
        with self.world.locked():
            if not self.world.is_installed(shop):
                installs.install(self.world, shop)
            return str(tokens.issue_offline(self.world, shop, expiring=True)["access_token"])

    def call(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = None, shop: str = SHOP,
        version: str = "2026-10",
    ) -> dict[str, Any]:  # fmt: skip
        """One Admin API call; returns the whole answer. Raises httpx.HTTPStatusError for a status that is not 200."""
        answer = self._client.post(
            f"{self.url}/shops/{shop}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": token or self.access_token(shop)},
        )
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    def data(self, query: str, variables: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """The data of a call that must not have errors."""
        body = self.call(query, variables, **options)
        assert "errors" not in body, body["errors"]
        found: dict[str, Any] = body["data"]
        return found
