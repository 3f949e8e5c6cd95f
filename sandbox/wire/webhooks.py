"""Sending webhooks as Shopify does: signed raw body, connect within a second, all within five, only 2xx counts,
eight retries over four hours of business time, no order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import timedelta
from typing import Any

import httpx

from sandbox.world import World
from sandbox.world.clock import machine_now
from sandbox.world.store import Row

TIMEOUT = httpx.Timeout(5.0, connect=1.0)
IN_FLIGHT_S = 30  # nobody else takes a delivery while it is being sent
# Shopify docs: 8 retries over 4 hours, exponential; the exact steps are not published
# Flow: 200 is done, 202 is asked again (changelog, 2019-02-13); a 4xx ends the run (doubt); retries as for webhooks
ACCEPTED, TOO_MANY = 202, 429
SAID = 500  # characters of an answer that are kept
RETRIES = [timedelta(minutes=m) for m in (1, 2, 4, 8, 16, 32, 64, 113)]


class Courier:
    """Delivers what waits in the outbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        # no proxy and no redirect: a 3xx is a failure
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

    def deliver_due(self, limit: int = 10_000) -> int:
        """Try every delivery that is due now, one after the other; returns how many were tried."""
        tried = 0
        while tried < limit:
            with self._world.locked():
                row = self._next()
            if row is None:
                break
            self.deliver(row)
            tried += 1
        return tried

    def deliver(self, row: Row) -> None:
        """One try. The lock is free while the app thinks, because the app calls back."""
        started = time.monotonic()
        headers = signed_headers(self._world, row)
        try:
            answer = self._client.post(row["uri"], content=row["body"].encode(), headers=headers)
            status, said, error = answer.status_code, answer.text[:SAID], None
        except httpx.HTTPError as failure:
            status, said, error = 0, "", type(failure).__name__
        ms = round((time.monotonic() - started) * 1000)
        with self._world.locked():
            if row.get("flow"):
                row["answer"] = said
            self._note(row, status, error, ms)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _next(self) -> Row | None:
        """The oldest delivery that is due, or any of them when the shuffle knob strikes."""
        # both are UTC text of the same form, so they compare as instants do
        now, machine = self._world.now().isoformat(), time.time()
        waiting = self._world.webhooks.waiting.values()
        due = (row for row in waiting if row["not_before"] <= machine and row["due_at"] <= now)
        row = next(due, None)
        faults = self._world.faults
        if row and faults.happens(faults["webhooks"]["shuffle"]):
            row = faults.dice.choice([row, *due])
        if row:
            row["not_before"] = machine + IN_FLIGHT_S
        return row

    def _note(self, row: Row, status: int, error: str | None, ms: int) -> None:
        if row["id"] not in self._world.webhooks.waiting:
            return  # the world was reset, or the app uninstalled, while this was under way
        row["tries"].append({"at": machine_now().isoformat(), "status": status, "error": error, "ms": ms})
        tries = len(row["tries"])
        if 200 <= status < 300 and not (row.get("flow") and status == ACCEPTED):
            row["state"] = "delivered"
        elif (row.get("flow") and 400 <= status < 500 and status != TOO_MANY) or tries > len(RETRIES):
            row["state"] = "failed"
        else:
            row["due_at"] = (self._world.now() + RETRIES[tries - 1]).isoformat()
            row["not_before"] = 0.0
        self._world.webhooks.save(row)


def signed_headers(world: World, row: Row) -> dict[str, str]:
    """The headers of a delivery. Only the body is signed: base64 HMAC-SHA256 with the app's secret."""
    digest = hmac.new(world.config.api_secret.encode(), row["body"].encode(), hashlib.sha256).digest()
    if row.get("flow"):
        return {"Content-Type": "application/json", "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode()}
    headers: dict[str, Any] = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": row["topic"],
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Shop-Domain": row["shop"],
        "X-Shopify-API-Version": row["api_version"],
        "X-Shopify-Webhook-Id": row["webhook_id"],
        "X-Shopify-Event-Id": row["event_id"],
        "X-Shopify-Triggered-At": row["triggered_at"],
        "X-Shopify-Name": row["name"],
    }
    return {name: value for name, value in headers.items() if value}
