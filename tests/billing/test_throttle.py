"""Charges fit the shop's points: few looks in vain, no refusals, and no shop waits for another's bucket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from sandbox.testing import SandboxServer
from shopify_app.billing import due, throttle
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.client import Cost
from shopify_app.shops.models import Shop
from tests.billing.till import Till, opened

MANY = 60


@pytest.fixture
def many(sandbox_server: SandboxServer, postgres_url: str) -> Iterator[Till]:
    with opened(sandbox_server, postgres_url, contracts=MANY) as till:
        till.mirror()
        with till.sandbox.world.locked():
            till.sandbox.world.log.clear()
            # a twentieth of what a run of this size needs, so that it is the throttle that sets the pace
            till.sandbox.world.faults.set({"throttle": {"bucket": 300, "restore_rate": 300}})
        yield till


def test_charges_cost_hardly_more_than_a_mutation_and_a_look_each(many: Till) -> None:
    assert many.charge() >= MANY
    log = list(many.sandbox.world.log.entries)
    mutations = many.sandbox.world.log.named("AttemptCreate")
    one = max(entry["cost"] for entry in mutations)
    assert len(mutations) == MANY, "each is asked for once, none is refused and sent again"
    assert sum(entry["cost"] for entry in log if entry["operation"]) <= 1.1 * MANY * (one + 15)
    many.sandbox.settle()
    assert len(many.ledger()) == MANY
    assert max(entry["cost"] for entry in many.sandbox.world.log.named("CycleCheck")) <= 15


def test_while_a_shop_rests_others_are_claimed(many: Till) -> None:
    with many.ctx.db.session() as session:
        other = Shop(domain="tannery-tea.myshopify.com", host="http://127.0.0.1:9", installed_at=many.now)
        session.add(other)
        session.flush()
        moved = session.scalars(select(BillingCycle).where(BillingCycle.due_at <= many.now).limit(2)).all()
        for cycle in moved:
            cycle.shop_id = session.get_one(Contract, cycle.contract_id).shop_id = other.id
    assert {shop_id for _, shop_id in due._claim(many.ctx, {many.shop_id: 0.0})} == {other.id}
    assert due._claim(many.ctx, {many.shop_id: 0.0}) == []
    assert {shop_id for _, shop_id in due._claim(many.ctx)} == {many.shop_id}


@pytest.mark.parametrize(
    ("available", "maximum", "rest"),
    [(2000, 2000, 0.0), (throttle.MUTATION, 2000, 0.0), (0, 2000, 4.95), (0, 100, 1.0)],
)
def test_a_rest_lasts_until_the_bucket_holds_some_charges(available: float, maximum: float, rest: float) -> None:
    cost = Cost(available=available, maximum=maximum, restore_rate=100)
    assert throttle.rest_of(cost) == pytest.approx(rest)
