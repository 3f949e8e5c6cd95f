"""Machine time that runs faster, in every process of the app and in nobody else.

A week of business time passes in minutes here. Beside that, a lease of two machine minutes would be half a day, and
cycles would be given up for reasons that no real shop has. So leases, rests, slices and token lives shrink in one
proportion, by one change: the app's only source of machine time (`shopify_app.kit.clock`) runs `SPEED` times as fast.
HTTP time-outs, the sandbox, the servers and the driver's own patience stay real.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

SPEED = 30
SWEEP_SECONDS = 0.5
"""Real seconds between two turns of the ticker: of the machine that all share, the workers are to have most."""


def fast(began: float) -> datetime:
    """Machine time as the app has it; `began`: the real instant (Unix seconds) at which both agreed."""
    return datetime.fromtimestamp(began + (time.time() - began) * SPEED, UTC)


def speed_up(began: float) -> None:
    """Give this process the faster machine time. Call it before anything else of the app is imported."""
    from shopify_app.kit import clock

    really_sleep = time.sleep
    clock.machine_now = lambda: fast(began)
    clock.monotonic = lambda: time.monotonic() * SPEED
    clock.sleep = lambda seconds: really_sleep(seconds / SPEED)
    _shorten_what_others_measure()


def _shorten_what_others_measure() -> None:
    """Redis counts real seconds, and the ticker sleeps by the operating system."""
    from shopify_app.commands import processes
    from shopify_app.kit import jobs

    jobs.FLAG_SECONDS = max(1, jobs.FLAG_SECONDS // SPEED)
    jobs.RUNNING_SECONDS = max(1, jobs.RUNNING_SECONDS // SPEED)
    processes.SANDBOX_SWEEP_SECONDS = SWEEP_SECONDS
