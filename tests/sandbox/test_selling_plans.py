"""Selling plan groups: made, changed, attached and refused (SellingPlanGroupUserErrorCode of schema 2026-10)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import selling_plans
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from tests.sandbox.conftest import Listener

GROUP = """id name merchantCode appId options productsCount { count } products(first: 5) { nodes { id } }
  sellingPlans(first: 31) { nodes { id name options position category
    billingPolicy { ... on SellingPlanRecurringBillingPolicy { interval intervalCount minCycles maxCycles
      anchors { type day month cutoffDay } } }
    deliveryPolicy { ... on SellingPlanRecurringDeliveryPolicy { interval intervalCount cutoff
      anchors { type day } } }
    pricingPolicies { ... on SellingPlanFixedPricingPolicy { adjustmentType adjustmentValue { ...Value } }
      ... on SellingPlanRecurringPricingPolicy { afterCycle adjustmentType adjustmentValue { ...Value } } } } }"""
VALUE = """ fragment Value on SellingPlanPricingPolicyAdjustmentValue {
  ... on MoneyV2 { amount currencyCode } ... on SellingPlanPricingPolicyPercentageValue { percentage } }"""
ERRORS = "userErrors { code field message }"
CREATE = f"""mutation($input: SellingPlanGroupInput!, $resources: SellingPlanGroupResourceInput) {{
  sellingPlanGroupCreate(input: $input, resources: $resources) {{
    sellingPlanGroup {{ {GROUP} }} {ERRORS} }} }}{VALUE}"""
UPDATE = f"""mutation($id: ID!, $input: SellingPlanGroupInput!) {{ sellingPlanGroupUpdate(id: $id, input: $input) {{
  sellingPlanGroup {{ {GROUP} }} deletedSellingPlanIds {ERRORS} }} }}{VALUE}"""
DELETE = f"""mutation($id: ID!) {{ sellingPlanGroupDelete(id: $id) {{ deletedSellingPlanGroupId {ERRORS} }} }}"""
ADD = f"""mutation($id: ID!, $products: [ID!]!) {{ sellingPlanGroupAddProducts(id: $id, productIds: $products) {{
  sellingPlanGroup {{ {GROUP} }} {ERRORS} }} }}{VALUE}"""
REMOVE = f"""mutation($id: ID!, $products: [ID!]!) {{
  sellingPlanGroupRemoveProducts(id: $id, productIds: $products) {{ removedProductIds {ERRORS} }} }}"""
LIST = """query($query: String) { sellingPlanGroups(first: 10, query: $query) { nodes { name } } }"""
MONTHLY: dict[str, Any] = {
    "name": "Every month",
    "options": ["1 month"],
    "category": "SUBSCRIPTION",
    "billingPolicy": {"recurring": {"interval": "MONTH", "intervalCount": 1}},
    "deliveryPolicy": {"recurring": {"interval": "MONTH", "intervalCount": 1, "cutoff": 2}},
    "pricingPolicies": [{"fixed": {"adjustmentType": "PERCENTAGE", "adjustmentValue": {"percentage": 15}}}],
}


class Desk:
    """A shop with one product, and an app that offers it."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.product = gid("Product", sandbox.tiny(contracts=0).product["id"])
        self.token = sandbox.access_token()

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        return next(iter(self.sandbox.data(document, variables, token=self.token).values()))  # type: ignore[no-any-return]

    def make(self, *plans: dict[str, Any], **group: Any) -> dict[str, Any]:
        given = {"name": "Subscribe", "options": ["Every"], "sellingPlansToCreate": list(plans)}
        return self.ask(CREATE, input=given | group)


def with_(path: str, value: Any) -> dict[str, Any]:
    """The monthly plan with one thing changed; a path like "billingPolicy.recurring.minCycles"."""
    plan = deepcopy(MONTHLY)
    *places, last = path.split(".")
    at: Any = plan
    for place in places:
        at = at[int(place) if place.isdigit() else place]
    at[last] = value
    return plan


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["userErrors"]]


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    return Desk(sandbox)


def test_a_group_is_made_changed_attached_and_deleted_and_each_is_told(desk: Desk, app: Listener):
    prepaid = with_("billingPolicy.recurring.intervalCount", 3) | {"name": "Prepaid", "options": ["prepaid"]}
    prepaid["pricingPolicies"] = [
        {"fixed": {"adjustmentType": "FIXED_AMOUNT", "adjustmentValue": {"fixedValue": "6.00"}}},
        {"recurring": {"adjustmentType": "PRICE", "adjustmentValue": {"fixedValue": "9"}, "afterCycle": 2}},
    ]
    made = desk.make(MONTHLY, prepaid, merchantCode="code-1")["sellingPlanGroup"]
    monthly, other = made["sellingPlans"]["nodes"]
    assert monthly["deliveryPolicy"] == {"interval": "MONTH", "intervalCount": 1, "cutoff": 2, "anchors": []}
    assert monthly["pricingPolicies"] == [{"adjustmentType": "PERCENTAGE", "adjustmentValue": {"percentage": 15.0}}]
    assert other["billingPolicy"]["intervalCount"] == 3 and other["deliveryPolicy"]["intervalCount"] == 1
    money = {"amount": "6.0", "currencyCode": "USD"}
    assert other["pricingPolicies"][0]["adjustmentValue"] == money
    assert other["pricingPolicies"][1]["afterCycle"] == 2

    change = {"id": monthly["id"], "pricingPolicies": [], "name": "Monthly"}
    input = {"name": "Save", "sellingPlansToUpdate": [change], "sellingPlansToDelete": [other["id"]]}
    changed = desk.ask(UPDATE, id=made["id"], input=input)
    assert changed["deletedSellingPlanIds"] == [other["id"]]
    (left,) = changed["sellingPlanGroup"]["sellingPlans"]["nodes"]
    assert (left["id"], left["name"], left["pricingPolicies"]) == (monthly["id"], "Monthly", [])
    assert left["deliveryPolicy"]["cutoff"] == 2, "what is not given stays"

    for _ in range(2):  # attached twice, it is attached once
        attached = desk.ask(ADD, id=made["id"], products=[desk.product])["sellingPlanGroup"]
    assert [node["id"] for node in attached["products"]["nodes"]] == [desk.product]
    assert desk.ask(REMOVE, id=made["id"], products=[desk.product])["removedProductIds"] == [desk.product]
    assert desk.ask(DELETE, id=made["id"])["deletedSellingPlanGroupId"] == made["id"]
    assert codes(desk.ask(DELETE, id=made["id"])) == ["GROUP_DOES_NOT_EXIST"]
    desk.sandbox.drain()
    told = [topic for topic in app.topics() if topic.startswith("selling_plan_groups/")]
    assert told.count("selling_plan_groups/create") == told.count("selling_plan_groups/delete") == 1
    assert told.count("selling_plan_groups/update") == 4


def test_groups_of_other_apps_are_neither_listed_nor_changed(desk: Desk):
    plan = {"name": "Weekly", "interval": "WEEK", "interval_count": 1}
    with desk.sandbox.world.locked():
        row = selling_plans.create(desk.sandbox.world, SHOP, "Theirs", [], [plan], owner=selling_plans.OTHER)
    desk.make(MONTHLY)
    names = [node["name"] for node in desk.ask(LIST)["nodes"]]
    assert names == ["Subscribe"] == [node["name"] for node in desk.ask(LIST, query="app_id:CURRENT")["nodes"]]
    assert len(desk.ask(LIST, query="app_id:ALL")["nodes"]) == 2
    theirs = gid("SellingPlanGroup", row["id"])
    assert codes(desk.ask(UPDATE, id=theirs, input={"name": "Ours"})) == ["GROUP_DOES_NOT_EXIST"]
    assert codes(desk.ask(ADD, id=theirs, products=[desk.product])) == ["GROUP_DOES_NOT_EXIST"]


WEEKDAY = [{"type": "WEEKDAY", "day": 1}]
DAY_15, DAY_32 = [{"type": "MONTHDAY", "day": 15}], [{"type": "MONTHDAY", "day": 32}]
BOTH = {"percentage": 1, "fixedValue": "1"}
REFUSED = [
    ("name", " ", "BLANK"),
    ("billingPolicy", None, "SELLING_PLAN_BILLING_POLICY_MISSING"),
    ("deliveryPolicy", {}, "SELLING_PLAN_DELIVERY_POLICY_MISSING"),
    ("billingPolicy.recurring.intervalCount", 0, "GREATER_THAN_OR_EQUAL_TO"),
    ("billingPolicy.recurring.intervalCount", 48, "BILLING_POLICY_INTERVAL_TOO_LARGE"),
    ("deliveryPolicy.recurring.intervalCount", 2, "SELLING_PLAN_BILLING_CYCLE_MUST_BE_A_MULTIPLE_OF_DELIVERY_CYCLE"),
    ("deliveryPolicy.recurring.interval", "WEEK", "SELLING_PLAN_BILLING_CYCLE_MUST_BE_A_MULTIPLE_OF_DELIVERY_CYCLE"),
    ("billingPolicy.recurring.anchors", DAY_15, "SELLING_PLAN_BILLING_AND_DELIVERY_POLICY_ANCHORS_MUST_BE_EQUAL"),
    ("billingPolicy.recurring.anchors", DAY_32, "INCLUSION"),
    ("billingPolicy.recurring.anchors", WEEKDAY, "INVALID"),
    ("deliveryPolicy.recurring.cutoff", -1, "GREATER_THAN_OR_EQUAL_TO"),
    ("pricingPolicies.0.fixed.adjustmentValue", BOTH, "ONLY_NEED_ONE_PRICING_POLICY_VALUE"),
    ("pricingPolicies.0.fixed.adjustmentType", "PRICE", "PRICING_POLICY_ADJUSTMENT_VALUE_AND_TYPE_MUST_MATCH"),
    ("pricingPolicies.0.fixed.adjustmentValue", {"percentage": 101}, "LESS_THAN_OR_EQUAL_TO"),
    ("pricingPolicies", [{}], "ONLY_NEED_ONE_PRICING_POLICY_TYPE"),
    ("options", ["a", "b"], "SELLING_PLAN_MISSING_OPTION2_LABEL_ON_PARENT_GROUP"),
]


def test_what_is_wrong_is_named_and_nothing_is_made(desk: Desk):
    for path, value, code in REFUSED:
        answer = desk.make(with_(path, value))
        assert codes(answer) == [code] and answer["sellingPlanGroup"] is None, path
        (error,) = answer["userErrors"]
        assert error["field"][:2] == ["input", "sellingPlansToCreate"], path
    both = deepcopy(MONTHLY)
    both["billingPolicy"]["recurring"] |= {"minCycles": 3, "maxCycles": 3}
    assert codes(desk.make(both)) == ["SELLING_PLAN_MAX_CYCLES_MUST_BE_GREATER_THAN_MIN_CYCLES"]
    assert codes(desk.make()) == ["SELLING_PLAN_COUNT_LOWER_BOUND"]
    many = [MONTHLY | {"name": str(n), "options": [str(n)]} for n in range(32)]
    assert codes(desk.make(*many)) == ["SELLING_PLAN_COUNT_UPPER_BOUND"]
    assert codes(desk.make(MONTHLY, MONTHLY | {"options": ["x"]})) == ["SELLING_PLAN_DUPLICATE_NAME"]
    assert codes(desk.make(MONTHLY, MONTHLY | {"name": "x"})) == ["SELLING_PLAN_DUPLICATE_OPTIONS"]
    assert codes(desk.make(MONTHLY, name="")) == ["BLANK"]
    unknown = {"productIds": [gid("Product", 1)]}
    input = {"name": "Save", "options": ["Every"], "sellingPlansToCreate": [MONTHLY]}
    assert codes(desk.ask(CREATE, input=input, resources=unknown)) == ["PRODUCT_DOES_NOT_EXIST"]
    assert desk.ask(LIST)["nodes"] == []


def test_an_update_names_what_it_does_not_know(desk: Desk):
    made = desk.make(MONTHLY)["sellingPlanGroup"]
    (plan,) = made["sellingPlans"]["nodes"]
    nobody = gid("SellingPlan", 1)
    for input, code in (
        ({"sellingPlansToUpdate": [{"name": "x"}]}, "PLAN_ID_MUST_BE_SPECIFIED_TO_UPDATE"),
        ({"sellingPlansToUpdate": [{"id": nobody}]}, "PLAN_DOES_NOT_EXIST"),
        ({"sellingPlansToDelete": [nobody]}, "RESOURCE_LIST_CONTAINS_INVALID_IDS"),
        ({"sellingPlansToDelete": [plan["id"]]}, "SELLING_PLAN_COUNT_LOWER_BOUND"),
        ({"sellingPlansToCreate": [MONTHLY]}, "SELLING_PLAN_DUPLICATE_NAME"),
    ):
        assert codes(desk.ask(UPDATE, id=made["id"], input=input)) == [code]
    assert codes(desk.ask(ADD, id=made["id"], products=[gid("Product", 1)])) == ["PRODUCT_DOES_NOT_EXIST"]


def test_without_the_products_scope_nothing_is_written(desk: Desk):
    row = desk.sandbox.world.shops[SHOP]
    scopes = [scope for scope in row["install"]["scopes"] if scope != "write_products"]
    with desk.sandbox.world.locked():
        desk.sandbox.world.shops.put({**row, "install": {**row["install"], "scopes": scopes}})
    token = desk.sandbox.access_token()
    answer = desk.sandbox.call(DELETE, {"id": gid("SellingPlanGroup", 1)}, token=token)
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
