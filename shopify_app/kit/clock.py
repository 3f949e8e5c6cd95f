"""The two clocks, and the only place that asks the operating system for the time.

Business time decides what is due: charges, notices, cutoffs. Machine time measures what computers do to each
other: leases, token life, HTTP, rate windows. On the sandbox business time is whatever the sandbox says, so a
month can pass in a minute; machine time never jumps.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol

import httpx


class Clock(Protocol):
    """Business time."""

    def now(self) -> datetime:
        """Return the present business instant, aware, in UTC. May be up to 0.05 s old."""

    def fresh(self) -> datetime:
        """Return the present business instant without any cache."""


class ClockUnreachable(Exception):
    """The server named by CLOCK_URL gave no usable time; business work must wait."""


class SystemClock:
    """Business time on a real shop: the machine's clock."""

    def now(self) -> datetime:
        return machine_now()

    def fresh(self) -> datetime:
        return machine_now()


class FixedClock:
    """Business time that stands still, for `perennial tick --as-of` and for tests."""

    def __init__(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("a fixed clock needs an aware instant")
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self.instant

    def fresh(self) -> datetime:
        return self.instant


class RemoteClock:
    """Business time asked over HTTP from CLOCK_URL (the sandbox), remembered for 0.05 s of machine time."""

    LIFETIME = 0.05

    def __init__(self, url: str, timeout: float = 3.0) -> None:
        self._url = url
        self._http = httpx.Client(timeout=timeout)
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._instant: datetime | None = None

    def now(self) -> datetime:
        with self._lock:
            if self._instant is None or time.monotonic() - self._read_at > self.LIFETIME:
                self._instant = self._ask()
                self._read_at = time.monotonic()
            return self._instant

    def fresh(self) -> datetime:
        with self._lock:
            self._instant = self._ask()
            self._read_at = time.monotonic()
            return self._instant

    def _ask(self) -> datetime:
        try:
            answer = self._http.get(self._url)
            answer.raise_for_status()
            return datetime.fromisoformat(answer.json()["now"]).astimezone(UTC)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ClockUnreachable(f"CLOCK_URL {self._url} gave no time: {type(error).__name__}") from error


def machine_now() -> datetime:
    """Return machine time, aware, in UTC: for leases, tokens, signatures and HTTP only."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds on a machine clock that never goes backwards: for measuring durations."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait for so many seconds of machine time."""
    time.sleep(seconds)
