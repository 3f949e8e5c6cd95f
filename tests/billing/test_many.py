"""Many cycles, several workers, several shops: each cycle once, and nobody waits for another shop."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from sandbox.testing import SandboxServer
from shopify_app.billing import due
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop
from tests.billing.till import Till, opened


@pytest.fixture
def busy(sandbox_server: SandboxServer, postgres_url: str) -> Iterator[Till]:
    with opened(sandbox_server, postgres_url, contracts=24) as till:
        till.mirror()
        yield till


def test_four_workers_at_once_charge_each_cycle_once(busy: Till) -> None:
    workers = [threading.Thread(target=busy.charge) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    busy.sandbox.settle()
    paid = Counter(payment["contract_id"] for payment in busy.ledger())
    assert len(paid) == 24
    assert set(paid.values()) == {1}
    assert busy.calls("AttemptCreate") == 24


def test_a_charge_costs_one_look_and_one_mutation(busy: Till) -> None:
    busy.charge()
    assert Counter(busy.sent)["CycleCheck"] == Counter(busy.sent)["AttemptCreate"] == 24
    looks = busy.sandbox.world.log.named("CycleCheck")
    assert max(look["cost"] for look in looks) <= 15


def test_what_is_being_charged_counts_as_waiting_and_what_rests_does_not(busy: Till) -> None:
    def waiting() -> int:
        with busy.ctx.db.session() as session:
            return due.waiting(session, busy.now, machine_now())

    assert waiting() == 24
    with busy.ctx.db.session() as session:
        cycle = session.scalars(select(BillingCycle).where(BillingCycle.due_at <= busy.now)).first()
        cycle.claimed_at, cycle.lease_until = busy.now, machine_now() + timedelta(minutes=1)
    assert waiting() == 24
    with busy.ctx.db.session() as session:
        session.get_one(BillingCycle, cycle.id).claimed_at = None
    assert waiting() == 23


def test_a_claim_takes_one_of_each_shop_before_the_second_of_any(busy: Till) -> None:
    with busy.ctx.db.session() as session:
        other = Shop(domain="tannery-tea.myshopify.com", host="http://127.0.0.1:9", installed_at=busy.now)
        session.add(other)
        session.flush()
        # two cycles of the big shop go to a small one, where they are the last in order of time
        latest = session.scalars(
            select(BillingCycle).where(BillingCycle.due_at <= busy.now).order_by(BillingCycle.id.desc()).limit(2)
        ).all()
        for cycle in latest:
            cycle.shop_id, cycle.due_at = other.id, busy.now
            session.get_one(Contract, cycle.contract_id).shop_id = other.id
    claimed = due._claim(busy.ctx)
    assert Counter(shop_id for _, shop_id in claimed)[other.id] == 2
    assert len(claimed) == due.BATCH


def test_a_shop_that_cannot_be_asked_is_asked_once_a_batch_and_then_left_alone(busy: Till) -> None:
    busy.fault(graphql={"CycleCheck": {"status": 503}})
    busy.charge()
    assert busy.attempts() == []
    assert busy.calls("CycleCheck") == 3
    with busy.ctx.db.session() as session:
        assert due.waiting(session, busy.now, machine_now()) == 0
    busy.fault(graphql={"CycleCheck": {"status": 503, "probability": 0}})
    busy.expire_leases()
    busy.charge()
    busy.sandbox.settle()
    assert len(busy.ledger()) == 24
