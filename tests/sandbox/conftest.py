"""One sandbox for the tests of the sandbox, and an app that only listens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.testing import TEST_SECRET, SandboxServer


@dataclass
class Listener:
    """An app that takes webhooks and answers what the test tells it to (200)."""

    url: str = ""
    status: int = 200
    received: list[dict[str, Any]] = field(default_factory=list)

    def topics(self) -> list[str]:
        return [r["topic"] for r in self.received]


@pytest.fixture(scope="session")
def _listener() -> Iterator[Listener]:
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {k.lower(): v for k, v in self.headers.items()}
            listener.received.append({"path": self.path, "body": body, "headers": headers,
                                      "topic": headers["x-shopify-topic"]})  # fmt: skip
            self.send_response(listener.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield listener
    server.shutdown()
    server.server_close()


@pytest.fixture
def app(_listener: Listener) -> Listener:
    _listener.status = 200
    _listener.received.clear()
    return _listener


@pytest.fixture(scope="session")
def _sandbox(_listener: Listener) -> Iterator[SandboxServer]:
    with SandboxServer(_listener.url).running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox: SandboxServer, app: Listener) -> SandboxServer:
    _sandbox.reset(app.url)
    return _sandbox


def signature(body: bytes, secret: str = TEST_SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
