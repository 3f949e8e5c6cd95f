"""Advancing business time for a person: never a jump, always stopping where something is due.

Each step goes to the next expected date, an hour at most; then attempts settle, webhooks are delivered, and the
app is asked (``/readyz?idle=1``) until it says that everything due and received has been worked off.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
from flask import Blueprint, Response, current_app, jsonify

from sandbox.control import given
from sandbox.shopify import due
from sandbox.wire.background import Background
from sandbox.world import World

STEP = timedelta(hours=1)
DRAIN_S = 300.0
"""Longer than the app's longest lease: what a killed worker had claimed is free again after two minutes."""
ASK_EVERY_S = 0.05


class Advance:
    """One advance at a time, in a thread of its own, with its progress."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._world = background._world
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._client = httpx.Client(timeout=10, trust_env=False)  # one client: making one costs more than a call
        self.state: dict[str, Any] = {"state": "idle"}

    def start(self, target: datetime, *, wait_for_app: bool = True) -> None:
        """Begin to advance to an instant. Raises BadInput while another advance runs or for a past target."""
        if self._thread and self._thread.is_alive():
            raise given.BadInput("already advancing")
        with self._world.locked():
            now = self._world.now()
        if target <= now:
            raise given.BadInput(f"business time is already {now.isoformat()}")
        self._stop.clear()
        self.state = {
            "state": "running",
            "from": now.isoformat(),
            "to": target.isoformat(),
            "now": now.isoformat(),
            "percent": 0,
            "steps": 0,
            "error": None,
        }
        self._thread = threading.Thread(target=self._run, args=(now, target, wait_for_app), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current step."""
        self._stop.set()

    def close(self) -> None:
        """Stop, and close the connection."""
        self.stop()
        self.wait(5)
        self._client.close()

    def wait(self, timeout: float) -> dict[str, Any]:
        """Wait for the end; returns the state (tests)."""
        if self._thread:
            self._thread.join(timeout)
        return self.state

    def _run(self, start: datetime, target: datetime, wait_for_app: bool) -> None:
        now = start
        try:
            while now < target and not self._stop.is_set():
                now = self._step(target)
                if wait_for_app:
                    self._await_app()
                self._settle()
                share = (now - start) / (target - start)
                self.state.update(
                    now=now.isoformat(), steps=self.state["steps"] + 1, percent=min(100, int(share * 100))
                )
            self.state["state"] = "stopped" if self._stop.is_set() else "done"
        except NotDrained as error:
            self.state.update(state="failed", error=str(error))

    def _step(self, target: datetime) -> datetime:
        with self._world.locked():
            now = self._world.now()
            following = due.next_expected(self._world, now)
            # one second past the due instant, so that "due at or before now" is true for whoever rounds down
            until = min(t for t in (target, now + STEP, following and following + timedelta(seconds=1)) if t)
            return self._world.clock.set(max(until, now))

    def _settle(self) -> None:
        """With the background threads at work, wait for them; without them, do their work."""
        if not self._background.running:
            self._background.drain()
            return
        deadline = time.monotonic() + DRAIN_S
        while self._background.busy():
            if time.monotonic() > deadline:
                raise NotDrained("webhooks or attempts do not come to rest")
            time.sleep(ASK_EVERY_S)

    def _await_app(self) -> None:
        """Deliver and settle, and ask the app, until both sides are at rest."""
        deadline = time.monotonic() + DRAIN_S
        waiting: Any = "no answer"
        while time.monotonic() < deadline and not self._stop.is_set():
            self._settle()
            idle, waiting = self._ask()
            if idle and not self._background.busy():
                return
            self.state["waiting"] = waiting
            time.sleep(ASK_EVERY_S)
        if not self._stop.is_set():
            raise NotDrained(f"the app did not come to rest within {DRAIN_S:.0f} s: {waiting}")

    def _ask(self) -> tuple[bool, Any]:
        url = f"{self._world.config.url}/readyz?idle=1"
        try:
            answer = self._client.get(url)
            body = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            return False, f"{url}: {type(error).__name__}"
        return answer.status_code == 200 and body.get("idle") is True, body.get("waiting", body)


class NotDrained(RuntimeError):
    """The app, or the deliveries to it, did not come to rest in time."""


def add(pages: Blueprint, world: World) -> None:
    """``/_control/advance``."""

    @pages.post("/advance")
    def start() -> Response:
        """{"to": instant}, or {"hours" | "days" | "weeks": n}; {"wait_for_app": false} does not ask the app."""
        asked = given.body()
        advance: Advance = current_app.extensions["advance"]
        advance.start(_target(world, asked), wait_for_app=bool(asked.get("wait_for_app", True)))
        return jsonify(advance.state)

    @pages.get("/advance")
    def progress() -> Response:
        return jsonify(current_app.extensions["advance"].state)

    @pages.delete("/advance")
    def stop() -> Response:
        advance: Advance = current_app.extensions["advance"]
        advance.stop()
        return jsonify(advance.state)


def _target(world: World, asked: dict[str, Any]) -> datetime:
    if "to" in asked:
        return given.instant(asked["to"])
    steps = {k: given.number(asked[k], k) for k in ("hours", "days", "weeks") if k in asked}
    if len(steps) != 1:
        raise given.BadInput('say where to: {"to": instant} or {"hours" | "days" | "weeks": n}')
    with world.locked():
        return world.now() + timedelta(**steps)
