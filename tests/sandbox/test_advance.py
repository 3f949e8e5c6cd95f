"""Advancing business time: never a jump over something due, and never ahead of an app that still works."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest

from sandbox.control import advance
from sandbox.seeds.tiny import SHOP, add_contract
from sandbox.shopify import attempts
from sandbox.testing import SandboxServer

START = datetime(2026, 12, 1, 9, tzinfo=UTC)


class BillingApp:
    """An app that needs a moment: it bills what is due when asked whether it is idle, and is idle the next time."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox, self.seen, self.stuck = sandbox, [], False
        test = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps({"ready": True, "idle": test.work(), "waiting": {"inbox": 3}}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def work(self) -> bool:
        """Charge one missed cycle; idle when there is none."""
        world = self.sandbox.world
        with world.locked():
            self.seen.append(world.now())
            missed = world.ledger.due_unbilled(world.now())
            flying = {a["contract_id"] for a in attempts.pending(world, SHOP)}
            for cycle in missed:
                if cycle["contract_id"] not in flying:
                    contract = world.of("contracts", SHOP)[cycle["contract_id"]]
                    attempts.begin(world, SHOP, contract, cycle["cycle_index"], f"key-{cycle['cycle_index']}")
        return not missed and not self.stuck


@pytest.fixture
def biller(sandbox: SandboxServer) -> Iterator[BillingApp]:
    made = BillingApp(sandbox)
    sandbox.tiny(contracts=0)
    sandbox.point_at(made.url)
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_three_days_stop_at_every_hour_and_every_due_instant(sandbox: SandboxServer, biller: BillingApp) -> None:
    add_contract(sandbox.world, SHOP, interval="DAY", created_at=START - timedelta(hours=2, minutes=30))
    state = sandbox.advance_until(START + timedelta(days=3))
    stops = sorted(set(biller.seen))
    assert max(b - a for a, b in pairwise(stops)) <= timedelta(hours=1)
    due = START + timedelta(hours=21, minutes=30)
    assert due + timedelta(seconds=1) in stops
    world = sandbox.world
    paid = [datetime.fromisoformat(p["at"]) for p in world.ledger.payments()]
    assert paid == [due + timedelta(days=n, seconds=1) for n in range(3)]
    assert world.ledger.verdict(world.now()) == {
        "due": 3,
        "once": 3,
        "twice": 0,
        "declined": 0,
        "waiting": 0,
        "missed": 0,
        "violations": 0,
    }
    assert (state["percent"], state["state"]) == (100, "done") and world.now() == START + timedelta(days=3)


def test_an_app_that_never_drains_is_named(
    sandbox: SandboxServer, biller: BillingApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advance, "DRAIN_S", 0.3)
    biller.stuck = True
    with pytest.raises(AssertionError, match=r"did not come to rest.*inbox"):
        sandbox.advance_until(START + timedelta(hours=5))
    assert sandbox.world.now() == START + timedelta(hours=1)  # one step, and no further


def test_an_app_that_does_not_answer_is_named(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advance, "DRAIN_S", 0.3)
    sandbox.tiny(contracts=0)
    sandbox.point_at("http://127.0.0.1:9")
    with pytest.raises(AssertionError, match="ConnectError"):
        sandbox.advance_until(START + timedelta(hours=5))


def test_in_the_background_everything_happens_by_itself() -> None:
    with SandboxServer(background=True).running() as sandbox:
        app = BillingApp(sandbox)
        sandbox.tiny(contracts=0)
        sandbox.point_at(app.url)
        sandbox.world.faults.set({"settle": {"delay_ms": 20}})
        add_contract(sandbox.world, SHOP, interval="DAY", created_at=START - timedelta(hours=2))
        sandbox.advance_until(START + timedelta(days=1))
        assert [p["cycle_index"] for p in sandbox.world.ledger.payments()] == [1]
        assert {d["state"] for d in sandbox.world.webhooks.deliveries()} == {"delivered"}
        app.server.shutdown()
        app.server.server_close()
