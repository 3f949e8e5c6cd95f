"""How many events a minute one worker hands to Klaviyo: `.venv/bin/python -m bench.klaviyo_events [events] [bulk]`.

One shop, as many contracts as events, all to be announced at one moment; the local Klaviyo is a process of its own
that answers after eighty milliseconds, as the real one does. The two drains take turns as a single worker has them.
Printed: what recording (as a share of its five minutes), rendering and sending took, and when the first, the
thousandth and the last were accepted; what single calls reach in half a minute, unless only `bulk` is asked for; each
as a share of what an account may be sent.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select, text, update

from bench.idle_tick import _fresh_database as fresh_database
from sandbox.klaviyo import seed
from shopify_app import wiring
from shopify_app.channels.klaviyo import bucket, claim, connect, deliver, outbox
from shopify_app.config import read
from shopify_app.context import Context
from shopify_app.demo.embedded import ensure_postgres, stop_postgres
from shopify_app.journal.models import ACCEPTED, PENDING, Delivery
from shopify_app.kit import memory
from shopify_app.kit.clock import FixedClock, machine_now
from shopify_app.kit.jobs import NoWakeups
from shopify_app.notices import drain as notices
from tests.channels import crowd
from tests.support.app import environ_for, free_port

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-klaviyo"
NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
ANSWER_S = 0.08
"""What Klaviyo's answers took where others recorded them."""
SINGLE_S = 30.0
PROMISED_S = 300.0
"""A notice is to be recorded within five minutes of its plan."""
PER_MINUTE = {
    name: one.burst + 60 * one.per_second for name, one in (("single", bucket.SINGLE), ("bulk", bucket.BULK))
}


def main(events: int, is_bulk_only: bool) -> int:
    port = free_port()
    peer = multiprocessing.get_context("spawn").Process(target=_klaviyo, args=(port,), daemon=True)
    peer.start()
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        database = fresh_database(ensure_postgres(STATE, fast=True))
        environ = environ_for(f"http://127.0.0.1:{port}", "http://127.0.0.1:8000", database, "redis://127.0.0.1:9")
        environ |= {"CLOCK_URL": ""}
        ctx = wiring.build(read(environ), clock=FixedClock(NOW), inline=True)
        memory.settle()  # as a worker does when it is ready
        crowd.gather(ctx.db.engine, events, NOW)
        _vacuum(ctx)
        _connect(ctx)
        complete = _bulk(ctx, events)
        if not is_bulk_only:
            _single(ctx)
        ctx.db.close()
        return 0 if complete else 1
    finally:
        peer.terminate()
        stop_postgres(STATE)


def _bulk(ctx: Context, events: int) -> bool:
    turns, spent = _Turns(), Counter[str]()
    ctx = replace(ctx, wakeups=turns)
    outbox.fill = _timed("rendered", spent, outbox.fill)
    drains = {"notices": _timed("recorded", spent, notices.drain), "klaviyo": _timed("told", spent, deliver.drain)}
    cpu, begun, moment = _cpu(), time.perf_counter(), machine_now()
    turns.wake("notices")
    while name := turns.next():
        if drains[name](ctx):
            turns.wake(name)
    total = time.perf_counter() - begun
    accepted = _count(ctx, ACCEPTED)
    rate, limit = accepted / total * 60, PER_MINUTE["bulk"] * claim.BULK_MOST
    recorded, rendered = spent["recorded"], spent["rendered"]
    print(f"{events:,} notices due at one moment, one worker: {total:.1f} s, {_cpu() - cpu:.1f} s of processor time")
    print(f"  recording took {recorded:6.1f} s   ({recorded / PROMISED_S:.2f} of the time they have)")
    print(f"  rendering took {rendered:6.1f} s   ({events / rendered:,.0f} a second)")
    print(f"  sending took   {spent['told'] - rendered:6.1f} s more, in bulk beside the rendering")
    for number, after in _accepted_after(ctx, moment, events).items():
        print(f"  number {number:6,} was accepted {after:5.1f} s after the moment they were due")
    print(f"  together {rate:,.0f} a minute: {rate / limit:.2f} of what an account may be sent")
    print(f"  load average {os.getloadavg()[0]:.1f}")
    if accepted != events:
        print(f"  only {accepted:,} were accepted")
    return accepted == events


class _Turns(NoWakeups):
    """The queue of a single worker: first come, first served, one wake-up a drain."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def wake(self, name: str) -> bool:
        if name not in self._names:
            self._names.append(name)
        return True

    def next(self) -> str | None:
        return self._names.pop(0) if self._names else None


def _timed(name: str, spent: Counter[str], work: Callable[..., int]) -> Callable[..., int]:
    def timed(*values: Any) -> int:
        begun = time.perf_counter()
        try:
            return work(*values)
        finally:
            spent[name] += time.perf_counter() - begun

    return timed


def _accepted_after(ctx: Context, moment: datetime, events: int) -> dict[int, float]:
    """The seconds until the first, the thousandth and the last acceptance, by its number."""
    with ctx.db.session() as session:
        times = sorted(session.scalars(select(Delivery.accepted_at).where(Delivery.state == ACCEPTED)))
    numbers = sorted({1, min(1_000, events), events})
    return {number: (times[number - 1] - moment).total_seconds() for number in numbers if number <= len(times)}


def _single(ctx: Context) -> None:
    """The same events once more, one by one, for half a minute."""
    with ctx.db.session() as session:
        session.execute(update(Delivery).values(state=PENDING, accepted_at=None, next_try_at=machine_now()))
        session.execute(text("delete from klaviyo_buckets"))
    claim.BULK_FROM = sys.maxsize
    cpu, begun = _cpu(), time.perf_counter()
    deliver.SLICE = SINGLE_S
    deliver.drain(ctx)
    took, accepted = time.perf_counter() - begun, _count(ctx, ACCEPTED)
    rate = (accepted - bucket.SINGLE.burst) / took * 60
    limit = 60 * bucket.SINGLE.per_second
    print(
        f"one by one, {deliver.SENDERS} at once: {accepted:,} in {took:.0f} s, {_cpu() - cpu:.1f} s of processor time"
    )
    print(f"  {rate:,.0f} a minute after the first burst: {rate / limit:.2f} of what an account may be sent")


def _vacuum(ctx: Context) -> None:
    with ctx.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _connect(ctx: Context) -> None:
    for _ in range(100):
        try:
            connect.connect(ctx, 1, seed.ROSEBUD_KEY)
            return
        except Exception:  # the other process is still starting
            time.sleep(0.2)
    raise SystemExit("the local Klaviyo did not start")


def _count(ctx: Context, state: str) -> int:
    with ctx.db.session() as session:
        return int(session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == state)) or 0)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _klaviyo(port: int) -> None:
    from flask import Flask
    from werkzeug.serving import WSGIRequestHandler, make_server

    from sandbox.klaviyo.blueprint import make_blueprint
    from sandbox.klaviyo.state import Klaviyo
    from sandbox.world import World

    world = World()
    world.clock.set(NOW)
    app = Flask("klaviyo")
    app.register_blueprint(make_blueprint(world))
    Klaviyo(world).set(auto=False, faults=[{"operation": "*", "hang_s": ANSWER_S}])

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            return

    make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet).serve_forever()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, "bulk" in sys.argv))
