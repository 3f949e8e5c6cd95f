"""A whole Perennial on a sandbox of its own, inside the test's process: what dated stories are told with.

Everything between the two goes over HTTP, webhooks included. Business time stands still until `advance`.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from cryptography.fernet import Fernet
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.seeds import tiny
from sandbox.server import Server
from sandbox.world import World
from sandbox.world.app_config import AppConfig
from shopify_app import create_app, inline, wiring
from shopify_app.channels.klaviyo import connect
from shopify_app.config import Settings, read
from shopify_app.context import Context
from shopify_app.shops.models import Shop
from tests.support.events import check_stored

ROOT = Path(__file__).resolve().parents[2]
KEY, SECRET = "sandbox-key", "sandbox-secret-of-at-least-32-bytes"
KLAVIYO_KEY = "pk_sandbox_rosebud"
KLAVIYO_ACCOUNT = "Rb4xQz"
HOUR = timedelta(hours=1)


@dataclass
class Story:
    """The app and the sandbox it lives on, with the verbs a story needs."""

    ctx: Context
    sandbox: Server
    url: str
    shop_domain: str = tiny.SHOP

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def now(self) -> datetime:
        return self.ctx.clock.fresh()

    @property
    def shop(self) -> Shop:
        with self.ctx.db.session() as session:
            return session.scalars(select(Shop).where(Shop.domain == self.shop_domain)).one()

    def control(self, method: str, path: str, **body: object) -> dict:
        """Call the sandbox's control API and return its answer."""
        answer = httpx.request(method, f"{self.sandbox.url}/_control{path}", json=body or None, timeout=10)
        assert answer.status_code < 400, answer.text
        return answer.json()

    def open(self, path: str = "/", **headers: str) -> httpx.Response:
        """Open a page of the app as the Shopify admin does: in the frame, with a fresh id token."""
        launch = self.control("GET", f"/shops/{self.shop_domain}/launch")
        as_frame = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"}
        return httpx.get(f"{self.url}{path}", params=launch, headers=as_frame | headers, timeout=60)

    def install(self, *, klaviyo: bool = False) -> Shop:
        """Install by opening the app, import everything, and (optionally) connect Klaviyo."""
        answer = self.open()
        assert answer.status_code == 200, answer.text
        if klaviyo:
            connect.connect(self.ctx, self.shop.id, KLAVIYO_KEY)
        self.settle()
        return self.shop

    def settle(self, rounds: int = 30) -> inline.Report:
        """Let both sides work until neither has anything to do: webhooks, attempts, duties, drains."""
        for _ in range(rounds):
            sent = self.sandbox.background.drain()
            report = inline.run_until_idle(self.ctx)
            if not sent and not sum(report.rows.values()) and not self.sandbox.background.busy():
                return report
        raise AssertionError(f"no rest after {rounds} rounds: {report}")

    def advance(
        self, target: datetime | timedelta, *, step: timedelta = HOUR, before: Callable[[], None] | None = None
    ) -> None:
        """Move business time forward, an hour at most at a time, letting both sides settle after each step."""
        until = target if isinstance(target, datetime) else self.now + target
        while (now := self.now) < until:
            with self.world.locked():
                self.world.clock.set(min(until, now + step))
            if before:
                before()
            self.settle()

    def stored_events(self) -> list[dict]:
        """What Klaviyo has kept, oldest first (accepted is not stored): metric, profile, properties, time …

        Every body the app has rendered so far is held against the schema of its metric.
        """
        with self.ctx.db.session() as session:
            check_stored(session)
        httpx.post(f"{self.sandbox.url}/klaviyo/_control/advance", timeout=10).raise_for_status()
        answer = httpx.get(f"{self.sandbox.url}/klaviyo/_control/stored/{KLAVIYO_ACCOUNT}", timeout=10)
        return answer.raise_for_status().json()

    def mails(self, **wanted: str) -> list[dict]:
        """The mails that Klaviyo's flows sent for the stored events, from our starter templates, oldest first.

        `to` and `metric` narrow it down. Each has `kind` ("mail" or "failed", then with a `reason`), `to`, `metric`,
        `subject`, `html`, `text`, `links` (text, href), `at`.
        """
        answer = httpx.get(f"{self.sandbox.url}/klaviyo/_control/mails/{KLAVIYO_ACCOUNT}", params=wanted, timeout=30)
        return answer.raise_for_status().json()


def settings_for(sandbox_url: str, app_url: str, postgres_url: str, redis_url: str) -> Settings:
    """The environment the demo would make, read the way every process reads it."""
    return read(environ_for(sandbox_url, app_url, postgres_url, redis_url))


def environ_for(sandbox_url: str, app_url: str, postgres_url: str, redis_url: str) -> dict[str, str]:
    return {
        "SHOPIFY_API_KEY": KEY,
        "SHOPIFY_API_SECRET": SECRET,
        "HOST": app_url,
        "PORT": app_url.rsplit(":", 1)[1],
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "SHOPIFY_SHOP_URL": f"{sandbox_url}/shops/{{shop}}",
        "SHOPIFY_ADMIN_URL": sandbox_url,
        "SHOPIFY_CDN_URL": f"{sandbox_url}/cdn",
        "CLOCK_URL": f"{sandbox_url}/clock",
        "KLAVIYO_BASE_URL": f"{sandbox_url}/klaviyo",
        "LOG_FORMAT": "text",
    }


def free_port() -> int:
    """A port of this worker's own, below those that the system gives to outgoing connections."""
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "0")) or 0)
    for _ in range(50):
        port = 20_000 + worker % 4 * 3_000 + secrets.randbelow(3_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port in fifty tries")


@contextmanager
def running_sandbox(
    app_url: str, *, background: bool = False, state: Path | None = None, smtp_port: int | None = None
) -> Iterator[Server]:
    """A sandbox on a port of its own, whose registered app lives at `app_url`."""
    config = AppConfig.read(ROOT / "shopify.app.toml", api_key=KEY, api_secret=SECRET, url=app_url)
    world = World(state / "sandbox.sqlite3" if state else None, config)
    world.mail_templates = ROOT / "shopify_app/channels/klaviyo/starter"
    server = Server(world, background=background, smtp_port=smtp_port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


@contextmanager
def running_web(ctx: Context) -> Iterator[None]:
    """The app's own HTTP, in a thread."""
    server = make_server("127.0.0.1", ctx.settings.port, create_app(ctx), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


@dataclass(frozen=True)
class WorldClock:
    """The sandbox's business time, read where it is kept: asking over HTTP took a tenth of every story.

    `RemoteClock`, which processes of their own ask by, has tests/access, tests/shops and the processes' stories.
    """

    world: World

    def now(self) -> datetime:
        return self.world.now()

    fresh = now


@contextmanager
def telling(postgres_url: str, redis_url: str, *, background: bool = False, mail: bool = False) -> Iterator[Story]:
    """A story on an empty sandbox; seed its world with `sandbox.seeds.tiny.grow(story.world, …)` first.

    `mail`: the operator has set a mail server, the sandbox's.
    """
    app_url = f"http://127.0.0.1:{free_port()}"
    with running_sandbox(app_url, background=background, smtp_port=0 if mail else None) as sandbox:
        environ = environ_for(sandbox.url, app_url, postgres_url, redis_url)
        if sandbox.mail:
            environ |= {"SMTP_URL": sandbox.mail.url, "MAIL_FROM": "notices@perennial.example"}
        settings = read(environ)
        ctx = wiring.build(settings, clock=WorldClock(sandbox.world), inline=not background)
        with running_web(ctx):
            try:
                yield Story(ctx, sandbox, app_url)
            finally:
                ctx.http.close()
                ctx.db.close()
