"""Webhooks doubled, late, empty or contradicting: the row tells the truth, once."""

from __future__ import annotations

from datetime import timedelta

from tests.billing.till import Till, Told


def _charged(till: Till) -> str:
    till.charge()
    till.sandbox.settle()
    return till.the_attempt().idempotency_key


def test_a_success_told_three_times_is_one_fact(till: Till) -> None:
    key = _charged(till)
    for _ in range(3):
        till.hear(key)
    assert len(till.facts("order.processed")) == 1
    assert till.the_attempt().state == "settled"


def test_a_webhook_that_comes_before_our_own_record_is_not_lost(till: Till) -> None:
    till.fault(graphql={"AttemptCreate": {"reset": "after", "times": 1}})
    key = _charged(till)
    assert till.the_attempt().shopify_gid is None
    till.hear(key)
    assert till.the_attempt().state == "settled"


def test_a_failure_message_about_a_paid_attempt_settles_it(till: Till) -> None:
    key = _charged(till)
    till.hear(key, topic="failure", error_code="insufficient_funds")
    assert till.the_attempt().state == "settled"
    assert till.facts("charge.failed") == []


def test_an_attempt_is_found_by_its_id_when_the_payload_has_no_key(till: Till) -> None:
    key = _charged(till)
    gid = till.the_attempt().shopify_gid
    till.hear(key, idempotency_key=None, admin_graphql_api_id=gid)
    assert till.the_attempt().state == "settled"


def test_an_empty_payload_is_closed_and_the_reading_makes_it_good(till: Till) -> None:
    _charged(till)
    assert till.handle(Told({}, "subscription_billing_attempts/success")) == "ignored"
    till.wait(timedelta(minutes=6))
    till.look()
    assert till.the_attempt().state == "settled"


def test_a_second_payment_of_a_cycle_is_written_down_as_a_duplicate_and_parks_the_contract(till: Till) -> None:
    key = _charged(till)
    till.hear(key)
    cycle = next(c for c in till.cycles() if c.attempted_at)
    contract = till.contract().shopify_gid
    data = till.sandbox.data(
        f'mutation {{ subscriptionBillingAttemptCreate(subscriptionContractId: "{contract}", '
        f'subscriptionBillingAttemptInput: {{idempotencyKey: "again", '
        f"billingCycleSelector: {{index: {cycle.cycle_index}}}}}) {{ userErrors {{ message }} }} }}"
    )
    assert data["subscriptionBillingAttemptCreate"]["userErrors"] == []
    till.sandbox.settle()
    till.hear("again")
    assert [row.state for row in till.attempts()] == ["settled", "duplicate"]
    assert len(till.facts("charge.duplicate")) == 1
    assert len(till.facts("order.processed")) == 1
    assert "paid twice" in (till.contract().parked_reason or "")


def test_another_shops_attempt_is_not_ours(till: Till) -> None:
    told = Told(
        {"idempotency_key": "of-nobody", "subscription_contract_id": 999}, "subscription_billing_attempts/success"
    )
    assert till.handle(told) == "ignored"
    assert till.attempts() == []
