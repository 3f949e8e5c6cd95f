"""The main road: what is due is charged once, and its outcome arrives."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.billing.till import Till


def test_a_due_cycle_is_charged_once(till: Till) -> None:
    assert till.charge() == 1
    assert till.charge() == 0
    till.sandbox.settle()
    attempt = till.the_attempt()
    till.hear(attempt.idempotency_key)

    attempt = till.the_attempt()
    (payment,) = till.ledger()
    assert attempt.state == "settled"
    assert payment["key"] == attempt.idempotency_key
    assert attempt.order_name and attempt.order_name.startswith("#")
    assert attempt.amount == Decimal(payment["amount"])
    assert till.first_cycle().status == "BILLED"
    (fact,) = till.facts("order.processed")
    assert fact.data["order_gid"] == attempt.order_gid
    till.wait(timedelta(days=10))
    assert till.charge() == 0
    assert till.sandbox.world.ledger.verdict(till.now) == {
        "due": 1,
        "once": 1,
        "twice": 0,
        "declined": 0,
        "waiting": 0,
        "missed": 0,
        "violations": 0,
    }
