"""Three people edit the same subscriptions at once, at random, on a Shopify that loses answers and throttles. In the
end our rows say what Shopify has, the history says what happened, and each order is paid once.

`WALK=500 WALK_CONTRACTS=50` walks further, `WALK_SEED=7` elsewhere.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, update

from sandbox.shopify import cycles, products
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import door as dates
from shopify_app.edits import unfinished as unfinished_dates
from shopify_app.edits.change import Change
from shopify_app.edits.change import Target as DateTarget
from shopify_app.edits.contract import door, goods, rhythm, unfinished
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.lines import Quantity
from shopify_app.edits.contract.statuses import Pause, Resume
from shopify_app.edits.models import DONE, REQUESTED, ContractEdit
from shopify_app.edits.move import Moving
from shopify_app.edits.skip import Skipping
from shopify_app.shops.models import Shop
from tests.billing.till import Till, opened
from tests.edits.desk import asker_dies

EDITS, CONTRACTS = int(os.environ.get("WALK", "36")), int(os.environ.get("WALK_CONTRACTS", "6"))
SEED = int(os.environ.get("WALK_SEED", "1"))
ACTORS = ("merchant:42", "shopper:7", "perennial")
DAY = timedelta(days=1)
TROUBLE = {
    "DraftCommit": {"probability": 0.08, "reset": "after"},
    "DraftLineUpdate": {"probability": 0.08, "status": 429},
    "ContractPause": {"probability": 0.2, "reset": "before"},
    "CycleSkip": {"probability": 0.1, "reset": "after"},
}


@pytest.fixture
def town(sandbox_server: SandboxServer, postgres_url: str) -> Iterator[Till]:
    """Several subscriptions, all due today, and three coffees."""
    with opened(sandbox_server, postgres_url, contracts=CONTRACTS) as till:
        world = till.sandbox.world
        with world.locked():
            for number in (1, 2):
                product = products.create(world, till.domain, f"Coffee {number}")
                products.add_variant(world, till.domain, product, "250 g", f"{15 + number}.00", sku=f"C-{number}")
        with till.ctx.db.session() as session:
            session.execute(update(Shop).values(currency="USD"))
        till.mirror()
        for row in world.of("variants", till.domain).all():
            assert goods.learn(till.ctx, till.shop_id, gid("ProductVariant", row["id"])) is None
        yield till


def test_three_at_once_leave_everything_right(town: Till) -> None:
    town.fault(graphql=TROUBLE)
    each = -(-EDITS // len(ACTORS))
    with ThreadPoolExecutor(len(ACTORS)) as people:
        walks = [people.submit(_walk, town, actor, Random(f"{SEED}{actor}"), each) for actor in ACTORS]
        done = sum(walk.result() for walk in walks)
    town.fault(graphql={})
    asker_dies(town)
    while unfinished.drain(town.ctx) or unfinished_dates.drain(town.ctx):
        pass
    assert done > EDITS // 8, "a walk that gets nowhere shows nothing"
    _mirror_is_shopify(town)
    _history_is_what_happened(town)
    _each_order_is_paid_once(town)


def _walk(town: Till, actor: str, dice: Random, steps: int) -> int:
    """Make so many attempts, one in four of them twice; returns how many were done."""
    done = 0
    for _ in range(steps):
        target, make = _anything(town, actor, dice)
        wish, named = make(), str(UUID(int=dice.getrandbits(128)))
        for _ in range(dice.choice([1, 1, 1, 2])):
            if isinstance(wish, Action):
                done += door.carry_out(town.ctx, wish, target, named).is_done
            elif wish is not None:
                index, change = wish
                where = DateTarget(target.shop_id, target.contract_gid, index, actor)
                done += dates.carry_out(town.ctx, change, where, named).is_done
    return done


Wish = Action | tuple[int, Change] | None


def _anything(town: Till, actor: str, dice: Random) -> tuple[Target, Callable[[], Wish]]:
    with town.ctx.db.session() as session:
        contract = dice.choice(session.scalars(select(Contract).order_by(Contract.id)).all())
        target = Target(town.shop_id, contract.shopify_gid, actor)
        line, variant = dice.choice(contract.lines), gid("ProductVariant", _variant(town, dice))
        mine = (BillingCycle.contract_id == contract.id, BillingCycle.status == "UNBILLED")
        query = select(BillingCycle).where(*mine, BillingCycle.expected_at > town.now)
        coming = session.scalars(query.order_by(BillingCycle.expected_at).limit(3)).all()
        options: list[Wish | No] = [
            Quantity(line.shopify_gid, dice.randint(1, 4)),
            goods.swap(session, contract, line.shopify_gid, variant),
            goods.add(session, contract, variant, dice.randint(1, 2)),
            goods.remove(contract, line.shopify_gid),
            rhythm.every(contract, dice.choice(["WEEK", "MONTH"]), dice.randint(1, 2)),
            Pause(),
            Resume(),
            Resume(),
            *((cycle.cycle_index, Skipping(not cycle.skipped)) for cycle in coming[:2]),
            *((cycle.cycle_index, Moving(cycle.expected_at + dice.randint(-2, 5) * DAY)) for cycle in coming),
        ]
    wish = dice.choice([option for option in options if not isinstance(option, No)])
    return target, lambda: wish


def _variant(town: Till, dice: Random) -> int:
    return int(dice.choice(town.sandbox.world.of("variants", town.domain).all())["id"])


def _mirror_is_shopify(town: Till) -> None:
    with town.ctx.db.session() as session:
        for contract in session.scalars(select(Contract)):
            row = town.sandbox.world.of("contracts", town.domain)[int(contract.shopify_gid.rsplit("/", 1)[1])]
            ours = [(line.shopify_gid, line.quantity, float(line.current_price)) for line in contract.lines]
            assert ours == [
                (gid("SubscriptionLine", li["id"]), li["quantity"], float(li["price"])) for li in row["lines"]
            ]
            rhythm_there = (row["billing_policy"]["interval"], row["billing_policy"]["interval_count"])
            assert (contract.billing_policy["interval"], contract.billing_policy["intervalCount"]) == rhythm_there
            assert contract.status == row["status"]
            cycle_rows = session.scalars(select(BillingCycle).where(BillingCycle.contract_id == contract.id)).all()
            for cycle in cycle_rows:
                there = cycles.cycle(town.sandbox.world, town.domain, row, cycle.cycle_index)
                assert there and there["expected_at"] == cycle.expected_at.isoformat()
                assert there["skipped"] == cycle.skipped
            to_charge = [cycle.expected_at for cycle in cycle_rows if cycle.due_at]
            assert len(to_charge) == len(set(to_charge)), "no date is there twice"


def _history_is_what_happened(town: Till) -> None:
    with town.ctx.db.session() as session:
        edits = session.scalars(select(ContractEdit)).all()
    assert [edit for edit in edits if edit.state == REQUESTED] == []
    facts = town.facts()
    told = Counter(fact.kind for fact in facts)
    for action, kind in (("pause", "subscription.paused"), ("resume", "subscription.resumed")):
        assert told[kind] == sum(edit.action == action and edit.state == DONE for edit in edits)
    for action, kind in (
        ("quantity", "subscription.quantity_changed"),
        ("swap", "subscription.item_swapped"),
        ("add", "subscription.item_added"),
        ("remove", "subscription.item_removed"),
        ("frequency", "subscription.frequency_changed"),
    ):
        finished = [edit.actor for edit in edits if edit.action == action and edit.state == DONE]
        assert sorted(finished) == sorted(fact.actor for fact in facts if fact.kind == kind), action
    assert not [fact.kind for fact in facts if fact.actor == "shopify" and fact.kind != "subscription.started"]


def _each_order_is_paid_once(town: Till) -> None:
    for _ in range(3):
        town.charge()
        town.sandbox.settle()
        town.look()
        town.wait(DAY)
    paid = Counter((row["contract_id"], row["cycle_index"]) for row in town.ledger())
    assert all(times == 1 for times in paid.values())
    with town.ctx.db.session() as session:
        overdue = select(BillingCycle).where(
            BillingCycle.due_at < town.now - DAY,
            BillingCycle.status == "UNBILLED",
            BillingCycle.attempted_at.is_(None),
        )
        assert session.scalars(overdue).all() == []
