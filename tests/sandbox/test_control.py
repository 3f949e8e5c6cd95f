"""The control API: what a person and the dashboard may do, and how it answers nonsense."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.testing import SandboxServer
from tests.sandbox.conftest import Listener


class Control:
    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.contract = sandbox.tiny(contracts=2).contracts[0]

    def post(self, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.sandbox.url}/_control{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def get(self, path: str) -> dict[str, Any]:
        return httpx.get(f"{self.sandbox.url}/_control{path}").json()  # type: ignore[no-any-return]


@pytest.fixture
def control(sandbox: SandboxServer) -> Control:
    return Control(sandbox)


def test_the_clock_moves_forward_only(control: Control) -> None:
    assert control.get("/clock") == {"now": "2026-12-01T09:00:00+00:00", "mode": "frozen"}
    assert control.post("/clock", advance_s=3600)["now"] == "2026-12-01T10:00:00+00:00"
    assert "never goes backwards" in control.post("/clock", 400, set="2026-12-01T09:59:59Z")["error"]
    assert control.post("/clock", set="2026-12-02T10:00:00+01:00")["now"] == "2026-12-02T09:00:00+00:00"
    assert control.post("/clock", mode="running")["mode"] == "running"
    assert httpx.get(f"{control.sandbox.url}/clock").json()["mode"] == "running"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/clock", {"set": "tomorrow"}, 400),
        ("/clock", {"advance_s": "an hour"}, 400),
        ("/clock", {"advance_s": -1}, 400),
        ("/faults", {"nonsense": 1}, 400),
        ("/advance", {"days": 1, "hours": 1}, 400),
        ("/advance", {"to": "2020-01-01T00:00:00Z"}, 400),
        (f"/shops/{SHOP}/contracts/1/pause", {}, 404),
        (f"/shops/{SHOP}/checkout", {"colour": "red"}, 400),
        (f"/shops/{SHOP}/stock", {"variant_id": "x"}, 400),
        (f"/shops/{SHOP}/orders/1/cancel", {}, 404),
        (f"/shops/{SHOP}/privacy/nothing", {"customer_id": 1}, 404),
        ("/shops/nowhere.myshopify.com/install", {}, 404),
        ("/shops/nowhere.myshopify.com/checkout", {}, 404),
    ],
)
def test_nonsense_is_explained(control: Control, path: str, body: dict[str, Any], status: int) -> None:
    assert control.post(path, status, **body)["error"]


def test_contract_actions_by_someone_else(control: Control, app: Listener) -> None:
    base = f"/shops/{SHOP}/contracts/{control.contract['id']}"
    assert control.post(f"{base}/pause")["status"] == "PAUSED"
    assert control.post(f"{base}/activate")["status"] == "ACTIVE"
    control.post(f"{base}/skip", cycle_index=2)
    control.post(f"{base}/attempt", cycle_index=1)
    assert control.post("/settle", outcome="CARD_DECLINED") == {"settled": 1}
    control.post("/deliver")
    assert app.topics() == [
        "subscription_contracts/pause",
        "subscription_contracts/update",
        "subscription_contracts/activate",
        "subscription_contracts/update",
        "subscription_billing_cycles/skip",
        "subscription_billing_attempts/failure",
        "subscription_contracts/update",
    ]
    assert control.post(f"{base}/dance", 400, cycle_index=1)["error"].startswith("'dance'")


def test_compliance_webhooks_on_demand(control: Control, app: Listener) -> None:
    customer = control.contract["customer_id"]
    for topic in ("data_request", "customer_redact"):
        control.post(f"/shops/{SHOP}/privacy/{topic}", customer_id=customer)
    control.post("/deliver")
    assert app.topics() == ["customers/data_request", "customers/redact"]
    assert {r["path"] for r in app.received} == {"/webhooks/compliance"}
    assert b"shopper1@rosebud-shopper.net" in app.received[0]["body"]


def test_launching_gives_what_the_admin_puts_into_the_frame(control: Control) -> None:
    params = control.get(f"/shops/{SHOP}/launch")
    assert set(params) == {"embedded", "host", "id_token", "locale", "session", "shop", "timestamp", "hmac"}


def test_starting_over(control: Control) -> None:
    assert control.post("/reset", seed="tiny", contracts=3) == {"ok": True, "shops": [SHOP]}
    assert len(control.sandbox.world.of("contracts", SHOP)) == 3
    assert control.get("/ledger") == {"payments": []}


def test_lists_for_the_dashboard(control: Control) -> None:
    control.sandbox.call("query Hello { shop { name } }")
    log = control.get("/log?operation=Hello")
    assert log["total"] == 1 and log["requests"][0]["cost"] == 1 and log["requests"][0]["status"] == 200
    control.post(f"/shops/{SHOP}/settings", name="Rosebud")
    assert control.get(f"/deliveries?shop={SHOP}&topic=shop/update")["total"] == 1
    assert control.get("/violations")["verdict"]["twice"] == 0
