"""The coffee shop has what the demo promises."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from sandbox.seeds import coffee, seed
from sandbox.shopify import cycles, due, installs
from sandbox.testing import APP_TOML
from sandbox.world import World
from sandbox.world.app_config import AppConfig


@pytest.fixture(scope="module")
def world() -> World:
    config = AppConfig.read(APP_TOML, api_key="k", api_secret="s", url="http://127.0.0.1:9")
    made = World(None, config)
    seed(made, "coffee")
    return made


def test_two_hundred_contracts_of_every_kind(world: World) -> None:
    rows = world.of("contracts", coffee.SHOP).all()
    assert len(rows) == 200
    statuses = Counter(row["status"] for row in rows)
    assert {"ACTIVE", "PAUSED", "CANCELLED", "FAILED"} == set(statuses) and statuses["ACTIVE"] > 150
    assert Counter(row["currency"] for row in rows).keys() == {"USD", "CAD", "EUR"}
    rhythms = {(r["billing_policy"]["interval"], r["billing_policy"]["interval_count"]) for r in rows}
    assert {("WEEK", 1), ("WEEK", 2), ("MONTH", 1), ("MONTH", 3), ("YEAR", 1)} == rhythms
    days = Counter(datetime.fromisoformat(r["created_at"]).day for r in rows)
    assert days[31] >= 12 and days[29] >= 4
    prepaid = [r for r in rows if r["billing_policy"] != r["delivery_policy"]]
    assert len(prepaid) == 14 and {r["delivery_policy"]["interval_count"] for r in prepaid} == {1}
    assert any(r["billing_policy"]["anchors"] and r["billing_policy"]["cutoff"] for r in rows)


def test_every_contract_began_in_the_past_and_has_a_future(world: World) -> None:
    now = world.now()
    for row in world.of("contracts", coffee.SHOP):
        assert datetime.fromisoformat(row["created_at"]) < now
        upcoming = next(c for c in cycles.walk(world, coffee.SHOP, row) if not c["billed"])
        assert upcoming["expected_at"] == row["next_billing_date"]


def test_something_is_due_within_minutes_and_on_most_days(world: World) -> None:
    now = world.now()
    due_at = [
        datetime.fromisoformat(row["next_billing_date"])
        for row in world.of("contracts", coffee.SHOP)
        if row["status"] == "ACTIVE"
    ]
    assert min(due_at) < now + timedelta(minutes=30)
    days = {at.date() for at in due_at if at < now + timedelta(days=31)}
    assert len(days) >= 25


def test_one_shopper_in_ten_has_no_personal_data(world: World) -> None:
    people = world.of("customers", coffee.SHOP).all()
    bare = [p for p in people if not p["email"] and not p["first_name"] and not p["address"]]
    assert len(people) == 200 and len(bare) == 20
    mails = [p["email"] for p in people if p["email"]]
    assert len(set(mails)) == len(mails) and all(m.endswith("@rosebud-shopper.net") for m in mails)


def test_some_payment_methods_have_seen_better_days(world: World) -> None:
    from sandbox.shopify import payment_methods

    methods = world.of("payment_methods", coffee.SHOP).all()
    assert sum(payment_methods.is_expired(world, m) for m in methods) == 8
    assert sum(bool(m["revoked_at"]) for m in methods) == 1
    assert len({m["kind"] for m in methods}) == 3


def test_nothing_is_due_or_told_before_the_app_is_installed(world: World) -> None:
    assert not world.is_installed(coffee.SHOP) and world.webhooks.deliveries() == []
    assert due.due(world, world.now() + timedelta(days=10)) == []
    installs.install(world, coffee.SHOP)
    assert due.due(world, world.now()) == []
    assert len(due.due(world, world.now() + timedelta(days=31))) > 150


def test_a_second_tenant(world: World) -> None:
    assert len(world.of("contracts", coffee.SECOND)) == 5
