"""One cycle's own contents: edit, commit, charge, undo (schema 2026-10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import attempts, contracts, payment_methods, products, stock
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from tests.sandbox.conftest import Listener
from tests.sandbox.test_drafts import ADD, CHANGE, COMMIT, OPEN, SWAP, UPDATE, codes

DUE = datetime(2027, 1, 1, 9, tzinfo=UTC)
EDIT = """mutation($id: ID!, $index: Int!) {
  subscriptionBillingCycleContractEdit(billingCycleInput: {contractId: $id, selector: {index: $index}}) {
    draft { id billingCycle { cycleIndex } lines(first: 5) { nodes { id quantity } } }
    userErrors { code field } } }"""
EDITED = "lines(first: 5) { nodes { title quantity currentPrice { amount } } } deliveryPrice { amount } note"
KEEP = f"""mutation($draft: ID!) {{ subscriptionBillingCycleContractDraftCommit(draftId: $draft) {{
  contract {{ {EDITED} createdAt updatedAt billingCycles(first: 3) {{ nodes {{ cycleIndex }} }} }}
  userErrors {{ code }} }} }}"""
SEEN = f"""query($id: ID!, $index: Int!) {{
  subscriptionBillingCycle(billingCycleInput: {{contractId: $id, selector: {{index: $index}}}}) {{
    edited editedContract {{ {EDITED} customerPaymentMethod {{ id }} }} sourceContract {{ note }} }} }}"""
DELETE = """mutation($id: ID!, $index: Int!) {
  subscriptionBillingCycleEditDelete(billingCycleInput: {contractId: $id, selector: {index: $index}}) {
    billingCycles { cycleIndex edited } userErrors { code } } }"""
DELETE_ALL = """mutation($id: ID!) { subscriptionBillingCycleEditsDelete(contractId: $id, targetSelection: ALL) {
  billingCycles { cycleIndex edited } userErrors { code } } }"""
ORDERS = """query($id: ID!) { subscriptionContract(id: $id) { orders(first: 5) { nodes {
  totalPriceSet { shopMoney { amount } } lineItems(first: 5) { nodes { quantity } } } } } }"""


class Editing:
    """A monthly contract of one bag at 14.00 and 4.50 for shipping, and its cycles."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox, self.world = sandbox, sandbox.world
        made = sandbox.tiny(contracts=1)
        self.row, self.product = made.contracts[0], made.product
        self.id = gid("SubscriptionContract", self.row["id"])
        self.line = gid("SubscriptionLine", self.row["lines"][0]["id"])
        self.token = sandbox.access_token()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.sandbox.data(query, variables, token=self.token)
        return next(iter(answer.values()))  # type: ignore[no-any-return]

    def open(self, index: int = 1) -> str:
        answer = self.ask(EDIT, id=self.id, index=index)
        assert answer["userErrors"] == []
        return str(answer["draft"]["id"])

    def set_quantity(self, quantity: int, index: int = 1) -> dict[str, Any]:
        draft = self.open(index)
        assert codes(self.ask(CHANGE, draft=draft, line=self.line, input={"quantity": quantity})) == []
        return self.ask(KEEP, draft=draft)

    def seen(self, index: int = 1) -> dict[str, Any]:
        return self.ask(SEEN, id=self.id, index=index)

    def charge(self, index: int) -> str:
        attempts.begin(self.world, SHOP, self.row, index, f"k{index}")
        self.sandbox.settle()
        return str(self.world.ledger.payments()[-1]["amount"])


@pytest.fixture
def editing(sandbox: SandboxServer) -> Editing:
    return Editing(sandbox)


def test_an_edit_holds_for_one_cycle(editing: Editing) -> None:
    kept = editing.set_quantity(3)
    assert kept["userErrors"] == [] and kept["contract"]["lines"]["nodes"][0]["quantity"] == 3
    assert kept["contract"]["billingCycles"]["nodes"] == [{"cycleIndex": 1}]
    assert editing.seen(1)["edited"] is True
    assert editing.seen(1)["editedContract"]["lines"]["nodes"][0]["quantity"] == 3
    assert editing.seen(2)["edited"] is False and editing.seen(2)["editedContract"] is None
    assert editing.row["lines"][0]["quantity"] == 1


def test_nothing_changes_before_the_commit(editing: Editing) -> None:
    editing.ask(CHANGE, draft=editing.open(), line=editing.line, input={"quantity": 3})
    assert editing.seen(1)["edited"] is False


def test_the_charge_and_the_order_follow_the_edited_contract(editing: Editing) -> None:
    editing.set_quantity(3)
    editing.sandbox.set_clock(DUE + timedelta(days=32))
    assert (editing.charge(1), editing.charge(2)) == ("46.50", "18.50")
    _origin, *nodes = editing.ask(ORDERS, id=editing.id)["orders"]["nodes"]
    assert [order["lineItems"]["nodes"][0]["quantity"] for order in nodes] == [3, 1]
    assert [order["totalPriceSet"]["shopMoney"]["amount"] for order in nodes] == ["46.5", "18.5"]


def test_a_line_added_for_one_cycle_needs_stock_for_that_cycle_only(editing: Editing) -> None:
    rare = products.add_variant(editing.world, SHOP, editing.product, "1 kg", "50.00", sku="HB-1000", available=0)
    draft = editing.open()
    given = {"productVariantId": gid("ProductVariant", rare["id"]), "quantity": 1, "currentPrice": "45.00"}
    assert codes(editing.ask(ADD, draft=draft, input=given)) == []
    assert codes(editing.ask(KEEP, draft=draft)) == []
    editing.sandbox.set_clock(DUE)
    attempts.begin(editing.world, SHOP, editing.row, 1, "k1")
    editing.sandbox.settle()
    assert attempts.of_contract(editing.world, SHOP, editing.row["id"])[0]["code"] == "INSUFFICIENT_INVENTORY"
    stock.set_available(editing.world, SHOP, rare["inventory_item_id"], 1)
    assert editing.charge(1) == "63.50"


def test_another_card_for_one_cycle(editing: Editing) -> None:
    other = payment_methods.create(editing.world, SHOP, editing.row["customer_id"])
    draft = editing.open()
    given = {"paymentMethodId": gid("CustomerPaymentMethod", other["id"]), "note": "a gift"}
    assert codes(editing.ask(UPDATE, draft=draft, input=given)) == []
    assert codes(editing.ask(KEEP, draft=draft)) == []
    seen = editing.seen()
    assert seen["editedContract"]["customerPaymentMethod"]["id"] == given["paymentMethodId"]
    assert (seen["editedContract"]["note"], seen["sourceContract"]["note"]) == ("a gift", None)
    editing.world.faults.set({"outcomes": {other["id"]: "CARD_DECLINED"}})
    editing.sandbox.set_clock(DUE)
    attempts.begin(editing.world, SHOP, editing.row, 1, "k1")
    editing.sandbox.settle()
    assert attempts.of_contract(editing.world, SHOP, editing.row["id"])[0]["code"] == "CARD_DECLINED"


def test_a_second_edit_goes_on_from_the_first_and_a_concurrent_one_is_stale(editing: Editing) -> None:
    editing.set_quantity(3)
    stale = editing.open()
    assert editing.ask(EDIT, id=editing.id, index=1)["draft"]["lines"]["nodes"][0]["quantity"] == 3
    editing.set_quantity(4)
    assert codes(editing.ask(KEEP, draft=stale)) == ["STALE_CONTRACT"]
    assert editing.seen()["editedContract"]["lines"]["nodes"][0]["quantity"] == 4


def test_each_kind_of_draft_has_its_own_commit(editing: Editing) -> None:
    assert codes(editing.ask(COMMIT, draft=editing.open())) == ["BILLING_CYCLE_PRESENT"]
    plain = str(editing.ask(OPEN, id=editing.id)["draft"]["id"])
    assert codes(editing.ask(KEEP, draft=plain)) == ["BILLING_CYCLE_ABSENT"]
    done = editing.open()
    assert codes(editing.ask(KEEP, draft=done)) == []
    assert codes(editing.ask(KEEP, draft=done)) == ["COMMITTED"]


@pytest.mark.parametrize("name", ["billing", "delivery"])
def test_policies_stay_out_of_a_cycle(editing: Editing, name: str) -> None:
    given = {f"{name}Policy": {"interval": "WEEK", "intervalCount": 1}}
    answer = editing.ask(UPDATE, draft=editing.open(), input=given)
    assert codes(answer) == [f"BILLING_CYCLE_CONTRACT_DRAFT_{name.upper()}_POLICY_INVALID"]


def test_the_contract_takes_no_edit_while_a_coming_cycle_has_one(editing: Editing) -> None:
    before = str(editing.ask(OPEN, id=editing.id)["draft"]["id"])
    editing.set_quantity(3)
    assert codes(editing.ask(OPEN, id=editing.id)) == ["HAS_FUTURE_EDITS"]
    assert codes(editing.ask(COMMIT, draft=before)) == ["HAS_FUTURE_EDITS"]
    swap = {"currentPrice": "15.00"}
    assert codes(editing.ask(SWAP, id=editing.id, line=editing.line, input=swap)) == ["HAS_FUTURE_EDITS"]
    editing.sandbox.set_clock(DUE)
    editing.charge(1)
    assert codes(editing.ask(OPEN, id=editing.id)) == []


def test_an_edit_is_undone(editing: Editing) -> None:
    assert codes(editing.ask(DELETE, id=editing.id, index=1)) == ["NO_CYCLE_EDITS"]
    editing.set_quantity(3)
    assert editing.ask(DELETE, id=editing.id, index=1)["billingCycles"] == [{"cycleIndex": 1, "edited": False}]
    assert editing.seen()["editedContract"] is None
    editing.sandbox.set_clock(DUE)
    assert editing.charge(1) == "18.50"


def test_all_coming_edits_are_undone_at_once(editing: Editing) -> None:
    assert codes(editing.ask(DELETE_ALL, id=editing.id)) == ["NO_CYCLE_EDITS"]
    for index in (3, 1, 2):
        editing.set_quantity(3, index)
    editing.sandbox.set_clock(DUE)
    editing.charge(1)
    undone = editing.ask(DELETE_ALL, id=editing.id)["billingCycles"]
    assert undone == [{"cycleIndex": 2, "edited": False}, {"cycleIndex": 3, "edited": False}]
    assert editing.seen(1)["edited"] is True


def test_a_billed_cycle_an_unknown_one_and_a_cancelled_contract_take_no_edit(editing: Editing) -> None:
    assert codes(editing.ask(EDIT, id=editing.id, index=99_999)) == ["CYCLE_INDEX_OUT_OF_RANGE"]
    editing.sandbox.set_clock(DUE)
    editing.charge(1)
    assert codes(editing.ask(EDIT, id=editing.id, index=1)) == ["INVALID"]
    contracts.change(editing.world, SHOP, editing.row, status="CANCELLED")
    assert codes(editing.ask(EDIT, id=editing.id, index=2)) == ["INVALID"]


def test_the_app_hears_of_an_edit_and_the_contract_stays_silent(editing: Editing, app: Listener) -> None:
    revision = editing.row["revision_id"]
    editing.set_quantity(3)
    editing.set_quantity(4)
    editing.ask(DELETE, id=editing.id, index=1)
    editing.sandbox.drain()
    edits = [topic for topic in app.topics() if "edits" in topic]
    assert edits == [f"subscription_billing_cycle_edits/{event}" for event in ("create", "update", "delete")]
    assert editing.row["revision_id"] == revision and "subscription_contracts/update" not in app.topics()
