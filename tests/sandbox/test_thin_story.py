"""Install by token exchange → contract → cycle → attempt → ledger → webhook, over the wire."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.seeds.tiny import SHOP
from sandbox.testing import TEST_SECRET, SandboxServer
from tests.sandbox.conftest import Listener, signature

CONTRACTS = """{ subscriptionContracts(first: 10) { nodes { id status nextBillingDate revisionId
  customer { id email } lines(first: 5) { nodes { title quantity currentPrice { amount currencyCode } } } } } }"""
CYCLE = """query($id: ID!, $index: Int!) {
  subscriptionBillingCycle(billingCycleInput: {contractId: $id, selector: {index: $index}}) {
    cycleIndex status skipped billingAttemptExpectedDate billingAttempts(first: 5) { nodes { idempotencyKey } } } }"""
ATTEMPT = """mutation($id: ID!, $index: Int!, $key: String!) { subscriptionBillingAttemptCreate(
  subscriptionContractId: $id,
  subscriptionBillingAttemptInput: {idempotencyKey: $key, billingCycleSelector: {index: $index}}) {
    subscriptionBillingAttempt { id ready state { __typename } } userErrors { field message code } } }"""
STATE = """query($id: ID!) { subscriptionBillingAttempt(id: $id) { ready errorCode order { id } state { __typename
  ... on SubscriptionBillingAttemptSuccessState { order { id name lineItems(first: 5) { nodes {
     title contract { id } } } } } } } }"""


def exchange(sandbox: SandboxServer, shop: str = SHOP, **changes: Any) -> httpx.Response:
    body = {
        "client_id": "test-key",
        "client_secret": TEST_SECRET,
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": sandbox.id_token(shop),
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
        "expiring": "1",
        **changes,
    }
    return httpx.post(f"{sandbox.url}/shops/{shop}/admin/oauth/access_token", json=body)


def test_a_cycle_is_charged_once_and_everyone_hears_of_it(sandbox: SandboxServer, app: Listener) -> None:
    sandbox.tiny(contracts=1)
    token = exchange(sandbox).json()["access_token"]

    contract = sandbox.data(CONTRACTS, token=token)["subscriptionContracts"]["nodes"][0]
    assert contract["status"] == "ACTIVE"
    assert contract["lines"]["nodes"][0]["currentPrice"] == {"amount": "14.0", "currencyCode": "USD"}

    asked = {"id": contract["id"], "index": 1}
    cycle = sandbox.data(CYCLE, asked, token=token)["subscriptionBillingCycle"]
    assert (cycle["status"], cycle["skipped"]) == ("UNBILLED", False)
    assert cycle["billingAttemptExpectedDate"] == "2027-01-01T09:00:00Z"

    sandbox.set_clock(datetime(2027, 1, 1, 9, tzinfo=UTC))
    made = sandbox.data(ATTEMPT, {**asked, "key": "one"}, token=token)["subscriptionBillingAttemptCreate"]
    assert made["userErrors"] == []
    attempt = made["subscriptionBillingAttempt"]
    assert attempt["state"]["__typename"] == "SubscriptionBillingAttemptPendingState"
    assert sandbox.world.ledger.payments() == []  # asynchronous: nothing is captured yet

    sandbox.settle()
    sandbox.drain()
    state = sandbox.data(STATE, {"id": attempt["id"]}, token=token)["subscriptionBillingAttempt"]
    assert state["state"]["__typename"] == "SubscriptionBillingAttemptSuccessState"
    assert state["state"]["order"]["lineItems"]["nodes"][0]["contract"]["id"] == contract["id"]
    assert state["order"]["id"] == state["state"]["order"]["id"]  # the deprecated field says the same
    assert sandbox.data(CYCLE, asked, token=token)["subscriptionBillingCycle"]["status"] == "BILLED"

    [payment] = sandbox.world.ledger.payments(SHOP)
    assert (payment["cycle_index"], payment["key"], payment["amount"]) == (1, "one", "18.50")
    assert sandbox.world.ledger.violations() == []
    assert sandbox.world.ledger.due_unbilled(sandbox.world.now()) == []

    [told] = [r for r in app.received if r["topic"] == "subscription_billing_attempts/success"]
    assert told["headers"]["x-shopify-hmac-sha256"] == signature(told["body"])
    assert json.loads(told["body"])["idempotency_key"] == "one"
    assert {"orders/create", "subscription_contracts/update", "inventory_levels/update"} <= set(app.topics())
