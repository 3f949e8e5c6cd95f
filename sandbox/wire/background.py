"""What Shopify does on its own: settle attempts, send webhooks, clean up after an uninstall."""

from __future__ import annotations

import threading
import time
import traceback

from sandbox.shopify import attempts, bulk_cycles, fulfillment_orders, installs
from sandbox.wire.webhooks import Courier
from sandbox.world import World

PERIOD_S = 0.05


class Background:
    """A settling thread and a few delivery threads; or, in tests, one ``drain()`` that does it all at once."""

    def __init__(self, world: World, couriers: int = 2) -> None:
        self._world = world
        self._couriers = [Courier(world) for _ in range(couriers)]
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()

    @property
    def running(self) -> bool:
        """Are the threads at work?"""
        return bool(self._threads)

    def start(self) -> None:
        """Start the threads."""
        work = [self.settle_due, *(c.deliver_due for c in self._couriers)]
        self._threads = [threading.Thread(target=self._loop, args=(w,), daemon=True) for w in work]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the threads; a delivery under way ends first (five seconds at most)."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=6)
        for courier in self._couriers:
            courier.close()

    def drain(self, rounds: int = 20) -> int:
        """Settle and deliver until nothing is left to do; returns the number of deliveries.

        Without threads there is no one to wait for: what is in flight is decided now, unless the knob is "manual".
        """
        total = 0
        for _ in range(rounds):
            self.settle_due()
            if not self.running and not self._world.faults["settle"]["manual"]:
                self.settle_now()
            sent = self._couriers[0].deliver_due()
            total += sent
            if not sent:
                break
        return total

    def settle_due(self) -> int:
        """Decide the attempts whose machine time has come, unless the knob says "manual"."""
        with self._world.locked():
            installs.redact_overdue(self._world)
            fulfillment_orders.open_ready(self._world)
            bulk_cycles.run_waiting(self._world, only_due=True)
            if self._world.faults["settle"]["manual"]:
                return 0
            return self.settle_now(only_due=True)

    def settle_now(self, *, only_due: bool = False, outcome: str | None = None) -> int:
        """Decide pending attempts of all shops, those of bulk charges too; returns how many."""
        count = 0
        with self._world.locked():
            bulk_cycles.run_waiting(self._world, only_due=only_due)
            for shop in self._world.store.scopes("attempts"):
                for row in attempts.pending(self._world, shop):
                    if not only_due or row["settle_at"] <= time.time():
                        attempts.settle(self._world, shop, row, outcome)
                        count += 1
        return count

    def busy(self) -> bool:
        """Is an attempt in flight, or a webhook due?"""
        with self._world.locked():
            now = self._world.now().isoformat()
            waiting = any(row["due_at"] <= now for row in self._world.webhooks.waiting.values())
            flying = any(attempts.pending(self._world, s) for s in self._world.store.scopes("attempts"))
            settling = flying and not self._world.faults["settle"]["manual"]
            return waiting or settling or bulk_cycles.waiting(self._world)

    def _loop(self, work: object) -> None:
        while not self._stop.wait(PERIOD_S):
            try:
                work()  # type: ignore[operator]
            except Exception:
                # a bug in the sandbox must be seen, and must not end the deliveries of a whole run
                traceback.print_exc()
