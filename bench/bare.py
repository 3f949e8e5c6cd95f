"""The floor of webhook ingest: check the signature, insert, answer, under the same server. Nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import psycopg

INSERT = """insert into inbox_messages (shop_id, webhook_id, event_id, topic, subject, api_version, triggered_at,
payload, received_at, next_try_at) select id, {}, {}, {}, {}, {}, {}::timestamptz, {}::jsonb, {}::timestamptz, {}
from shops where domain = {} on conflict (shop_id, webhook_id) do nothing"""
"""What the floor and the peer run: one statement and one commit a webhook. Filled in with each driver's marks."""

_own = threading.local()


def load() -> Callable[..., Iterable[bytes]]:
    """Return the application, for Granian."""
    secret, url = os.environ["SECRET"].encode(), os.environ["PLAIN_URL"]
    statement = INSERT.format(*["%s"] * 10)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        raw = environ["wsgi.input"].read()
        digest = base64.b64encode(hmac.new(secret, raw, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(digest, environ["HTTP_X_SHOPIFY_HMAC_SHA256"]):
            start_response("401 Unauthorized", [("Content-Length", "0")])
            return [b""]
        now = datetime.now(UTC)
        told = [environ[f"HTTP_X_SHOPIFY_{name}"] for name in ("WEBHOOK_ID", "EVENT_ID", "TOPIC")]
        more = [environ[f"HTTP_X_SHOPIFY_{name}"] for name in ("API_VERSION", "TRIGGERED_AT")]
        values = [*told, "bench", *more, raw.decode(), now, now, environ["HTTP_X_SHOPIFY_SHOP_DOMAIN"]]
        _connection(url).execute(statement, values)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    return app


def _connection(url: str) -> psycopg.Connection:
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(url, autocommit=True)
    return _own.connection


def serve(target: str) -> None:
    """Granian as `perennial web` starts it. `target`: the module and function that make the application."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target,
        address="127.0.0.1",
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=int(os.environ["THREADS"]),
        factory=True,
        log_level=LogLevels.error,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    serve("bench.bare:load")
