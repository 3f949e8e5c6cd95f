"""Drafts: edit, then commit; and what the commit refuses (SubscriptionDraftErrorCode of schema 2026-10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import contracts, customers, payment_methods, products
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from tests.sandbox.conftest import Listener
from tests.sandbox.operations import CYCLES

OPEN = "mutation($id: ID!) { subscriptionContractUpdate(contractId: $id) { draft { id } userErrors { code } } }"
UPDATE = """mutation($draft: ID!, $input: SubscriptionDraftInput!) { subscriptionDraftUpdate(
  draftId: $draft, input: $input) { draft { note } userErrors { code field } } }"""
ADD = """mutation($draft: ID!, $input: SubscriptionLineInput!) { subscriptionDraftLineAdd(
  draftId: $draft, input: $input) { lineAdded { id } draft { linesAdded(first: 5) { nodes { id } } }
  userErrors { code } } }"""
REMOVE = """mutation($draft: ID!, $line: ID!) { subscriptionDraftLineRemove(draftId: $draft, lineId: $line) {
  lineRemoved { id } userErrors { code } } }"""
CHANGE = """mutation($draft: ID!, $line: ID!, $input: SubscriptionLineUpdateInput!) { subscriptionDraftLineUpdate(
  draftId: $draft, lineId: $line, input: $input) { lineUpdated { quantity } userErrors { code } } }"""
COMMIT = """mutation($draft: ID!) { subscriptionDraftCommit(draftId: $draft) { contract { id note revisionId
  lines(first: 5) { nodes { id title variantTitle quantity currentPrice { amount } } } } userErrors { code } } }"""
SWAP = """mutation($id: ID!, $line: ID!, $input: SubscriptionContractProductChangeInput!) {
  subscriptionContractProductChange(subscriptionContractId: $id, lineId: $line, input: $input) {
    lineUpdated { variantTitle quantity currentPrice { amount } } userErrors { code } } }"""
ATOMIC = """mutation($input: SubscriptionContractAtomicCreateInput!) {
  subscriptionContractAtomicCreate(input: $input) {
    contract { id status nextBillingDate customerPaymentMethod { id } }
    userErrors { code field message } } }"""


class Drafting:
    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        made = sandbox.tiny(contracts=1)
        self.row, self.product = made.contracts[0], made.product
        self.big = products.add_variant(sandbox.world, SHOP, made.product, "1 kg", "50.00", sku="HB-1000")
        self.id = gid("SubscriptionContract", self.row["id"])
        self.line = gid("SubscriptionLine", self.row["lines"][0]["id"])
        self.token = sandbox.access_token()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.sandbox.data(query, variables, token=self.token)
        return next(iter(answer.values()))  # type: ignore[no-any-return]

    def open(self) -> str:
        return str(self.ask(OPEN, id=self.id)["draft"]["id"])


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["userErrors"]]


@pytest.fixture
def drafting(sandbox: SandboxServer) -> Drafting:
    return Drafting(sandbox)


def test_nothing_changes_until_the_commit(drafting: Drafting, app: Listener) -> None:
    draft = drafting.open()
    drafting.ask(UPDATE, draft=draft, input={"note": "leave at the door"})
    drafting.ask(CHANGE, draft=draft, line=drafting.line, input={"quantity": 3, "currentPrice": "12.50"})
    added = {"productVariantId": gid("ProductVariant", drafting.big["id"]), "quantity": 1, "currentPrice": "45"}
    assert len(drafting.ask(ADD, draft=draft, input=added)["draft"]["linesAdded"]["nodes"]) == 1
    drafting.sandbox.drain()
    assert drafting.row["note"] is None and drafting.row["lines"][0]["quantity"] == 1 and app.received == []

    before = drafting.row["revision_id"]
    contract = drafting.ask(COMMIT, draft=draft)["contract"]
    lines = [(li["variantTitle"], li["quantity"], li["currentPrice"]["amount"]) for li in contract["lines"]["nodes"]]
    assert contract["note"] == "leave at the door"
    assert lines == [("250 g", 3, "12.5"), ("1 kg", 1, "45.0")]
    assert int(contract["revisionId"]) > before
    drafting.sandbox.drain()
    assert app.topics() == ["subscription_contracts/update"]
    assert codes(drafting.ask(COMMIT, draft=draft)) == ["COMMITTED"]


def test_a_commit_after_someone_elses_is_stale(drafting: Drafting) -> None:
    draft = drafting.open()
    contracts.change(drafting.sandbox.world, SHOP, drafting.row, note="someone else")
    assert codes(drafting.ask(COMMIT, draft=draft)) == ["STALE_CONTRACT"]


def test_removing_twice_and_removing_all(drafting: Drafting) -> None:
    draft = drafting.open()
    assert codes(drafting.ask(REMOVE, draft=draft, line=drafting.line)) == []
    assert codes(drafting.ask(REMOVE, draft=draft, line=drafting.line)) == ["ALREADY_REMOVED"]
    assert codes(drafting.ask(COMMIT, draft=draft)) == ["INVALID_LINES"]


def test_a_payment_method_of_another_customer_is_a_mismatch(drafting: Drafting) -> None:
    world = drafting.sandbox.world
    other = payment_methods.create(world, SHOP, customers.create(world, SHOP)["id"])
    asked = {"paymentMethodId": gid("CustomerPaymentMethod", other["id"])}
    assert codes(drafting.ask(UPDATE, draft=drafting.open(), input=asked)) == ["CUSTOMER_MISMATCH"]


def test_a_swap_keeps_the_quantity_and_takes_the_price_it_is_given(drafting: Drafting) -> None:
    asked = {"productVariantId": gid("ProductVariant", drafting.big["id"]), "currentPrice": "44.00"}
    line = drafting.ask(SWAP, id=drafting.id, line=drafting.line, input=asked)["lineUpdated"]
    assert line == {"variantTitle": "1 kg", "quantity": 1, "currentPrice": {"amount": "44.0"}}


def test_a_new_rhythm_begins_where_the_current_cycle_ends(drafting: Drafting) -> None:
    drafting.sandbox.advance(timedelta(days=40))  # into cycle 2, which ends on 1 February
    draft = drafting.open()
    weekly = {"interval": "WEEK", "intervalCount": 1}
    drafting.ask(UPDATE, draft=draft, input={"billingPolicy": weekly, "deliveryPolicy": weekly})
    assert codes(drafting.ask(COMMIT, draft=draft)) == []
    nodes = drafting.ask(CYCLES, id=drafting.id, **{"from": 1, "to": 4})["nodes"]
    assert [(n["cycleIndex"], n["billingAttemptExpectedDate"][:10]) for n in nodes] == [
        (1, "2027-01-01"),
        (2, "2027-02-01"),
        (3, "2027-02-08"),
        (4, "2027-02-15"),
    ]


def atomic(drafting: Drafting, **changes: Any) -> dict[str, Any]:
    line = {"productVariantId": gid("ProductVariant", drafting.big["id"]), "quantity": 1, "currentPrice": "45"}
    policy = {"interval": "MONTH", "intervalCount": 1}
    given = {
        "customerId": gid("Customer", drafting.row["customer_id"]),
        "currencyCode": "USD",
        "nextBillingDate": "2026-12-20T12:00:00Z",
        "contract": {
            "billingPolicy": policy,
            "deliveryPolicy": policy,
            "paymentMethodId": gid("CustomerPaymentMethod", drafting.row["payment_method_id"]),
        },
        "lines": [{"line": line}],
        **changes,
    }
    return drafting.ask(ATOMIC, input=given)


def test_an_atomic_contract_bills_first_on_its_next_billing_date(drafting: Drafting, app: Listener) -> None:
    made = atomic(drafting)["contract"]
    nodes = drafting.ask(CYCLES, id=made["id"], **{"from": 1, "to": 2})["nodes"]
    assert [n["billingAttemptExpectedDate"] for n in nodes] == ["2026-12-20T12:00:00Z", "2027-01-20T12:00:00Z"]
    drafting.sandbox.drain()
    assert app.topics() == ["subscription_contracts/create"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currencyCode": "JPY"}, "CURRENCY_NOT_ENABLED"),
        ({"customerId": "gid://shopify/Customer/1"}, "CUSTOMER_DOES_NOT_EXIST"),
        ({"lines": []}, "INVALID_LINES"),
        ({"contract": {}}, "PRESENCE"),
    ],
)
def test_atomic_refusals(drafting: Drafting, changes: dict[str, Any], code: str) -> None:
    assert codes(atomic(drafting, **changes)) == [code]


PRICED = """query($id: ID!) { subscriptionContract(id: $id) { lines(first: 5) { nodes { pricingPolicy {
  basePrice { amount } cycleDiscounts { afterCycle adjustmentType computedPrice { amount } adjustmentValue {
    ... on SellingPlanPricingPolicyPercentageValue { percentage } ... on MoneyV2 { amount } } } } } } } }"""


def test_a_line_keeps_the_price_policy_it_is_given(drafting: Drafting) -> None:
    draft = drafting.open()
    off = {
        "afterCycle": 0,
        "adjustmentType": "PERCENTAGE",
        "adjustmentValue": {"percentage": 10},
        "computedPrice": "45",
    }
    less = {
        "afterCycle": 3,
        "adjustmentType": "FIXED_AMOUNT",
        "adjustmentValue": {"fixedValue": "8"},
        "computedPrice": "42",
    }
    given = {"basePrice": "50", "cycleDiscounts": [off, less]}
    change = {"draft": draft, "line": drafting.line, "input": {"currentPrice": "45", "pricingPolicy": given}}
    twice = {**change, "input": {"pricingPolicy": {"basePrice": "50", "cycleDiscounts": [off, off]}}}
    assert codes(drafting.ask(CHANGE, **twice)) == ["CYCLE_DISCOUNTS_UNIQUE_AFTER_CYCLE"]
    drafting.ask(CHANGE, **change)
    drafting.ask(COMMIT, draft=draft)
    (line,) = drafting.ask(PRICED, id=drafting.id)["lines"]["nodes"]
    policy = line["pricingPolicy"]
    assert policy["basePrice"] == {"amount": "50.0"}
    steps = policy["cycleDiscounts"]
    assert [(step["afterCycle"], step["computedPrice"]["amount"]) for step in steps] == [(0, "45.0"), (3, "42.0")]
    assert [step["adjustmentValue"] for step in steps] == [{"percentage": 10.0}, {"amount": "8.0"}]
