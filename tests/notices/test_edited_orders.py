"""An order that another tool changed for one date: it is told, shown and judged by what it holds itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from shopify_app.billing import history, preview
from shopify_app.contracts import erase, reconcile
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.kit.gid import number_of
from shopify_app.shoppers.models import Shopper
from shopify_app.shops.tokens import with_client
from tests.support.app import Story

DAY = timedelta(days=1)
DUE = datetime(2027, 1, 1, 14, tzinfo=UTC)
EDIT = """mutation($id: ID!, $index: Int!) {
  done: subscriptionBillingCycleContractEdit(billingCycleInput: {contractId: $id, selector: {index: $index}}) {
    draft { id lines(first: 5) { nodes { id } } } userErrors { code } } }"""
LINE = """mutation($draft: ID!, $line: ID!, $input: SubscriptionLineUpdateInput!) {
  done: subscriptionDraftLineUpdate(draftId: $draft, lineId: $line, input: $input) { userErrors { code } } }"""
DRAFT = """mutation($draft: ID!, $input: SubscriptionDraftInput!) {
  done: subscriptionDraftUpdate(draftId: $draft, input: $input) { userErrors { code } } }"""
KEEP = """mutation($draft: ID!) {
  done: subscriptionBillingCycleContractDraftCommit(draftId: $draft) { userErrors { code } } }"""
UNDO = """mutation($id: ID!, $index: Int!) {
  done: subscriptionBillingCycleEditDelete(billingCycleInput: {contractId: $id, selector: {index: $index}}) {
    userErrors { code } } }"""


class Kitchen:
    """A month before the second charge of one subscription: one bag at 14.00, and 4.50 for shipping."""

    def __init__(self, story: Story) -> None:
        tiny.grow(story.world, at=DUE - 9 * DAY, created_at=DUE - 31 * DAY)
        self.story = story
        story.install(klaviyo=True)
        self.id, self.index = self.contract.shopify_gid, self.cycle.cycle_index

    @property
    def contract(self) -> Contract:
        with self.story.ctx.db.session() as session:
            return session.scalars(select(Contract)).one()

    @property
    def cycle(self) -> BillingCycle:
        with self.story.ctx.db.session() as session:
            open_ones = select(BillingCycle).where(BillingCycle.due_at > self.story.now)
            return session.scalars(open_ones.order_by(BillingCycle.expected_at)).first()

    def ask(self, text: str, **variables: Any) -> dict[str, Any]:
        """Another tool with the same rights asks Shopify."""
        client = self.story.ctx, self.story.shop.id
        answer = with_client(*client, lambda c: c.run_text(text, variables, name="Other")).data["done"]
        assert answer["userErrors"] == []
        return answer

    def edit(self, quantity: int) -> None:
        draft = self.ask(EDIT, id=self.id, index=self.index)["draft"]
        self.ask(LINE, draft=draft["id"], line=draft["lines"]["nodes"][0]["id"], input={"quantity": quantity})
        self.ask(DRAFT, draft=draft["id"], input={"note": "a gift", "deliveryPrice": "6.00"})
        self.ask(KEEP, draft=draft["id"])

    def undo(self) -> None:
        self.ask(UNDO, id=self.id, index=self.index)

    def events(self, metric: str) -> list[dict[str, Any]]:
        return [one["properties"] for one in self.story.stored_events() if one["metric"] == metric]

    def page(self) -> str:
        return self.story.open(f"/contracts/{number_of(self.id)}").text


@pytest.fixture
def kitchen(story: Story) -> Kitchen:
    return Kitchen(story)


def test_what_one_date_holds_is_announced_and_its_undoing_told_as_a_change(kitchen: Kitchen) -> None:
    story = kitchen.story
    kitchen.edit(quantity=3)
    story.settle()
    assert kitchen.contract.next_charge_total == Decimal("48.00")
    page = kitchen.page()
    assert "3 × House Blend" in page and "$48.00" in page and "Note: a gift" in page
    assert kitchen.cycle.contents["lines"][0]["quantity"] == 3
    story.advance(DUE - 7 * DAY + timedelta(hours=1), step=DAY)
    (told,) = kitchen.events("Upcoming Subscription Order")
    assert told["OrderTotal"] == "$48.00"
    assert [(one["Quantity"], one["LinePrice"]) for one in told["Items"]] == [(3, "$42.00")]
    assert "3 × House Blend" in httpx.get(told["SkipUrl"], timeout=15).text

    kitchen.undo()
    story.settle()
    story.advance(timedelta(minutes=10), step=timedelta(minutes=5))
    (changed,) = kitchen.events("Changed Upcoming Order")
    assert changed["Changes"] == ["items", "amount"]
    assert (changed["BeforeOrderTotal"], changed["AfterOrderTotal"]) == ("$48.00", "$18.50")
    assert [side[0]["Quantity"] for side in (changed["BeforeItems"], changed["AfterItems"])] == [3, 1]
    assert [one["Quantity"] for one in changed["Items"]] == [1]
    assert kitchen.cycle.contents is None and "a gift" not in kitchen.page()
    assert kitchen.contract.next_charge_total == Decimal("18.50")


def test_an_edit_nobody_told_us_of_is_found_and_charged_as_foretold(kitchen: Kitchen) -> None:
    story, ctx = kitchen.story, kitchen.story.ctx
    with story.world.locked():
        story.world.faults.set({"webhooks": {"loss": 1.0}})
    kitchen.edit(quantity=2)
    reconcile.run(ctx)
    kitchen.edit(quantity=3)  # the cycle was an edited one already: only its contents differ
    reconcile.run(ctx)
    assert kitchen.cycle.contents["lines"][0]["quantity"] == 3
    with story.world.locked():
        story.world.clock.set(DUE)
    (line,) = preview.lines(ctx, story.now)
    assert (line.verdict, line.amount) == ("charge", Decimal("48.00"))
    with ctx.db.session() as session:
        cycle = session.scalars(select(BillingCycle).where(BillingCycle.cycle_index == kitchen.index)).one()
        assert history.of(session, session.get_one(Contract, cycle.contract_id), cycle).amount == Decimal("48.00")
    story.settle()
    assert story.world.ledger.payments()[-1]["amount"] == f"{line.amount:.2f}"


def test_an_erased_shoppers_edited_order_says_no_longer_where_they_live(kitchen: Kitchen) -> None:
    story, ctx = kitchen.story, kitchen.story.ctx
    kitchen.edit(quantity=3)
    story.settle()
    assert kitchen.cycle.contents["delivery_method"]["address"] and kitchen.cycle.contents["note"] == "a gift"
    with ctx.db.session() as session:
        customer = session.scalars(select(Shopper)).one()
        (held,) = erase.held(session, story.shop.id, customer.shopify_gid)["contracts"]
        assert held["edited_orders"][0]["contents"]["note"] == "a gift"
        customer.redacted_at = story.now
        erase.erase(session, story.shop.id, customer.shopify_gid)
    reconcile.reread(ctx, story.shop, kitchen.id)  # Shopify still knows it
    kept = kitchen.cycle.contents
    assert (kept["delivery_method"]["address"], kept["note"], kept["lines"][0]["quantity"]) == (None, None, 3)
