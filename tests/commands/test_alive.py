"""A worker or ticker that died or hangs is noticed, and one that is only busy is not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from shopify_app.commands.doctor import _service_problems
from shopify_app.context import Context
from shopify_app.health import alive
from shopify_app.health.models import Heartbeat
from shopify_app.health.pulse import Pulse
from tests.support.app import ROOT, environ_for
from tests.support.rows import context as context_on

PATIENCE_S = 60


@pytest.fixture
def ctx(postgres_url: str) -> Iterator[Context]:
    made = context_on(postgres_url)
    yield made
    made.http.close()
    made.db.close()


def _seen(ctx: Context, kind: str) -> datetime | None:
    with ctx.db.session() as session:
        return session.scalar(select(func.max(Heartbeat.seen_at)).where(Heartbeat.kind == kind))


def _age(ctx: Context, kind: str, ago: timedelta) -> None:
    with ctx.db.session() as session:
        session.execute(update(Heartbeat).where(Heartbeat.kind == kind).values(seen_at=Heartbeat.seen_at - ago))


def _wait_for(ctx: Context, kind: str, later_than: datetime | None = None) -> datetime:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        seen = _seen(ctx, kind)
        if seen and (later_than is None or seen > later_than):
            return seen
        time.sleep(0.05)
    raise AssertionError(f"no sign of life of the {kind}")


def _wait_for_silence(ctx: Context, kind: str) -> datetime | None:
    """The last sign of life, once none has followed it for half a second."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        last = _seen(ctx, kind)
        time.sleep(0.5)
        if _seen(ctx, kind) == last:
            return last
    raise AssertionError(f"the {kind} goes on giving signs of life")


def test_a_killed_worker_is_named_with_what_to_do_and_the_living_ticker_is_not(
    ctx: Context, postgres_url: str, redis_url: str
) -> None:
    assert len(_service_problems(ctx)) == 2, "neither has ever run"
    environ = environ_for("http://127.0.0.1:1", "http://127.0.0.1:1", postgres_url, redis_url)
    del environ["CLOCK_URL"]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "shopify_app.cli", kind],
            cwd=ROOT, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for kind in alive.KINDS
    ]  # fmt: skip
    try:
        for kind in alive.KINDS:
            _wait_for(ctx, kind)
        assert _service_problems(ctx) == []
    finally:
        for process in processes:
            process.kill()
            process.wait(timeout=10)
    _age(ctx, alive.WORKER, timedelta(minutes=3))
    (line,) = _service_problems(ctx)
    assert "the worker has not been seen since 20" in line and "start `perennial worker`" in line


def test_a_busy_loop_lives_and_one_that_hangs_does_not(ctx: Context) -> None:
    with Pulse(ctx.db, alive.TICKER, patience=600, every=0.02):
        # not one turn is told, as in the midst of a long duty
        _wait_for(ctx, alive.TICKER, _wait_for(ctx, alive.TICKER))
    with Pulse(ctx.db, alive.WORKER, patience=0.3, every=0.02) as pulse:
        _wait_for(ctx, alive.WORKER, _wait_for(ctx, alive.WORKER))
        last = _wait_for_silence(ctx, alive.WORKER)
        pulse.turned()
        _wait_for(ctx, alive.WORKER, last)


def test_one_living_host_is_enough_and_those_long_gone_are_forgotten(ctx: Context) -> None:
    now = func.clock_timestamp()
    with ctx.db.session() as session:
        for host, days in (("gone", 2), ("went today", 0.5)):
            seen = now - timedelta(days=days)
            session.add(Heartbeat(kind=alive.WORKER, host=host, pid=1, started_at=seen, seen_at=seen))
            session.add(Heartbeat(kind=alive.TICKER, host=host, pid=1, started_at=seen, seen_at=seen))
    with Pulse(ctx.db, alive.WORKER, patience=600), ctx.db.session() as session:
        assert [sign.kind for sign in alive.silent(session)] == [alive.TICKER]
        left = session.execute(select(Heartbeat.kind, Heartbeat.host)).all()
    hosts = {kind: {host for other, host in left if other == kind} for kind in alive.KINDS}
    assert len(hosts[alive.WORKER]) == 2 and "gone" not in hosts[alive.WORKER]
    assert hosts[alive.TICKER] == {"gone", "went today"}, "the last that was seen of a kind stays, however long ago"
