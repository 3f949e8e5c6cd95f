"""Webhooks on their way: one row per delivery of one subscription, kept for ever for the dashboard.

The body is rendered when the event happens and never again (Shopify docs: a retry carries the original
payload). Sending is ``sandbox/wire/webhooks.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from sandbox.world.app_config import AppConfig, Subscription
from sandbox.world.clock import Clock, machine_now
from sandbox.world.faults import Faults
from sandbox.world.store import Row, Store

KIND = "deliveries"
# Compliance webhooks and app/uninstalled reach an app that is no longer installed; nothing else does.
AFTER_UNINSTALL = {"app/uninstalled", "customers/data_request", "customers/redact", "shop/redact"}


class Outbox:
    """Queues an event's payload for each subscription that wants it."""

    def __init__(self, store: Store, clock: Clock, faults: Faults, seed: int = 11) -> None:
        self._store, self._clock, self._faults = store, clock, faults
        self._ids = Random(seed)
        self.config = AppConfig()
        self.is_installed: Callable[[str], bool] = lambda shop: True
        self.waiting: dict[int, Row] = {}
        for shop in store.scopes(KIND):
            self.waiting.update({r["id"]: r for r in store.collection(KIND, shop) if r["state"] == "waiting"})
        # a restart must not hand out the ids of the run before
        self._ids.seed(f"{seed}/{sum(len(store.collection(KIND, s)) for s in store.scopes(KIND))}")

    def emit(self, shop: str, topic: str, payload: dict[str, Any], at: datetime | None = None) -> list[Row]:
        """Queue one event: a row per subscription, two when the duplicate knob strikes."""
        if topic not in AFTER_UNINSTALL and not self.is_installed(shop):
            return []
        event_id = self._uuid()
        made = []
        for subscription in self.config.for_topic(topic):
            row = self._queue(shop, subscription, payload, event_id)
            made.append(row)
            if self._faults.happens(self._faults["webhooks"]["duplicate"]):
                made.append(self._again(row))
        return made

    def queue_action(self, shop: str, handle: str, uri: str, body: dict[str, Any]) -> Row | None:
        """Queue what a workflow asks of the app; twice when the duplicate knob strikes. None without an installation.

        `flow` marks it: Flow has other headers than a webhook, and asks again after a 202.
        """
        if not self.is_installed(shop):
            return None
        wanted = Subscription(topic=f"flow/{handle}", uri=uri)
        row = self._queue(shop, wanted, body, self._uuid(), flow=True)
        if self._faults.happens(self._faults["webhooks"]["duplicate"]):
            self._again(row)
        return row

    def deliveries(self, shop: str | None = None, topic: str | None = None) -> list[Row]:
        """What was queued, oldest first."""
        shops = [shop] if shop else self._store.scopes(KIND)
        rows = [row for name in shops for row in self._store.collection(KIND, name)]
        return sorted((r for r in rows if topic in (None, r["topic"])), key=lambda r: int(r["id"]))

    def save(self, row: Row) -> None:
        """Write a delivery that changed state."""
        self._store.collection(KIND, row["shop"]).put(row)
        if row["state"] != "waiting":
            self.waiting.pop(row["id"], None)

    def drop(self, shop: str) -> None:
        """Forget what still waits for a shop that has uninstalled the app."""
        for row in [r for r in self.waiting.values() if r["shop"] == shop and r["topic"] not in AFTER_UNINSTALL]:
            row["state"] = "dropped"
            self.save(row)

    def _queue(self, shop: str, sub: Subscription, payload: dict[str, Any], event_id: str, **more: Any) -> Row:
        kept = pick(payload, sub.include_fields) if sub.include_fields else payload
        lost = self._faults.happens(self._faults["webhooks"]["loss"])
        row = {
            "shop": shop,
            "topic": sub.topic,
            "name": sub.name,
            "uri": sub.uri,
            "webhook_id": self._uuid(),
            "event_id": event_id,
            "api_version": self.config.webhook_version,
            "triggered_at": self._clock.now().isoformat(),
            "body": json.dumps(kept, ensure_ascii=False),
            "state": "lost" if lost else "waiting",
            "due_at": self._clock.now().isoformat(),
            "not_before": machine_now().timestamp() + self._faults["webhooks"]["delay_ms"] / 1000,
            "tries": [],
            **more,
        }
        return self._keep(row)

    def _again(self, row: Row) -> Row:
        """The same delivery once more: same webhook id, as a duplicate has."""
        return self._keep({**row, "tries": [], "duplicate_of": row["id"], "state": "waiting"})

    def _keep(self, row: Row) -> Row:
        self._store.collection(KIND, row["shop"]).add(row)
        if row["state"] == "waiting":
            self.waiting[row["id"]] = row
        return row

    def _uuid(self) -> str:
        bits = f"{self._ids.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"


def pick(payload: Any, fields: tuple[str, ...]) -> Any:
    """What ``include_fields`` leaves of a payload; ``line_items.id`` reaches into objects and lists (Shopify docs:
    modify webhook payloads)."""
    if isinstance(payload, list):
        return [pick(item, fields) for item in payload]
    if not isinstance(payload, dict):
        return payload
    kept = {}
    for name, value in payload.items():
        inner = tuple(f.removeprefix(f"{name}.") for f in fields if f.startswith(f"{name}."))
        if name in fields:
            kept[name] = value
        elif inner:
            kept[name] = pick(value, inner)
    return kept
