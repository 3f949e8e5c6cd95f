"""How business time passes: the driver moves the sandbox's clock and does not wait until all is well.

An hour at a time while anything is open. After each hop it looks at the rows until nobody could take up anything more
(what rests or is leased does not count), for some real seconds at most: real time does not wait for an app either.
Only when all is settled does it leap, to the next instant at which something falls due.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from tests.chaos.machine import Machine
from tests.chaos.machine_time import fast

HOUR = timedelta(hours=1)
LEAP = timedelta(hours=12)
SHORTEST_S = 0.4
"""So that a lease of a machine minute, 2 seconds here, is a few business hours and never a day."""
LOOK_EVERY_S = 0.2

_OPEN = """
select count(*) filter (where lease_until is null or lease_until <= %(moment)s), count(*) filter (where money)
  from (
  select lease_until, true as money from billing_cycles
   where due_at <= %(now)s and attempted_at is null and held_reason is null and parked_reason is null
  union all
  select case when next_read_at > %(now)s then 'infinity' else lease_until end, true from billing_attempts
   where state in ('written', 'requested', 'unknown', 'challenged')
  union all
  select greatest(next_try_at, lease_until), false from inbox_messages where handled_at is null
) as work
"""
_NEXT = """
select min(due_at) from billing_cycles
 where due_at > %(now)s and attempted_at is null and held_reason is null and parked_reason is null
"""


@dataclass(frozen=True)
class Work:
    """`ready`: rows that a worker could take up at this moment. `open`: cycles and attempts that are not
    settled, those that rest or are leased as well."""

    ready: int
    open: int
    next_due: datetime | None


def look(machine: Machine, now: datetime) -> Work | None:
    """Return what there is to do at a business instant; None when the database does not answer."""
    seen = {"now": now, "moment": fast(machine.began)}
    try:
        with psycopg.connect(machine.database_url.replace("+psycopg", "", 1), connect_timeout=5) as database:
            ready, everything = database.execute(_OPEN, seen).fetchone() or (0, 0)
            (next_due,) = database.execute(_NEXT, seen).fetchone() or (None,)
    except psycopg.Error:
        return None
    return Work(ready, everything, next_due)


def hop(machine: Machine, now: datetime, end: datetime, meanwhile: Callable[[], None]) -> datetime:
    """Move the clock once, `end` at most, and give the app its time; returns the new business instant."""
    work = look(machine, now)
    now = min(end, _target(work, now))
    machine.control("POST", "/clock", set=now.isoformat())
    moved = time.monotonic()
    while (passed := time.monotonic() - moved) < machine.plan.patience_s:
        meanwhile()
        machine.look()
        time.sleep(LOOK_EVERY_S)
        work = look(machine, now)
        if passed > SHORTEST_S and work and not work.ready:
            break
    return now


def _target(work: Work | None, now: datetime) -> datetime:
    if work is None or work.open:
        return now + HOUR
    return min(now + LEAP, max(work.next_due or now + LEAP, now + HOUR))
