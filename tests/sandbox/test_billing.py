"""Billing attempts against the rules of schema 2026-10 and Shopify's billing docs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import attempts, contracts, customers, payment_methods, stock
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from tests.sandbox.conftest import Listener
from tests.sandbox.operations import ATTEMPT, CONTRACT, CYCLE, PAUSE, SKIP

DUE = datetime(2027, 1, 1, 9, tzinfo=UTC)  # a month after the tiny world's start


class Billing:
    """One contract whose first cycle is due, and the calls about it."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        made = sandbox.tiny(contracts=1)
        self.row, self.variant = made.contracts[0], made.variant
        self.id = gid("SubscriptionContract", self.row["id"])
        self.token = sandbox.access_token()
        sandbox.set_clock(DUE)

    def attempt(self, key: str = "k1", index: int = 1, **values: Any) -> dict[str, Any]:
        given = {"idempotencyKey": key, "billingCycleSelector": {"index": index}, **values}
        answer = self.sandbox.data(ATTEMPT, {"id": self.id, "input": given}, token=self.token)
        found: dict[str, Any] = answer["subscriptionBillingAttemptCreate"]
        return found

    def refused(self, **values: Any) -> str:
        answer = self.attempt(**values)
        assert answer["subscriptionBillingAttempt"] is None
        [error] = answer["userErrors"]
        return str(error["code"])

    def made(self, **values: Any) -> dict[str, Any]:
        answer = self.attempt(**values)
        assert answer["userErrors"] == []
        attempt: dict[str, Any] = answer["subscriptionBillingAttempt"]
        return attempt

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.sandbox.data(query, {"id": self.id, **variables}, token=self.token)
        return next(iter(answer.values()))  # type: ignore[no-any-return]


@pytest.fixture
def billing(sandbox: SandboxServer) -> Billing:
    return Billing(sandbox)


def test_the_same_key_returns_the_original_and_charges_once(billing: Billing) -> None:
    first = billing.made(key="k1")
    billing.sandbox.settle()
    again = billing.made(key="k1")
    assert again["id"] == first["id"] and again["state"]["__typename"] == "SubscriptionBillingAttemptSuccessState"
    assert len(billing.sandbox.world.ledger.payments()) == 1


def test_the_same_key_returns_even_a_failed_original(billing: Billing) -> None:
    first = billing.made(key="k1")
    billing.sandbox.settle("INSUFFICIENT_FUNDS")
    again = billing.made(key="k1")
    assert (again["id"], again["errorCode"]) == (first["id"], "INSUFFICIENT_FUNDS")
    billing.sandbox.settle()
    assert billing.sandbox.world.ledger.payments() == []


def test_a_new_key_on_a_billed_cycle_charges_again_and_the_ledger_says_so(billing: Billing) -> None:
    for key in ("k1", "k2"):
        billing.made(key=key)
        billing.sandbox.settle()
    assert len(billing.sandbox.world.ledger.payments()) == 2
    assert [v["kind"] for v in billing.sandbox.world.ledger.violations()] == ["charged_twice"]


def test_more_than_24_hours_early_is_refused(sandbox: SandboxServer) -> None:
    billing = Billing.__new__(Billing)
    billing.sandbox = sandbox
    made = sandbox.tiny(contracts=1)
    billing.id, billing.token = gid("SubscriptionContract", made.contracts[0]["id"]), sandbox.access_token()
    sandbox.set_clock(DUE - timedelta(hours=24, seconds=1))
    assert billing.refused() == "BILLING_CYCLE_CHARGE_BEFORE_EXPECTED_DATE"
    sandbox.advance(timedelta(seconds=1))
    assert billing.made()["ready"] is False


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "PAUSED"}, "CONTRACT_PAUSED"),
        ({"status": "CANCELLED"}, "CONTRACT_TERMINATED"),
        ({"status": "EXPIRED"}, "CONTRACT_TERMINATED"),
        ({"under_review": True}, "CONTRACT_UNDER_REVIEW"),
    ],
)
def test_a_contract_that_may_not_be_billed(billing: Billing, change: dict[str, Any], code: str) -> None:
    contracts.change(billing.sandbox.world, SHOP, billing.row, **change)
    assert billing.refused() == code


def test_a_failed_contract_may_be_billed(billing: Billing) -> None:
    contracts.change(billing.sandbox.world, SHOP, billing.row, status="FAILED")
    assert billing.made()["ready"] is False


def test_refusals_of_input(billing: Billing) -> None:
    assert billing.refused(key="  ") == "BLANK"
    assert billing.refused(index=0) == "CYCLE_INDEX_OUT_OF_RANGE"
    assert billing.refused(originTime="2026-11-30T00:00:00Z") == "ORIGIN_TIME_BEFORE_CONTRACT_CREATION"
    assert billing.refused(originTime="2027-01-02T00:00:00Z") == "ORIGIN_TIME_OUT_OF_RANGE"
    assert billing.refused(billingCycleSelector={"date": "2020-01-01T00:00:00Z"}) == "CYCLE_START_DATE_OUT_OF_RANGE"
    billing.id = gid("SubscriptionContract", 1)
    assert billing.refused() == "CONTRACT_NOT_FOUND"
    assert billing.sandbox.world.of("attempts", SHOP).all() == []


def test_a_skipped_cycle_is_refused(billing: Billing) -> None:
    assert billing.ask(SKIP, index=1)["billingCycle"]["skipped"] is True
    assert billing.refused() == "BILLING_CYCLE_SKIPPED"


def test_without_a_selector_the_current_cycle_is_billed_which_is_the_next_one_at_the_boundary(
    billing: Billing,
) -> None:
    billing.sandbox.advance(timedelta(seconds=1))  # cycle 1 ends at the expected date, cycle 2 is current now
    assert billing.refused(billingCycleSelector=None) == "BILLING_CYCLE_CHARGE_BEFORE_EXPECTED_DATE"


def test_missing_stock_is_an_inventory_error_unless_overselling_is_allowed(billing: Billing) -> None:
    stock.set_available(billing.sandbox.world, SHOP, billing.variant["inventory_item_id"], 0)
    billing.made(key="k1")
    billing.sandbox.settle()
    failed = billing.made(key="k1")
    error = failed["state"]["error"]
    assert error["__typename"] == "SubscriptionBillingAttemptInventoryError"
    assert error["insufficientStockProductVariants"]["nodes"][0]["sku"] == "HB-250"
    kind = failed["processingError"]["__typename"]
    assert kind == "SubscriptionBillingAttemptInsufficientStockProductVariantsError"

    billing.made(key="k2", inventoryPolicy="ALLOW_OVERSELLING")
    billing.sandbox.settle()
    assert [p["key"] for p in billing.sandbox.world.ledger.payments()] == ["k2"]


def test_an_expired_card_fails_by_itself(billing: Billing) -> None:
    token = billing.row["payment_method_id"]
    payment_methods.update(billing.sandbox.world, SHOP, token, expiry_year=2026, expiry_month=12)
    billing.made()
    billing.sandbox.settle()
    assert billing.made()["state"]["error"]["paymentCode"] == "EXPIRED_CARD"
    contract = billing.ask(CONTRACT)
    assert (contract["lastPaymentStatus"], contract["lastBillingAttemptErrorType"]) == ("FAILED", "PAYMENT_ERROR")


def test_a_revoked_method_is_null_on_the_contract_and_fails_the_charge(billing: Billing) -> None:
    payment_methods.revoke(billing.sandbox.world, SHOP, billing.row["payment_method_id"], "MANUALLY_REVOKED")
    contract = billing.ask(CONTRACT)
    assert contract["customerPaymentMethod"] is None
    assert contract["revoked"]["revokedReason"] == "MANUALLY_REVOKED"
    billing.made()
    billing.sandbox.settle()
    assert billing.made()["state"]["error"]["generalCode"] == "PAYMENT_METHOD_NOT_FOUND"


def test_a_deleted_customer_cannot_be_charged(billing: Billing) -> None:
    customers.delete(billing.sandbox.world, SHOP, billing.row["customer_id"])
    billing.made()
    billing.sandbox.settle()
    assert billing.made()["state"]["error"]["generalCode"] == "CUSTOMER_NOT_FOUND"
    assert billing.ask(CONTRACT)["lastBillingAttemptErrorType"] == "CUSTOMER_ERROR"


def test_the_outcome_knob_decides_per_payment_method(billing: Billing, app: Listener) -> None:
    billing.sandbox.world.faults.set({"outcomes": {billing.row["payment_method_id"]: "CARD_DECLINED"}})
    billing.made(key="k1")
    billing.sandbox.settle()
    assert billing.made(key="k1")["errorCode"] == "CARD_DECLINED"
    billing.sandbox.drain()
    assert "subscription_billing_attempts/failure" in app.topics()


def test_a_challenged_attempt_shows_where_to_go_and_its_webhook_does_not(billing: Billing, app: Listener) -> None:
    billing.made(key="k1")
    billing.sandbox.settle("challenged")
    billing.sandbox.drain()
    challenge = billing.made(key="k1")["state"]["action"]
    assert challenge["status"] == "ON_SESSION_CHALLENGED" and challenge["nextActionUrl"].startswith("http")
    [told] = [r for r in app.received if r["topic"] == "subscription_billing_attempts/challenged"]
    assert b"next_action_url" not in told["body"]

    assert "Your bank asks" in httpx.get(challenge["nextActionUrl"]).text
    httpx.post(challenge["nextActionUrl"], data={"answer": "yes"})
    settled = billing.made(key="k1")
    assert settled["state"]["__typename"] == "SubscriptionBillingAttemptSuccessState"
    assert settled["nextActionUrl"] is None and len(billing.sandbox.world.ledger.payments()) == 1


def test_the_billing_limiter_is_a_user_error_apart_from_query_cost(billing: Billing) -> None:
    billing.sandbox.world.faults.set({"billing_attempts_per_minute": 1})
    billing.made(key="k1")
    assert billing.refused(key="k2") == "THROTTLED"
    assert billing.made(key="k1")["idempotencyKey"] == "k1"  # the original costs nothing


def test_an_unpaid_order_captures_nothing(billing: Billing) -> None:
    billing.made(paymentProcessingPolicy="SKIP_PAYMENT_AND_CREATE_UNPAID_ORDER")
    billing.sandbox.settle()
    assert billing.sandbox.world.ledger.payments() == []
    [order] = [o for o in billing.sandbox.world.of("orders", SHOP) if o["financial_status"] == "PENDING"]
    assert order["contract_id"] == billing.row["id"]


def test_attempts_are_found_on_contract_and_cycle(billing: Billing) -> None:
    billing.made(key="ours")
    attempts.begin(billing.sandbox.world, SHOP, billing.row, 1, "theirs", foreign=True)
    keys = ["ours", "theirs"]
    assert [a["idempotencyKey"] for a in billing.ask(CONTRACT)["billingAttempts"]["nodes"]] == keys
    assert [a["idempotencyKey"] for a in billing.ask(CYCLE, index=1)["billingAttempts"]["nodes"]] == keys
    assert billing.ask(CYCLE, index=2)["billingAttempts"]["nodes"] == []


def test_a_charge_in_flight_when_the_contract_is_paused_still_settles_and_is_no_offence(billing: Billing) -> None:
    billing.made()
    assert billing.ask(PAUSE)["contract"]["status"] == "PAUSED"
    billing.sandbox.settle()
    assert len(billing.sandbox.world.ledger.payments()) == 1
    assert billing.sandbox.world.ledger.violations() == []


def test_a_settled_attempt_does_not_move_the_next_billing_date(billing: Billing) -> None:
    before = billing.ask(CONTRACT)["nextBillingDate"]
    billing.made()
    billing.sandbox.settle()
    assert billing.ask(CONTRACT)["nextBillingDate"] == before


def test_what_nobody_charged_is_missed(billing: Billing) -> None:
    world = billing.sandbox.world
    assert [(c["cycle_index"], c["outcome"]) for c in world.ledger.due_unbilled(world.now())] == [(1, "waiting")]
    later = world.ledger.due_unbilled(world.now() + timedelta(days=2))
    assert (later[0]["cycle_index"], later[0]["outcome"]) == (1, "missed")
    billing.made()
    billing.sandbox.settle()
    assert world.ledger.due_unbilled(world.now()) == []
    assert world.ledger.verdict(world.now()) == {
        "due": 1,
        "once": 1,
        "twice": 0,
        "declined": 0,
        "waiting": 0,
        "missed": 0,
        "violations": 0,
    }
