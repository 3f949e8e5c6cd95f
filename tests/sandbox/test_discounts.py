"""Discounts on contracts: codes and the merchant's own, through drafts, and what a charge then comes to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import discount_codes
from sandbox.testing import SandboxServer
from tests.sandbox.test_drafts import COMMIT, REMOVE, Drafting, codes

APPLY = """mutation($draft: ID!, $code: String!) { subscriptionDraftDiscountCodeApply(
  draftId: $draft, redeemCode: $code) { appliedDiscount { id redeemCode rejectionReason }
  draft { discounts(first: 5) { nodes { __typename } }
    lines(first: 1) { nodes { lineDiscountedPrice { amount } discountAllocations { amount { amount } } } } }
  userErrors { code } } }"""
ADD = """mutation($draft: ID!, $input: SubscriptionManualDiscountInput!) { subscriptionDraftDiscountAdd(
  draftId: $draft, input: $input) { discountAdded { id title entitledLines { all lines(first: 5) { nodes { id } } } }
  userErrors { code } } }"""
TAKE_OFF = """mutation($draft: ID!, $id: ID!) { subscriptionDraftDiscountRemove(draftId: $draft, discountId: $id) {
  discountRemoved { __typename } userErrors { code } } }"""
CONTRACT = """query($id: ID!) { subscriptionContract(id: $id) {
  discounts(first: 5) { nodes { id title type usageCount recurringCycleLimit
    value { ... on SubscriptionDiscountPercentageValue { percentage }
            ... on SubscriptionDiscountFixedAmountValue { appliesOnEachItem amount { amount } } } } }
  lines(first: 5) { nodes { quantity currentPrice { amount } lineDiscountedPrice { amount } } } } }"""


@pytest.fixture
def drafting(sandbox: SandboxServer) -> Drafting:
    return Drafting(sandbox)


def control(drafting: Drafting, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = httpx.post(f"{drafting.sandbox.url}/_control{path}", json=body, timeout=10)
    return answer.raise_for_status().json()  # type: ignore[no-any-return]


def contract(drafting: Drafting) -> tuple[list[dict[str, Any]], list[str]]:
    """The contract's discounts, and what each line costs after them."""
    seen = drafting.ask(CONTRACT, id=drafting.id)
    return seen["discounts"]["nodes"], [line["lineDiscountedPrice"]["amount"] for line in seen["lines"]["nodes"]]


def test_a_code_takes_its_share_off_the_lines_until_it_is_used_up(drafting: Drafting) -> None:
    world = drafting.sandbox.world
    discount_codes.create(world, SHOP, "WELCOME10", title="Welcome back", percentage=10, limit=1, uses_left=1)
    draft = drafting.open()
    answer = drafting.ask(APPLY, draft=draft, code="welcome10")
    assert answer["appliedDiscount"]["redeemCode"] == "WELCOME10"
    assert answer["appliedDiscount"]["rejectionReason"] is None
    assert answer["draft"]["discounts"]["nodes"] == [{"__typename": "SubscriptionAppliedCodeDiscount"}]
    (line,) = answer["draft"]["lines"]["nodes"]
    assert (line["lineDiscountedPrice"]["amount"], line["discountAllocations"][0]["amount"]["amount"]) == (
        "12.6",
        "1.4",
    )
    assert codes(drafting.ask(APPLY, draft=draft, code="WELCOME10")) == ["INVALID"]
    assert contract(drafting) == ([], ["14.0"])
    drafting.ask(COMMIT, draft=draft)
    (found,), prices = contract(drafting)
    assert (found["title"], found["type"], found["usageCount"], prices) == (
        "Welcome back",
        "CODE_DISCOUNT",
        0,
        ["12.6"],
    )
    assert (
        drafting.ask(APPLY, draft=drafting.open(), code="WELCOME10")["appliedDiscount"] is None
    )  # it has it already

    drafting.sandbox.advance(timedelta(days=31))
    control(drafting, f"/shops/{SHOP}/contracts/{drafting.row['id']}/attempt")
    drafting.sandbox.drain()
    assert [payment["amount"] for payment in world.ledger.payments()] == ["17.10"]  # with 4.50 for its delivery
    (found,), prices = contract(drafting)
    assert (found["usageCount"], prices) == (1, ["14.0"])


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (None, "NOT_FOUND"),
        ({"is_active": False}, "CURRENTLY_INACTIVE"),
        ({"on_subscriptions": False}, "INCOMPATIBLE_PURCHASE_TYPE"),
        ({"uses_left": 0}, "USAGE_LIMIT_REACHED"),
        ({"minimum": "20.00"}, "PURCHASE_NOT_IN_RANGE"),
        ({"variants": []}, "NO_ENTITLED_LINE_ITEMS"),
    ],
)
def test_a_rejected_code_is_told_and_left_out_of_the_commit(
    drafting: Drafting, values: dict[str, Any] | None, reason: str
) -> None:
    if values is not None:
        discount_codes.create(drafting.sandbox.world, SHOP, "SPRING", percentage=10, **values)
    draft = drafting.open()
    answer = drafting.ask(APPLY, draft=draft, code="SPRING")
    assert answer["appliedDiscount"]["rejectionReason"] == reason and codes(answer) == []
    assert codes(drafting.ask(COMMIT, draft=draft)) == []
    assert contract(drafting) == ([], ["14.0"])


def test_manual_discounts_come_one_after_the_other_and_go_again(drafting: Drafting) -> None:
    draft = drafting.open()
    half = {"title": "Sorry", "value": {"percentage": 50}, "entitledLines": {"all": True}, "recurringCycleLimit": 2}
    assert drafting.ask(ADD, draft=draft, input=half)["discountAdded"]["entitledLines"]["all"] is True
    fixed = {"value": {"fixedAmount": {"amount": 2.5, "appliesOnEachItem": True}}}
    added = drafting.ask(ADD, draft=draft, input=fixed | {"entitledLines": {"lines": {"add": [drafting.line]}}})
    assert added["discountAdded"]["entitledLines"]["lines"]["nodes"] == [{"id": drafting.line}]
    drafting.ask(COMMIT, draft=draft)
    (first, second), prices = contract(drafting)
    assert (first["value"], second["value"]["amount"], prices) == ({"percentage": 50}, {"amount": "2.5"}, ["4.5"])

    draft = drafting.open()
    assert codes(drafting.ask(TAKE_OFF, draft=draft, id=first["id"])) == []
    assert codes(drafting.ask(TAKE_OFF, draft=draft, id=first["id"])) == ["ALREADY_REMOVED"]
    assert contract(drafting)[1] == ["4.5"]
    drafting.ask(COMMIT, draft=draft)
    assert contract(drafting)[1] == ["11.5"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"value": {"percentage": 101}, "entitledLines": {"all": True}}, "NOT_IN_RANGE"),
        ({"value": {}, "entitledLines": {"all": True}}, "INVALID_ADJUSTMENT_VALUE"),
        ({"value": {"fixedAmount": {"amount": 0}}, "entitledLines": {"all": True}}, "GREATER_THAN"),
        ({"value": {"percentage": 5}}, "NO_ENTITLED_LINES"),
        ({"value": {"percentage": 5}, "entitledLines": {"all": True}, "recurringCycleLimit": 0}, "GREATER_THAN"),
    ],
)
def test_what_a_manual_discount_may_not_be(drafting: Drafting, given: dict[str, Any], code: str) -> None:
    assert codes(drafting.ask(ADD, draft=drafting.open(), input=given)) == [code]


def test_an_amount_off_the_whole_is_shared_by_the_lines_to_the_cent(drafting: Drafting) -> None:
    row = drafting.row
    row["lines"].append({**row["lines"][0], "id": "another", "price": "7.00", "quantity": 3})
    drafting.sandbox.world.of("contracts", SHOP).put(row)
    draft = drafting.open()
    given = {"value": {"fixedAmount": {"amount": 1, "appliesOnEachItem": False}}, "entitledLines": {"all": True}}
    drafting.ask(ADD, draft=draft, input=given)
    drafting.ask(COMMIT, draft=draft)
    assert contract(drafting)[1] == ["13.6", "20.4"]
    draft = drafting.open()
    drafting.ask(REMOVE, draft=draft, line=drafting.line)
    drafting.ask(COMMIT, draft=draft)
    assert contract(drafting)[1] == ["20.0"]


def test_a_code_is_made_over_the_control_api(drafting: Drafting) -> None:
    path = f"/shops/{SHOP}/discount_codes"
    made = control(drafting, path, {"code": "FIVER", "amount": "5.00"})
    assert made["id"] == "FIVER"
    assert drafting.ask(APPLY, draft=drafting.open(), code="fiver")["appliedDiscount"]["rejectionReason"] is None
