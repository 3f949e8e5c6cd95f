"""The mirror is right again within fifteen minutes of business time, whatever happened to the webhooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from sandbox.seeds import tiny
from sandbox.shopify import contracts, customers, cycle_mutations, cycles, orders, payment_methods
from tests.support.app import Story
from tests.support.mirror import differences

MIXED = [("MONTH", 1, 6), ("WEEK", 1, 3), ("WEEK", 2, 3), ("MONTH", 3, 2), ("YEAR", 1, 1), ("DAY", 10, 1)]
"""Interval, count, how many contracts."""


def _grow(story: Story) -> None:
    tiny.grow(story.world, contracts=0, created_at=None)
    for interval, count, number in MIXED:
        for place in range(number):
            tiny.add_contract(
                story.world,
                tiny.SHOP,
                interval=interval,
                interval_count=count,
                mail=place != 1,
                created_at=story.world.now() - timedelta(days=3 * place, hours=place),
            )


class Life:
    """Things that happen in a shop, drawn by seeded dice."""

    def __init__(self, story: Story, seed: int) -> None:
        self.world, self.shop, self.dice = story.world, story.shop_domain, Random(seed)
        self.actions: list[Callable[[], Any]] = [
            self.change_status,
            self.change_quantity,
            self.change_interval,
            self.skip,
            self.move,
            self.subscribe,
            self.renew_card,
            self.revoke_card,
            self.edit_customer,
            self.merge_customers,
            self.touch_order,
        ]

    def goes_on(self, times: int) -> None:
        with self.world.locked():
            for _ in range(times):
                self.dice.choice(self.actions)()

    def _contract(self) -> dict[str, Any]:
        living = [
            row for row in self.world.of("contracts", self.shop) if row["status"] not in ("CANCELLED", "EXPIRED")
        ]
        return self.dice.choice(living)

    def change_status(self) -> None:
        row = self._contract()
        status = self.dice.choice(["PAUSED", "ACTIVE", "ACTIVE", "FAILED", "CANCELLED"])
        contracts.change(self.world, self.shop, row, status=status)

    def change_quantity(self) -> None:
        row = self._contract()
        lines = [{**line, "quantity": line["quantity"] + 1} for line in row["lines"]]
        if self.dice.random() < 0.3:
            lines.append(contracts.line(self.world, self.shop, lines[0]["variant_id"], 2))
        contracts.change(self.world, self.shop, row, lines=lines)

    def change_interval(self) -> None:
        row = self._contract()
        policy = contracts.policy(self.dice.choice(["WEEK", "MONTH"]), self.dice.choice([1, 2, 3]))
        contracts.change(self.world, self.shop, row, billing_policy=policy, delivery_policy=policy)

    def skip(self) -> None:
        row, cycle = self._cycle()
        cycle_mutations.set_skipped(self.world, self.shop, row, cycle["index"], not cycle["skipped"])

    def move(self) -> None:
        """As subscriptionBillingCycleScheduleEdit does: silently, the webhook aside."""
        row, cycle = self._cycle()
        moved = self.world.now() + timedelta(days=self.dice.choice([3, 9, 40]))
        cycles.override(self.world, self.shop, row, cycle["index"], moved_to=moved.isoformat(), skipped=False)
        cycle_mutations._tell(self.world, self.shop, row, cycle["index"], "subscription_billing_cycle_edits/create")

    def _cycle(self) -> tuple[dict[str, Any], dict[str, Any]]:
        row = self._contract()
        start = cycles.at(self.world, self.shop, row, self.world.now())
        index = (start["index"] if start else 1) + self.dice.choice([0, 0, 1, 2])
        found = cycles.cycle(self.world, self.shop, row, index)
        assert found
        return row, found

    def subscribe(self) -> None:
        tiny.add_contract(self.world, self.shop, silent=False, interval=self.dice.choice(["WEEK", "MONTH"]))

    def renew_card(self) -> None:
        row = self._contract()
        payment_methods.update(self.world, self.shop, row["payment_method_id"], last_digits="7777", expiry_year=2031)

    def revoke_card(self) -> None:
        payment_methods.revoke(self.world, self.shop, self._contract()["payment_method_id"])

    def edit_customer(self) -> None:
        number = self.dice.randrange(1000)
        customers.change(
            self.world, self.shop, self._contract()["customer_id"], last_name=f"Reed {number}", phone="+12075550123"
        )

    def merge_customers(self) -> None:
        kept, gone = self._contract()["customer_id"], self._contract()["customer_id"]
        if kept != gone:
            customers.merge(self.world, self.shop, kept, gone)

    def touch_order(self) -> None:
        order = self.dice.choice(self.world.of("orders", self.shop).all())
        self.dice.choice([orders.cancel, orders.fulfill])(self.world, self.shop, order["id"])


def test_an_imported_shop_is_the_world(story: Story) -> None:
    _grow(story)
    story.install()
    story.advance(timedelta(minutes=10))
    assert not (found := differences(story)), "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("webhooks", "seed"),
    [
        ({"loss": 0.2, "duplicate": 0.3, "shuffle": 0.5}, 1),
        ({"loss": 1.0}, 2),
        ({"loss": 0.0, "duplicate": 1.0, "shuffle": 1.0}, 3),
    ],
)
def test_lost_doubled_and_shuffled_webhooks_leave_the_right_mirror(
    story: Story, webhooks: dict[str, float], seed: int
) -> None:
    _grow(story)
    story.install()
    with story.world.locked():
        # ten minutes of business time pass within a second here: a bucket that would refill meanwhile must be big
        story.world.faults.set({"webhooks": webhooks, "throttle": {"restore_rate": 10_000, "bucket": 20_000}})
    life = Life(story, seed)
    for _ in range(3):
        life.goes_on(12)
        story.advance(timedelta(minutes=7))
    life.goes_on(12)
    story.advance(timedelta(minutes=15))
    assert not (found := differences(story)), "\n".join(found)
