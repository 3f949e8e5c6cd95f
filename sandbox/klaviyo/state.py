"""Klaviyo's state: accounts and keys; per account what was accepted, and the profiles, metrics, events stored.

It all lies in the world's store, so a `Klaviyo` is only a view: any number may be made of one world.
"""

from __future__ import annotations

import copy
import time
from datetime import datetime
from typing import Any

from sandbox.klaviyo import process, seed
from sandbox.world import World
from sandbox.world.store import Collection, Row

AUTO_AFTER_S = 1.0  # machine seconds until an accepted event is stored by itself; Klaviyo takes up to minutes


AT_REST: Row = {
    "id": "settings",
    "auto": True,
    "faults": [],
    "retired": [],
    "drop_nested_blanks": True,
    "limits": {},
    "rate_clock": None,
}


class Klaviyo:
    """The local Klaviyo of one world. Its now is business time: it lives in the same world as the shops."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def accounts(self) -> Collection:
        """Accounts by their six-character public key."""
        return self._planted("klaviyo_accounts")

    @property
    def credentials(self) -> Collection:
        """Keys and tokens by their secret: account, kind ("private", "oauth"), scopes, label, revoked."""
        return self._planted("klaviyo_credentials")

    def _planted(self, kind: str) -> Collection:
        """A collection of a world that has its accounts: a new one, or one that was reset, gets them here."""
        with self.world.locked():
            if not len(self.world.store.collection("klaviyo_accounts")):
                seed.plant(self.world.store)
        return self.world.store.collection(kind)

    def of(self, kind: str, account: str) -> Collection:
        """What an account holds: "accepted", "profiles", "metrics" or "events"."""
        return self.world.store.collection(f"klaviyo_{kind}", account)

    def now(self) -> datetime:
        """Klaviyo's now, aware, UTC."""
        return self.world.now()

    # --- accepted and stored ---

    def accept(self, credential: Row, event: dict[str, Any], request_id: str) -> Row:
        """Note a valid event, sent alone or among many. Nothing is stored yet; the sender learns no more than 202."""
        row = {
            "account": credential["account"],
            "source": credential["source"],
            "request_id": request_id,
            "received_at": self.now().isoformat(),
            "received_machine": time.time(),
            "event": event,
            "state": "waiting",
            "reason": None,
        }
        self.of("accepted", row["account"]).add(row)
        self.of("waiting", row["account"]).put({"id": row["id"]})
        return row

    def advance(self, account: str | None = None, older_than_s: float = 0.0) -> list[Row]:
        """Process what waits (of one account, or of all), oldest first; returns the accepted rows it settled."""
        before = time.time() - older_than_s
        with self.world.locked():
            scopes = [account] if account else [row["id"] for row in self.accounts]
            return [row for scope in scopes for row in self._settle(scope, before)]

    def _settle(self, account: str, before: float) -> list[Row]:
        waiting, accepted, settled = self.of("waiting", account), self.of("accepted", account), []
        for mark in waiting:
            row = accepted[mark["id"]]
            if row["received_machine"] <= before:
                process.settle(self, row)
                accepted.put(row)
                waiting.delete(row["id"])
                settled.append(row)
        return settled

    def catch_up(self, older_than_s: float = AUTO_AFTER_S) -> None:
        """What happens by itself between two requests, unless a test has set `auto` off."""
        if self.settings["auto"]:
            self.advance(older_than_s=older_than_s)

    def stored(self, account: str, metric: str | None = None) -> list[Row]:
        """The events Klaviyo kept, oldest first; of one metric, if named."""
        names = {row["id"]: row["name"] for row in self.of("metrics", account)}
        rows = self.of("events", account).all()
        return [row for row in rows if metric is None or names[row["metric"]] == metric]

    def triggered(self, account: str, metric: str | None = None) -> list[Row]:
        """The stored events that would have started a flow."""
        return [row for row in self.stored(account, metric) if row["flow_triggered"]]

    # --- settings ---

    @property
    def settings(self) -> Row:
        """The knobs, see the README: those that were changed, and the others at rest."""
        changed = self.world.store.collection("klaviyo_settings").get("settings") or {}
        return {**copy.deepcopy(AT_REST), **changed}

    def set(self, **changes: Any) -> None:
        """Change settings; raises KeyError for a name that is not one."""
        with self.world.locked():
            row = self.settings
            unknown = set(changes) - (set(row) - {"id"})
            if unknown:
                raise KeyError(f"no Klaviyo setting {sorted(unknown)}")
            self.world.store.collection("klaviyo_settings").put({**row, **changes})
