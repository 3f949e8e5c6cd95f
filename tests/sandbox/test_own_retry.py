"""Shopify's own retry after a card update, as community.shopify.dev 34057 tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import attempts, contracts, payment_methods
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from tests.sandbox.conftest import Listener
from tests.sandbox.operations import CYCLE

DUE = datetime(2027, 1, 1, 9, tzinfo=UTC)
WEEK_LATER = DUE + timedelta(days=7, hours=5)


class Failed:
    """A monthly contract whose first charge failed; a week later the shopper renews the card."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox, self.world = sandbox, sandbox.world
        self.row = sandbox.tiny(contracts=1).contracts[0]
        self.token = sandbox.access_token()
        sandbox.set_clock(DUE)
        attempts.begin(self.world, SHOP, self.row, 1, "ours")
        sandbox.settle("EXPIRED_CARD")
        contracts.change(self.world, SHOP, self.row, status="PAUSED")
        sandbox.set_clock(WEEK_LATER)
        sandbox.world.faults.set({"card_update_bills_a_new_cycle": True})

    def renew_the_card(self) -> None:
        payment_methods.update(self.world, SHOP, self.row["payment_method_id"], expiry_year=2031)

    def cycle(self, index: int) -> dict[str, Any]:
        given = {"id": gid("SubscriptionContract", self.row["id"]), "index": index}
        found: dict[str, Any] = self.sandbox.data(CYCLE, given, token=self.token)["subscriptionBillingCycle"]
        return found


@pytest.fixture
def failed(sandbox: SandboxServer) -> Failed:
    return Failed(sandbox)


def test_a_new_cycle_is_billed_and_the_failed_one_stays(failed: Failed, app: Listener) -> None:
    failed.sandbox.drain()
    app.received.clear()
    failed.renew_the_card()
    failed.sandbox.drain()
    old, new, following = failed.cycle(1), failed.cycle(2), failed.cycle(3)
    assert (old["status"], len(old["billingAttempts"]["nodes"])) == ("UNBILLED", 1)
    assert (new["status"], new["billingAttemptExpectedDate"]) == ("BILLED", "2027-01-08T14:00:00Z")
    assert following["billingAttemptExpectedDate"] == "2027-02-08T14:00:00Z"
    assert failed.row["status"] == "ACTIVE"
    assert [(p["cycle_index"], p["foreign"]) for p in failed.world.ledger.payments()] == [(2, True)]
    assert {"subscription_billing_attempts/success", "subscription_contracts/activate"} <= set(app.topics())


def test_the_failed_cycle_is_paid_for_and_charging_it_is_a_violation(failed: Failed) -> None:
    failed.renew_the_card()
    assert failed.world.ledger.due_unbilled(failed.world.now()) == [] and failed.world.ledger.violations() == []
    attempts.begin(failed.world, SHOP, failed.row, 1, "ours again")
    failed.sandbox.settle()
    assert [v["kind"] for v in failed.world.ledger.violations()] == ["charged_replaced"]


def test_a_retry_that_fails_too_leaves_the_old_cycle_owed(failed: Failed) -> None:
    failed.world.faults.set({"outcomes": {"*": "CARD_DECLINED"}})
    failed.renew_the_card()
    failed.world.faults.clear("outcomes")
    assert failed.world.ledger.payments() == []
    attempts.begin(failed.world, SHOP, failed.row, 1, "ours again")
    failed.sandbox.settle()
    assert failed.world.ledger.violations() == []


def test_nothing_happens_unless_the_knob_is_on(failed: Failed) -> None:
    httpx.delete(f"{failed.sandbox.url}/_control/faults/card_update_bills_a_new_cycle").raise_for_status()
    failed.renew_the_card()
    assert failed.world.ledger.payments() == [] and failed.row["status"] == "PAUSED"


def test_nothing_happens_to_a_contract_that_owes_nothing(failed: Failed) -> None:
    contracts.change(failed.world, SHOP, failed.row, status="ACTIVE")
    attempts.begin(failed.world, SHOP, failed.row, 1, "ours again")
    failed.sandbox.settle()
    failed.renew_the_card()
    assert len(failed.world.ledger.payments()) == 1


def test_another_card_is_another_matter(failed: Failed) -> None:
    other = payment_methods.create(failed.world, SHOP, failed.row["customer_id"])
    payment_methods.update(failed.world, SHOP, other["id"], expiry_year=2031)
    assert failed.world.ledger.payments() == []
