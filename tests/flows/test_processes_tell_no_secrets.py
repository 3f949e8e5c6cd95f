"""The real web, worker and ticker at LOG_LEVEL=debug: what they print, their libraries and server included."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sandbox.seeds import tiny
from sandbox.server import Server
from sandbox.shopify import installs
from sandbox.wire.id_tokens import launch_params, mint_id_token
from tests.support import logs
from tests.support.app import KLAVIYO_KEY, ROOT, SECRET, environ_for, free_port, running_sandbox

DUE = datetime(2026, 12, 4, 14, tzinfo=UTC)
PATIENCE_S = 60

pytestmark = pytest.mark.slow


@contextmanager
def running(command: str, environ: dict[str, str], said: Path) -> Iterator[None]:
    """`perennial <command>`, all it prints going to a file; ended as a supervisor ends it."""
    with said.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "shopify_app.cli", command],
            cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield
            assert process.poll() is None, said.read_text()
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=5)


def wait_until_idle(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", params={"idle": 1}, timeout=5).json().get("idle") is True:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError("the app does not come to rest")


def live(sandbox: Server, url: str) -> None:
    """Install, connect Klaviyo, refuse a forgery, charge one shopper and fail with the other, leave."""
    world, frame = sandbox.world, {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"}
    wait_until_idle(url)
    assert httpx.get(f"{url}/", params=launch_params(world, tiny.SHOP), headers=frame, timeout=20).status_code == 200
    wait_until_idle(url)
    staff = {"Authorization": f"Bearer {mint_id_token(world, tiny.SHOP)}"}
    saved = httpx.post(f"{url}/settings/klaviyo", data={"key": KLAVIYO_KEY}, headers=staff, timeout=20)
    assert "Connected to" in saved.text
    forged = {"X-Shopify-Hmac-Sha256": "A" * 43 + "=", "X-Shopify-Topic": "customers/update"}
    assert httpx.post(f"{url}/webhooks", content=b'{"email": "x@marsh-post.net"}', headers=forged).status_code == 401
    advance = sandbox.app.extensions["advance"]
    advance.start(DUE + timedelta(minutes=30))
    assert advance.wait(PATIENCE_S)["state"] == "done", advance.state
    assert len(world.ledger.payments()) == 1
    with world.locked():
        installs.uninstall(world, tiny.SHOP)
    wait_until_idle(url)


def test_what_the_processes_print_names_nobody(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        sandbox = stack.enter_context(running_sandbox(url, background=True))
        bought = DUE.replace(month=11) + timedelta(hours=1)
        _, second = tiny.grow(sandbox.world, at=DUE - timedelta(hours=2), created_at=bought, contracts=2).contracts
        sandbox.world.faults.set({"outcomes": {str(second["payment_method_id"]): "CARD_DECLINED"}})
        environ = environ_for(sandbox.url, url, postgres_url, redis_url)
        secrets = {"client secret": SECRET, "Klaviyo key": KLAVIYO_KEY, "encryption key": environ["ENCRYPTION_KEY"]}
        for command, style in (("web", "json"), ("worker", "json"), ("ticker", "text")):
            settings = {**os.environ, **environ, "LOG_LEVEL": "debug", "LOG_FORMAT": style}
            stack.enter_context(running(command, settings, tmp_path / command))
        live(sandbox, url)
        secrets |= logs.personal(sandbox.world, tiny.SHOP) | logs.tokens(sandbox.world, tiny.SHOP)
    said = {command: (tmp_path / command).read_text() for command in ("web", "worker", "ticker")}
    assert '"installed"' in said["web"] and "webhook refused" in said["web"], said["web"]
    assert '"op": "' in said["worker"] and "ticker ready" in said["ticker"], said["worker"] + said["ticker"]
    for command, text in said.items():
        found = logs.leaks(text.splitlines(), secrets)
        assert not found, command + ":\n" + "\n".join(found[:10])
