"""The stand-in for Flow: what triggers may not say, and actions asked for as Shopify asks for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import ClassVar

import httpx
import pytest

from sandbox.testing import SandboxServer

FIRE = """mutation fire($handle: String, $payload: JSON) {
  flowTriggerReceive(handle: $handle, payload: $payload) { userErrors { field message } }
}"""
SHOP = "rosebud-coffee.myshopify.com"


class _App(BaseHTTPRequestHandler):
    """Answers as told, and keeps what it was sent."""

    answers: ClassVar[list[int]] = []
    seen: ClassVar[list[tuple[dict[str, str], dict]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), json.loads(body)))
        self.send_response(self.answers.pop(0))
        self.end_headers()
        self.wfile.write(b'{"message":"so"}')

    def log_message(self, *words: object) -> None:
        return


@pytest.fixture
def app() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _App)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    _App.answers, _App.seen = [], []
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def sandbox(app: str) -> Iterator[SandboxServer]:
    with SandboxServer(app).running() as sandbox:
        sandbox.tiny()
        sandbox.access_token()
        yield sandbox


def _refused(sandbox: SandboxServer, handle: str, payload: object) -> list[str]:
    made = sandbox.data(FIRE, {"handle": handle, "payload": payload})["flowTriggerReceive"]
    return [error["message"] for error in made["userErrors"]]


def test_a_trigger_says_what_its_extension_says_and_nothing_else(sandbox: SandboxServer) -> None:
    fields = sandbox.config.triggers["subscription-expired"]
    customer = sandbox.world.of("customers", SHOP).all()[0]["id"]
    good = {field["key"]: "x" for field in fields if "key" in field} | {"customer_id": customer}
    assert _refused(sandbox, "subscription-expired", good) == []
    assert _refused(sandbox, "nobody-deployed-it", good) == ["Trigger nobody-deployed-it not found"]
    assert _refused(sandbox, "subscription-expired", []) == ["Payload must be an object"]
    assert "Status is not of type" in _refused(sandbox, "subscription-expired", good | {"Status": 1})[0]
    assert _refused(sandbox, "subscription-expired", good | {"customer_id": 1}) == ["customer_id does not exist"]
    assert _refused(sandbox, "subscription-expired", good | {"More": "x"}) == ["Properties unknown: More"]
    assert _refused(sandbox, "subscription-expired", {}) != []
    assert "smaller" in _refused(sandbox, "subscription-expired", good | {"Items": "x" * 60_000})[0]
    httpx.post(f"{sandbox.url}/flow/_control/{SHOP}/installed", json={"installed": False}).raise_for_status()
    assert "not installed" in _refused(sandbox, "subscription-expired", good)[0]
    assert len(httpx.get(f"{sandbox.url}/flow/_control/{SHOP}/events").json()) == 1


def test_an_action_is_asked_for_until_it_is_done_or_refused(sandbox: SandboxServer) -> None:
    page = f"{sandbox.url}/flow/"
    form = {"shop": SHOP, "action": "skip-order", "subscription-id": "7"}
    _App.answers = [503, 202, 200]
    assert httpx.post(f"{page}run", data=form).status_code == 303
    for minutes in (0, 2, 3):
        sandbox.advance(timedelta(minutes=minutes))
        sandbox.drain()
    headers, body = _App.seen[-1]
    assert len(_App.seen) == 3 and len({one["action_run_id"] for _, one in _App.seen}) == 1
    assert (body["shopify_domain"], body["properties"]["subscription-id"]) == (SHOP, "7")
    assert "X-Shopify-Hmac-Sha256" in headers and "X-Shopify-Topic" not in headers
    (run,) = httpx.get(f"{page}_control/{SHOP}/runs").json()
    assert (run["state"], run["status"], run["tries"]) == ("delivered", 200, 3)
    _App.answers = [422]
    httpx.post(f"{page}run", data=form)
    sandbox.drain()
    shown = httpx.get(page).text
    assert "failed" in shown and "422" in shown and "Skip subscription order" in shown
    refused = httpx.post(f"{page}run", data=form | {"subscription-id": ""})
    assert refused.status_code == 400 and "fill in subscription-id" in refused.text
    assert httpx.post(f"{page}_control/{SHOP}/runs", json={"action": "fly"}).status_code == 400
