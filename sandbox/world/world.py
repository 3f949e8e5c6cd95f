"""The world: one object that holds the sandbox's whole state, single-threaded by one lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any

from sandbox.world.app_config import AppConfig
from sandbox.world.clock import Clock, machine_now
from sandbox.world.faults import Faults
from sandbox.world.ledger import Ledger
from sandbox.world.log import RequestLog
from sandbox.world.outbox import Outbox
from sandbox.world.store import Collection, Row, Store


class World:
    """Store, clock, ledger, faults, outgoing webhooks and request log.

    Every request and every background step works inside ``with world.locked():``. Nothing that waits on the
    network may hold the lock, because the app calls back while it handles a webhook.
    """

    def __init__(self, path: Path | None = None, config: AppConfig | None = None) -> None:
        self.config = config or AppConfig()
        self.store = Store(path)
        self.clock = Clock(self.store)
        self.faults = Faults(self.store)
        self.ledger = Ledger(self.store)
        self.log = RequestLog()
        self.webhooks = Outbox(self.store, self.clock, self.faults)
        self.webhooks.config = self.config
        self.webhooks.is_installed = self.is_installed
        self.caches: dict[Any, Any] = {}  # what can be computed again; emptied by reset
        self.mail_templates: Path | None = None  # a folder: Klaviyo then sends mails (klaviyo/mails.py)
        self.origin = ""  # the sandbox's own URL, set by whoever serves it
        self._lock, self._depth = RLock(), 0
        self.store.flush()

    @contextmanager
    def locked(self) -> Iterator[World]:
        """Hold the world still. What changed is on disk when the outermost section ends."""
        with self._lock:
            self._depth += 1
            try:
                yield self
            finally:
                self._depth -= 1
                if not self._depth:
                    self.store.flush()

    def configure(self, config: AppConfig) -> None:
        """Register the app anew (keys, URL, toml)."""
        self.config = self.webhooks.config = config

    def now(self) -> datetime:
        """Business time."""
        return self.clock.now()

    def of(self, kind: str, shop: str) -> Collection:
        """A shop's objects of one kind."""
        return self.store.collection(kind, shop)

    # --- shops: rows of the collection "shops", whose id is the myshopify domain ---

    @property
    def shops(self) -> Collection:
        """All shops of this world."""
        return self.store.collection("shops")

    def shop(self, domain: str) -> Row | None:
        """The shop with this myshopify domain."""
        return self.shops.get(domain)

    def install_of(self, domain: str) -> dict[str, Any]:
        """The app's installation in a shop: installed_at, uninstalled_at, scopes (empty dict: never)."""
        shop = self.shops.get(domain)
        return shop["install"] if shop else {}

    def is_installed(self, domain: str) -> bool:
        """Is the app installed in this shop now?"""
        install = self.install_of(domain)
        return bool(install.get("installed_at")) and not install.get("uninstalled_at")

    def emit(self, shop: str, topic: str, payload: dict[str, Any]) -> None:
        """Tell the app, if it subscribed."""
        self.webhooks.emit(shop, topic, payload)

    def reset(self) -> None:
        """An empty world with every knob at rest."""
        with self.locked():
            self.store.clear()
            self.webhooks.waiting.clear()
            self.log.clear()
            self.caches.clear()
            self.clock.start_running(machine_now())
            self.faults.reset()
