"""The first import: whole, resumable at any page, slow when Shopify says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from sandbox.seeds import tiny
from shopify_app.contracts import importer
from shopify_app.contracts.models import BillingCycle, Contract, ContractImport
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from tests.support.app import Story
from tests.support.mirror import differences

WORKER = """
import os
from shopify_app import config, wiring
from shopify_app.contracts import importer
ctx = wiring.build(config.read(), inline=True)
while True:
    importer.drain(ctx)
"""


def progress(story: Story) -> ContractImport:
    with story.ctx.db.session() as session:
        return session.scalars(select(ContractImport)).one()


def count(story: Story, kind: type) -> int:
    with story.ctx.db.session() as session:
        return int(session.scalar(select(func.count()).select_from(kind)) or 0)


def run_to_the_end(story: Story, seconds: float = 60) -> ContractImport:
    """Drain whenever the import may go on, as worker and ticker do."""
    deadline = time.monotonic() + seconds
    while progress(story).finished_at is None:
        assert time.monotonic() < deadline, vars(progress(story))
        if not importer.drain(story.ctx):
            time.sleep(0.05)
    return progress(story)


def as_environment(story: Story) -> dict[str, str]:
    settings = story.ctx.settings
    return dict(os.environ) | {
        "SHOPIFY_API_KEY": settings.api_key,
        "SHOPIFY_API_SECRET": settings.api_secret,
        "HOST": settings.host,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "ENCRYPTION_KEY": ",".join(settings.encryption_keys),
        "SHOPIFY_SHOP_URL": settings.shop_url,
        "CLOCK_URL": settings.clock_url,
    }


def test_sixty_contracts_arrive_with_their_cycles_and_no_start_is_told(story: Story) -> None:
    tiny.grow(story.world, contracts=60, created_at=story.world.now() - timedelta(days=5))
    assert story.open().status_code == 200
    row = run_to_the_end(story)
    assert (row.contracts_total, row.contracts_done, row.phase) == (60, 60, "done")
    assert count(story, Contract) == 60 and count(story, BillingCycle) >= 60 * 4
    assert [line for line in differences(story) if "Order" not in line] == []
    with story.ctx.db.session() as session:
        assert session.scalars(select(Fact).where(Fact.kind.like("subscription.%"))).all() == []


def test_a_killed_worker_is_resumed_where_it_stood(story: Story) -> None:
    tiny.grow(story.world, contracts=60)
    with story.world.locked():
        story.world.faults.set({"throttle": {"bucket": 20_000, "restore_rate": 10_000}})
    assert story.open().status_code == 200
    for enough in (20, 60):
        worker = subprocess.Popen([sys.executable, "-c", WORKER], env=as_environment(story))
        try:
            _until_done(story, enough)
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait(timeout=10)
        with story.ctx.db.session() as session:  # the dead worker's lease ends
            session.execute(update(ContractImport).values(lease_until=machine_now() - timedelta(seconds=1)))
    assert progress(story).contracts_done >= 20, "what was done is not done again"
    row = run_to_the_end(story)
    assert (row.contracts_total, row.contracts_done) == (60, 60)
    assert [line for line in differences(story) if "Order" not in line] == []


def test_a_lease_keeps_a_second_worker_off(story: Story) -> None:
    tiny.grow(story.world, contracts=1)
    story.open()
    with story.ctx.db.session() as session:
        session.execute(update(ContractImport).values(lease_until=machine_now() + timedelta(seconds=30)))
        assert importer.waiting(session, story.now, machine_now()) == 0
    assert importer.drain(story.ctx) == 0


@pytest.mark.slow
def test_a_throttled_shop_is_imported_slowly_and_without_error(story: Story) -> None:
    tiny.grow(story.world, contracts=60)
    with story.world.locked():
        # the smallest bucket that a page of contracts fits in
        story.world.faults.set({"throttle": {"bucket": 1_000, "restore_rate": 400}})
    assert story.open().status_code == 200
    row = run_to_the_end(story)
    assert (row.contracts_done, row.tries, row.last_error) == (60, 0, None)
    assert [line for line in differences(story) if "Order" not in line] == []


def test_a_shop_whose_api_is_down_is_tried_again_later(story: Story) -> None:
    tiny.grow(story.world, contracts=3)
    assert story.open().status_code == 200
    with story.world.locked():
        story.world.faults.set({"graphql": {"ContractPage": {"status": 503}}})
    importer.drain(story.ctx)
    row = progress(story)
    assert (row.tries, row.contracts_done) == (1, 0) and "503" in (row.last_error or "")
    assert row.next_slice_at > machine_now()
    with story.world.locked():
        story.world.faults.clear("graphql")
    assert run_to_the_end(story).contracts_done == 3
    assert progress(story).last_error is None


def test_a_bug_that_one_shop_meets_makes_only_that_import_wait(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.grow(story.world, contracts=3)
    assert story.open().status_code == 200

    def stumble(*_: object) -> None:
        raise KeyError("ada@marsh-post.net")

    with monkeypatch.context() as patch:
        patch.setitem(importer._STEPS, "contracts", stumble)
        assert importer.drain(story.ctx) == 1
    row = progress(story)
    assert (row.tries, row.last_error, row.lease_until) == (1, "KeyError: '[mail]'", None)
    assert row.next_slice_at > machine_now()
    assert run_to_the_end(story).contracts_done == 3


def _until_done(story: Story, contracts: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while progress(story).contracts_done < contracts:
        assert time.monotonic() < deadline, vars(progress(story))
        time.sleep(0.02)
