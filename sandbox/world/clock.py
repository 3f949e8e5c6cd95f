"""Business time: what the shops, their cycles and their shoppers live by.

It runs beside the machine's clock with an offset, or stands still. It never goes backwards, because nothing
at Shopify ever does. Machine time (tokens, rate windows, HTTP, settling) is ``time.time()`` elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.world.store import Store


class ClockError(ValueError):
    """The clock was asked to go backwards, or to a naive instant."""


class Clock:
    """The world's clock; its state is a row of the store, so that a restart keeps business time."""

    def __init__(self, store: Store) -> None:
        self._rows = store.collection("clock")
        if "clock" not in self._rows:
            self.start_running(machine_now())

    def now(self) -> datetime:
        """Business time, aware, UTC."""
        row = self._rows["clock"]
        if row["frozen_at"]:
            return datetime.fromisoformat(row["frozen_at"])
        return machine_now() + timedelta(seconds=row["offset"])

    @property
    def mode(self) -> str:
        """``running`` or ``frozen``."""
        return "frozen" if self._rows["clock"]["frozen_at"] else "running"

    def set(self, instant: datetime) -> datetime:
        """Move to an instant, keeping the mode. Raises ClockError when it lies behind now."""
        if instant.tzinfo is None:
            raise ClockError("an instant needs a zone")
        if instant < self.now():
            raise ClockError(f"business time is {self.now().isoformat()} and never goes backwards")
        if self.mode == "frozen":
            self.freeze(instant)
        else:
            self.start_running(instant)
        return self.now()

    def advance(self, step: timedelta) -> datetime:
        """Move forward by a step. Raises ClockError on a negative step."""
        return self.set(self.now() + step)

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still, now or at the given instant (seeds only: the one way to go back)."""
        instant = (at or self.now()).astimezone(UTC)
        self._rows.put({"id": "clock", "frozen_at": instant.isoformat(), "offset": 0.0})

    def run(self) -> None:
        """Run on from where business time is."""
        self.start_running(self.now())

    def start_running(self, at: datetime) -> None:
        """Run beside the machine's clock, starting at this instant (seeds only: may go back)."""
        offset = (at - machine_now()).total_seconds()
        self._rows.put({"id": "clock", "frozen_at": None, "offset": offset})


def machine_now() -> datetime:
    """Machine time, aware, UTC."""
    return datetime.now(UTC)
