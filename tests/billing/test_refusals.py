"""Cycles that must not be charged, seen by the gates or by Shopify itself; each leaves its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from shopify_app.billing import due
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.shops.models import Shop
from tests.billing.till import Till

MINUTE = timedelta(minutes=1)


def _sandbox_contract(till: Till) -> int:
    return int(till.sandbox.world.of("contracts", till.domain).all()[0]["id"])


def _change(till: Till, **values: object) -> None:
    """The contract changes in Shopify and nobody tells us."""
    rows = till.sandbox.world.of("contracts", till.domain)
    with till.sandbox.world.locked():
        rows.put({**rows.all()[0], **values})


def _mutate(till: Till, document: str) -> None:
    data = till.sandbox.data(document)
    assert not next(iter(data.values()))["userErrors"], data


def test_a_cycle_skipped_behind_our_back_is_not_charged(till: Till) -> None:
    index = till.first_cycle().cycle_index
    contract = f"gid://shopify/SubscriptionContract/{_sandbox_contract(till)}"
    _mutate(
        till,
        f'mutation {{ subscriptionBillingCycleSkip(billingCycleInput: {{contractId: "{contract}", '
        f"selector: {{index: {index}}}}}) {{ userErrors {{ message }} }} }}",
    )
    till.charge()
    assert till.ledger() == []
    assert [(row.state, row.error_code) for row in till.attempts()] == [("refused", "skipped")]
    assert till.calls("AttemptCreate") == 0


def test_a_cycle_moved_behind_our_back_is_charged_on_its_new_day_only(till: Till) -> None:
    cycle = till.first_cycle()
    contract = f"gid://shopify/SubscriptionContract/{_sandbox_contract(till)}"
    later = (cycle.expected_at + timedelta(days=4)).isoformat()
    _mutate(
        till,
        f'mutation {{ subscriptionBillingCycleScheduleEdit(billingCycleInput: {{contractId: "{contract}", '
        f'selector: {{index: {cycle.cycle_index}}}}}, input: {{billingDate: "{later}", reason: BUYER_INITIATED}}) '
        "{ userErrors { message } } }",
    )
    till.charge()
    assert till.ledger() == []
    assert till.attempts() == []
    till.wait(timedelta(days=4, hours=1))
    till.charge()
    till.sandbox.settle()
    (payment,) = till.ledger()
    assert payment["cycle_index"] == cycle.cycle_index


def test_a_contract_paused_behind_our_back_waits_and_goes_on(till: Till) -> None:
    _change(till, status="PAUSED")
    for _ in range(3):
        till.charge()
        till.wait(timedelta(hours=1, minutes=1))
    assert [(row.state, row.error_code) for row in till.attempts()] == [("refused", "contract_paused")]
    _change(till, status="ACTIVE")
    till.charge()
    till.sandbox.settle()
    assert len(till.ledger()) == 1


def test_a_cycle_charged_by_somebody_else_is_written_down_and_not_charged(till: Till) -> None:
    cycle, contract = till.first_cycle(), f"gid://shopify/SubscriptionContract/{_sandbox_contract(till)}"
    _mutate(
        till,
        f'mutation {{ subscriptionBillingAttemptCreate(subscriptionContractId: "{contract}", '
        f'subscriptionBillingAttemptInput: {{idempotencyKey: "by-hand", '
        f"billingCycleSelector: {{index: {cycle.cycle_index}}}}}) {{ userErrors {{ message }} }} }}",
    )
    till.charge()
    assert till.attempts()[0].error_code == "in_flight"
    till.sandbox.settle()
    till.wait(11 * MINUTE)
    till.charge()
    assert len(till.ledger()) == 1
    foreign = till.attempts()[-1]
    assert (foreign.state, foreign.idempotency_key) == ("settled", "by-hand")
    assert foreign.order_name
    assert len(till.facts("order.processed")) == 1
    till.wait(timedelta(days=2))
    assert till.charge() == 0
    till.hear("by-hand")
    assert len(till.attempts()) == 2


def test_a_stopped_shop_a_stopped_contract_and_a_held_cycle_are_left_alone(till: Till) -> None:
    cases = [
        (Shop, {"billing_stopped_at": till.now}),
        (Contract, {"billing_stopped_at": till.now}),
        (Contract, {"parked_reason": "paid twice"}),
        (BillingCycle, {"held_reason": "waiting for stock"}),
        (BillingCycle, {"parked_reason": "a person decides"}),
        (Shop, {"status": "uninstalled"}),
    ]
    for table, values in cases:
        with till.ctx.db.session() as session:
            session.execute(update(table).values(**values))
            assert due.waiting(session, till.now, till.now) == 0
        assert till.charge() == 0, values
        with till.ctx.db.session() as session:
            session.execute(
                update(table).values({name: "installed" if name == "status" else None for name in values})
            )
    assert till.charge() == 1


def test_a_stop_that_comes_while_shopify_is_asked_is_obeyed(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    from shopify_app.billing import charge

    look = charge._look

    def look_and_stop(*args: object) -> object:
        seen = look(*args)
        with till.ctx.db.session() as session:
            session.execute(update(Shop).values(billing_stopped_at=till.now))
        return seen

    monkeypatch.setattr(charge, "_look", look_and_stop)
    till.charge()
    assert till.attempts() == []
    assert till.first_cycle().claimed_at is None


def test_a_cycle_missed_for_more_than_a_week_waits_for_a_person(till: Till) -> None:
    till.wait(timedelta(days=8))
    till.charge()
    assert till.ledger() == []
    cycle = till.first_cycle()
    assert cycle.parked_reason and "7 days" in cycle.parked_reason


def test_a_cycle_missed_for_six_days_is_caught_up(till: Till) -> None:
    till.wait(timedelta(days=6))
    till.charge()
    till.sandbox.settle()
    assert len(till.ledger()) == 1


def test_a_throttled_shop_is_charged_later_with_the_same_key(till: Till) -> None:
    till.fault(billing_attempts_per_minute=0)
    till.charge()
    attempt = till.the_attempt()
    assert (attempt.state, attempt.reason) == ("written", "not sent yet")
    till.fault(billing_attempts_per_minute=None)
    assert till.look() == 0
    till.expire_leases()
    till.look()
    till.sandbox.settle()
    (payment,) = till.ledger()
    assert payment["key"] == attempt.idempotency_key


def test_a_failed_charge_is_classed_and_left_alone(till: Till) -> None:
    till.fault(outcomes={"*": "INSUFFICIENT_FUNDS"})
    till.charge()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key)
    attempt = till.the_attempt()
    assert (attempt.state, attempt.error_class, attempt.error_code) == ("failed", "soft", "INSUFFICIENT_FUNDS")
    (fact,) = till.facts("charge.failed")
    assert fact.data["class"] == "soft"
    till.wait(timedelta(days=1))
    till.charge()
    assert till.calls("AttemptCreate") == 1


def test_a_challenged_charge_keeps_its_link_and_settles_when_confirmed(till: Till) -> None:
    till.fault(outcomes={"*": "challenged"})
    till.charge()
    till.sandbox.settle()
    key = till.the_attempt().idempotency_key
    till.hear(key)
    attempt = till.the_attempt()
    assert attempt.state == "challenged"
    assert attempt.next_action_url and attempt.next_action_url.startswith("http")
    assert len(till.facts("charge.challenged")) == 1
    till.hear(key)
    assert len(till.facts("charge.challenged")) == 1


def test_one_bad_shop_does_not_keep_the_others_from_being_charged(till: Till) -> None:
    till.fault(graphql={"CycleCheck": {"status": 503, "times": 1}})
    assert till.charge() == 1
    assert till.ledger() == []
    assert till.attempts() == []
    till.expire_leases()
    till.charge()
    till.sandbox.settle()
    assert len(till.ledger()) == 1
