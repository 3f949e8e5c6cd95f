"""Charges by another tool that name no cycle: only the contract lists them, and yet they pay for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sandbox.testing import SandboxServer
from shopify_app.contracts.models import BillingCycle
from tests.billing.till import START, Till, opened

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def daily(sandbox_server: SandboxServer, postgres_url: str) -> Iterator[Till]:
    """A contract bought this very hour and billed every day at 10; charged at 9."""
    with opened(sandbox_server, postgres_url, interval="DAY", created_at=START + HOUR, at=START + HOUR) as till:
        till.mirror()
        yield till


def _elsewhere(till: Till, key: str = "by hand", **asked: Any) -> None:
    """Another tool charges the contract; without `cycle_index` it names no cycle."""
    contract = till.sandbox.world.of("contracts", till.domain).all()[0]["id"]
    path = f"{till.sandbox.url}/_control/shops/{till.domain}/contracts/{contract}/attempt"
    httpx.post(path, json={"key": key, **asked}).raise_for_status()


def _paid(till: Till) -> list[tuple[int, str]]:
    return [(payment["cycle_index"], payment["key"]) for payment in till.ledger()]


def _cycle(till: Till, index: int) -> BillingCycle:
    return next(cycle for cycle in till.cycles() if cycle.cycle_index == index)


def _ours(till: Till, index: int, number: int = 1) -> tuple[int, str]:
    gid = till.contract().shopify_gid
    return index, f"perennial-{gid.rsplit('/', 1)[1]}-{index}-{number}"


def test_what_was_charged_without_a_cycle_counts_for_the_one_that_was_current(daily: Till) -> None:
    daily.wait(DAY - 3 * HOUR)
    _elsewhere(daily)
    daily.sandbox.settle()
    for _ in range(3):
        daily.wait(DAY / 2)
        daily.charge()
        daily.sandbox.settle()
        daily.mirror()
    assert _paid(daily) == [(1, "by hand"), _ours(daily, 2)]
    assert [(row.cycle_index, row.state) for row in daily.attempts()] == [(1, "settled"), (2, "requested")]
    assert daily.attempts()[0].order_name and len(daily.facts("order.processed")) == 1
    assert _cycle(daily, 1).status == "UNBILLED", "Shopify goes on saying so, and it is charged no more for that"
    assert daily.sandbox.world.ledger.verdict(daily.now)["violations"] == 0


def test_its_webhook_is_understood_although_no_cycle_lists_it(daily: Till) -> None:
    daily.wait(DAY - 3 * HOUR)
    _elsewhere(daily)
    daily.sandbox.settle()
    daily.hear("by hand")
    daily.hear("by hand")
    assert [(row.cycle_index, row.state) for row in daily.attempts()] == [(1, "settled")]
    daily.wait(2 * HOUR)
    assert daily.charge() == 0 and daily.calls("CycleCheck") == 0


def test_one_under_way_is_waited_for_and_one_that_failed_pays_for_nothing(daily: Till) -> None:
    daily.fault(settle={"manual": True})
    daily.wait(DAY - HOUR)
    _elsewhere(daily)
    daily.charge()
    assert [(row.state, row.error_code) for row in daily.attempts()] == [("refused", "in_flight")]
    daily.sandbox.settle("CARD_DECLINED")
    daily.wait(timedelta(minutes=11))
    daily.charge()
    daily.sandbox.settle("settle")
    assert _paid(daily) == [_ours(daily, 1, 2)]


def test_a_charge_that_names_another_cycle_pays_for_that_one_alone(daily: Till) -> None:
    """Made while cycle 2 is current, for cycle 1, and we only learn that cycle 1 is billed: 2 is still ours."""
    daily.wait(DAY + 2 * HOUR)
    _elsewhere(daily, cycle_index=1)
    daily.sandbox.settle()
    daily.mirror()
    daily.wait(DAY - 3 * HOUR)
    daily.charge()
    daily.sandbox.settle()
    assert _paid(daily) == [(1, "by hand"), _ours(daily, 2)]


def test_one_made_after_our_own_charge_is_a_duplicate_and_a_persons(daily: Till) -> None:
    daily.wait(DAY - HOUR)
    daily.charge()
    _elsewhere(daily)
    daily.sandbox.settle()
    daily.hear(_ours(daily, 1)[1])
    daily.hear("by hand")
    assert [(row.cycle_index, row.state) for row in daily.attempts()] == [(1, "settled"), (1, "duplicate")]
    assert "paid twice" in (daily.contract().parked_reason or "")


def test_an_unknown_outcome_is_not_sent_again_when_somebody_paid_meanwhile(daily: Till) -> None:
    daily.fault(graphql={"AttemptCreate": {"status": 503, "times": 1}})
    daily.wait(DAY - HOUR)
    daily.charge()
    assert daily.the_attempt().state == "unknown"
    _elsewhere(daily)
    daily.sandbox.settle()
    for _ in range(4):
        daily.wait(timedelta(minutes=11))
        daily.look()
    assert _paid(daily) == [(1, "by hand")] and daily.calls("AttemptCreate") == 1
    assert [row.state for row in daily.attempts()] == ["refused", "settled"]
