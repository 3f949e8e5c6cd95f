"""More notices than two requests hold, due at one moment, and the worker killed: each is told exactly once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from sandbox.klaviyo import Klaviyo, seed
from sandbox.testing import SandboxServer
from shopify_app import wiring
from shopify_app.channels.klaviyo import claim, connect
from shopify_app.config import read
from shopify_app.context import Context
from shopify_app.journal.models import ACCEPTED, Delivery, Fact
from shopify_app.kit.clock import machine_now
from tests.channels import crowd, voice
from tests.support.app import ROOT, environ_for

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
COUNT = 1_100
PATIENCE_S = 60.0


@pytest.fixture
def environ(sandbox_server: SandboxServer, postgres_url: str) -> dict[str, str]:
    sandbox_server.reset()
    sandbox_server.set_clock(NOW)
    return environ_for(sandbox_server.url, "http://127.0.0.1:9999", postgres_url, "redis://127.0.0.1:9")


@pytest.fixture
def ctx(environ: dict[str, str], sandbox_server: SandboxServer) -> Iterator[Context]:
    ctx = wiring.build(read(environ), inline=True)
    crowd.gather(ctx.db.engine, COUNT, NOW)
    connect.connect(ctx, 1, seed.ROSEBUD_KEY)
    Klaviyo(sandbox_server.world).set(auto=False)
    yield ctx
    ctx.http.close()
    ctx.db.close()


@contextmanager
def _worker(environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, "-m", "tests.channels.voice"], cwd=ROOT, env=environ)
    try:
        yield child
    finally:
        child.kill()  # SIGKILL: no cleanup, no rollback, no goodbye
        child.wait()


def _until(happened: Callable[[], bool], child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert child.poll() is None, "the worker ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _count(ctx: Context, of: type[Fact] | type[Delivery]) -> int:
    with ctx.db.session() as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


def _expire_leases(ctx: Context) -> None:
    with ctx.db.session() as session:
        session.execute(update(Delivery).values(lease_until=machine_now() - timedelta(minutes=1)))


def test_killed_while_recording_and_while_sending(
    ctx: Context, environ: dict[str, str], sandbox_server: SandboxServer
) -> None:
    klaviyo = Klaviyo(sandbox_server.world)
    requests = klaviyo.of("accepted", seed.ROSEBUD)
    with _worker(environ) as child:
        _until(lambda: _count(ctx, Fact) > 0, child)
    assert 0 < _count(ctx, Fact) < COUNT, "killed while it recorded"
    with _worker(environ) as child:
        _until(lambda: len(requests) > 0, child)
    assert len(requests) < COUNT, "killed while it sent"

    _expire_leases(ctx)
    voice.run(ctx)

    klaviyo.advance()
    told = Counter(row["properties"]["$event_id"] for row in klaviyo.stored(seed.ROSEBUD))
    assert len(told) == COUNT
    assert set(told.values()) == {1}
    sizes = Counter(row["request_id"] for row in requests)
    assert len(sizes) >= 2
    assert max(sizes.values()) <= claim.BULK_MOST
    with ctx.db.session() as session:
        assert set(session.scalars(select(Delivery.state))) == {ACCEPTED}
        assert set(session.scalars(select(Delivery.unique_id))) == set(told)
