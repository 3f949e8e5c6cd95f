"""Answers that never arrive: the charge happened, or it did not, and we find out instead of guessing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.billing.till import START, Till

MINUTE = timedelta(minutes=1)


def test_a_charge_whose_answer_was_lost_is_found_by_its_key(till: Till) -> None:
    till.fault(graphql={"AttemptCreate": {"reset": "after", "times": 1}})
    till.charge()
    assert till.the_attempt().state == "unknown"
    till.sandbox.settle()
    till.wait(2 * MINUTE)
    till.look()
    attempt = till.the_attempt()
    assert (attempt.state, len(till.ledger())) == ("settled", 1)
    assert till.calls("AttemptCreate") == 1


def test_a_charge_that_never_arrived_is_sent_again_with_the_same_key(till: Till) -> None:
    till.fault(graphql={"AttemptCreate": {"reset": "before", "times": 1}})
    till.charge()
    key = till.the_attempt().idempotency_key
    till.wait(2 * MINUTE)
    till.look()
    till.wait(9 * MINUTE)
    till.look()
    assert till.the_attempt().state == "unknown"
    till.wait(2 * MINUTE)
    till.look()
    till.sandbox.settle()
    assert till.the_attempt().state == "requested"
    (payment,) = till.ledger()
    assert payment["key"] == key


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": "after"}, {"reset": "before"}, {"status": 502}])
def test_however_the_call_fails_the_cycle_is_charged_once(till: Till, fault: dict[str, Any]) -> None:
    till.fault(graphql={"AttemptCreate": {**fault, "times": 2}})
    till.live_until_quiet()
    assert till.the_attempt().state == "settled"
    assert len(till.ledger()) == 1


def test_a_lost_success_webhook_is_made_good_by_reading(till: Till) -> None:
    till.charge()
    till.sandbox.settle()
    till.wait(4 * MINUTE)
    assert till.look() == 0
    till.wait(2 * MINUTE)
    assert till.look() == 1
    assert till.the_attempt().state == "settled"
    assert len(till.facts("order.processed")) == 1


def test_a_day_without_any_outcome_is_a_persons_matter(till: Till) -> None:
    till.fault(graphql={"AttemptCreate": {"status": 503}})
    for _ in range(160):
        till.charge()
        till.look()
        till.wait(10 * MINUTE)
    assert till.now - START > timedelta(hours=24)
    cycle = till.first_cycle()
    assert cycle.parked_reason and "no outcome" in cycle.parked_reason
    till.fault(graphql={"AttemptCreate": {"probability": 0, "status": 503}})
    calls = till.calls("AttemptCreate")
    assert calls > 10
    till.live_until_quiet()
    assert till.calls("AttemptCreate") == calls
    assert len(till.attempts()) == 1


def test_a_parked_charge_that_was_paid_after_all_is_settled(till: Till) -> None:
    till.fault(graphql={"AttemptCreate": {"reset": "after", "times": 1}, "CycleAttempts": {"status": 503}})
    till.charge()
    for _ in range(8):
        till.wait(timedelta(hours=4))
        till.look()
    assert till.first_cycle().parked_reason
    till.sandbox.settle()
    till.fault(graphql={"CycleAttempts": {"status": 503, "probability": 0}})
    till.wait(timedelta(hours=7))
    till.look()
    assert till.the_attempt().state == "settled"
    assert till.first_cycle().parked_reason is None


def test_a_second_key_is_never_used_while_one_is_open(till: Till) -> None:
    till.fault(settle={"manual": True})
    till.charge()
    for _ in range(30):
        till.wait(timedelta(hours=1))
        till.charge()
        till.look()
    assert {row["key"] for row in till.sandbox.world.of("attempts", till.domain).all()} == {
        till.the_attempt().idempotency_key
    }


def test_a_key_that_may_have_been_used_is_kept_though_the_contract_is_paused_meanwhile(till: Till) -> None:
    """Closing the row would free the cycle for a second key while the first may still surface."""
    rows = till.sandbox.world.of("contracts", till.domain)
    till.fault(graphql={"AttemptCreate": {"reset": "before", "times": 1}})
    till.charge()
    key = till.the_attempt().idempotency_key
    rows.put({**rows.all()[0], "status": "PAUSED"})
    for _ in range(4):
        till.wait(11 * MINUTE)
        till.charge()
        till.look()
    assert (till.the_attempt().state, till.calls("AttemptCreate")) == ("unknown", 1)
    rows.put({**rows.all()[0], "status": "ACTIVE"})
    till.wait(timedelta(hours=1))
    till.look()
    till.sandbox.settle()
    (payment,) = till.ledger()
    assert payment["key"] == key


def test_a_throttled_second_sending_does_not_make_the_key_unused(till: Till) -> None:
    till.fault(graphql={"AttemptCreate": {"reset": "before", "times": 1}})
    till.charge()
    till.fault(billing_attempts_per_minute=0)
    for _ in range(3):
        till.wait(11 * MINUTE)
        till.look()
    assert till.the_attempt().state == "unknown"
    till.fault(billing_attempts_per_minute=None)
    till.expire_leases()
    till.live_until_quiet()
    assert till.the_attempt().state == "settled"
    assert len(till.ledger()) == 1
