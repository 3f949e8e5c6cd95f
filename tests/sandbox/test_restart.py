"""``kill -9`` and start again: nothing that anyone outside has seen is lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from sandbox.seeds.tiny import SHOP
from sandbox.shopify.registry import gid
from sandbox.testing import APP_TOML, SandboxServer
from sandbox.world import World
from tests.sandbox.operations import ATTEMPT, PAUSE, SKIP

ROOT = APP_TOML.parent


@contextmanager
def process(state: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "sandbox", "serve", "--port", str(port), "--state", str(state), "--seed", "tiny",
               "--app-url", "http://127.0.0.1:9", "--api-key", "k", "--api-secret", "s"]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as running:
        assert running.stdout
        assert b"serving at" in running.stdout.readline()
        try:
            yield running
        finally:
            running.kill()


def test_killed_at_any_moment_the_world_is_still_there(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    control = f"http://127.0.0.1:{port}/_control"
    with process(tmp_path, port) as running:
        bought = httpx.post(f"{control}/shops/{SHOP}/checkout", json={"interval": "WEEK"}).json()
        httpx.post(f"{control}/clock", json={"advance_s": 8 * 86_400})
        httpx.post(f"{control}/shops/{SHOP}/contracts/{bought['contract_id']}/attempt", json={"cycle_index": 1})
        deadline = time.monotonic() + 10
        while not httpx.get(f"{control}/ledger").json()["payments"] and time.monotonic() < deadline:
            time.sleep(0.05)
        seen = [httpx.get(f"{control}/{what}").json() for what in ("ledger", "clock")]
        waiting = httpx.get(f"{control}/deliveries").json()["total"]
        os.kill(running.pid, signal.SIGKILL)
    with process(tmp_path, port):
        again = [httpx.get(f"{control}/{what}").json() for what in ("ledger", "clock")]
        assert again == seen and len(seen[0]["payments"]) == 1
        assert httpx.get(f"{control}/deliveries").json()["total"] == waiting > 0
        # ids go on where they were
        more = httpx.post(f"{control}/shops/{SHOP}/checkout", json={}).json()
        assert more["contract_id"] == bought["contract_id"] + 1


def test_a_reopened_world_still_delivers_what_waited(tmp_path: Path) -> None:
    first = SandboxServer(state=tmp_path)
    first.tiny(contracts=2)
    with first.world.locked():
        first.world.emit(SHOP, "shop/update", {"id": 1})
    token = first.access_token()
    first.stop()
    world = World(tmp_path / "sandbox.sqlite3", first.config)
    assert len(world.of("contracts", SHOP)) == 2
    assert [row["topic"] for row in world.webhooks.waiting.values()] == ["shop/update"]
    assert token in world.of("tokens", SHOP)
    known = {row["webhook_id"] for row in world.webhooks.deliveries()}
    world.emit(SHOP, "shop/update", {"id": 1})
    assert len({row["webhook_id"] for row in world.webhooks.deliveries()} - known) == 1
    world.store.close()


def test_everything_that_changed_is_on_disk(tmp_path: Path) -> None:
    """Rows change in place and must be put; whoever forgets that is found here."""
    with SandboxServer(state=tmp_path).running() as first:
        made = first.tiny(contracts=3)
        token = first.access_token()
        row, other = made.contracts[:2]
        first.advance(timedelta(days=31))
        for key, outcome in (("a", "CARD_DECLINED"), ("b", "challenged"), ("c", None)):
            given = {"idempotencyKey": key, "billingCycleSelector": {"index": 1}}
            contract = gid("SubscriptionContract", row["id"])
            first.data(ATTEMPT, {"id": contract, "input": given}, token=token)
            first.settle(outcome)
        first.data(SKIP, {"id": gid("SubscriptionContract", other["id"]), "index": 2}, token=token)
        first.data(PAUSE, {"id": gid("SubscriptionContract", other["id"])}, token=token)
        control = f"{first.url}/_control/shops/{SHOP}"
        order = row["origin_order_id"]
        for path, body in (
            (f"orders/{order}/edit", {"quantity": 2}),
            (f"orders/{order}/fulfill", {}),
            (f"orders/{order}/cancel", {}),
            ("stock", {"variant_id": made.variant["id"], "available": 4}),
            (f"customers/{row['customer_id']}", {"email": "new@rosebud-shopper.net"}),
            (f"payment_methods/{row['payment_method_id']}/revoke", {}),
            ("settings", {"zone": "Europe/Paris"}),
            ("uninstall", {}),
            ("install", {}),
        ):
            assert httpx.post(f"{control}/{path}", json=body).status_code == 200, path
        first.drain()
        memory = everything(first.world)
    again = World(tmp_path / "sandbox.sqlite3")
    assert everything(again) == memory
    again.store.close()


def everything(world: World) -> dict[str, object]:
    """All rows of the world; when a delivery may be tried again is machine time and of no account."""
    held = world.store._collections
    rows = {key: {str(r["id"]): {**r, "not_before": 0} for r in found} for key, found in held.items() if len(found)}
    return json.loads(json.dumps({f"{kind}/{scope}": found for (kind, scope), found in sorted(rows.items())}))


def test_a_reset_world_is_empty_on_disk_too(tmp_path: Path) -> None:
    first = SandboxServer(state=tmp_path)
    first.tiny(contracts=2)
    first.reset()
    first.stop()
    world = World(tmp_path / "sandbox.sqlite3")
    assert len(world.shops) == 0 and len(world.of("contracts", SHOP)) == 0
    world.store.close()
