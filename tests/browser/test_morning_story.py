"""A merchant's morning: what needs a person is met on Home, and dealt with from there by clicks alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from sandbox.shopify import products, stock
from sandbox.world.store import Row
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.lines import Quantity
from shopify_app.fulfillment.models import Change
from shopify_app.kit.gid import gid
from shopify_app.stock import settings
from shopify_app.stock.policy import TELL, Terms
from tests.browser.stage import ARTIFACTS, Stage
from tests.support.app import Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INSTALLED = datetime(2026, 12, 3, 14, tzinfo=UTC)
MORNING = datetime(2026, 12, 13, 14, 30, tzinfo=UTC)
"""Sunday, half past nine in New York; what is due today was due at nine."""
LATE, FAILING, SHORT, CHANGED = range(4)


@pytest.fixture
def morning(postgres_url: str, redis_url: str) -> Iterator[tuple[Story, list[Row]]]:
    """One order forgotten in an outage, one that fails for the shop's own account, one sold out, one changed."""
    with telling(postgres_url, redis_url) as story:
        grown = tiny.grow(story.world, at=INSTALLED, contracts=0)
        with story.world.locked():
            rare = products.create(story.world, grown.shop, "Rare Lot")
            gone = products.add_variant(story.world, grown.shop, rare, "250 g", "21.00", sku="RL", available=5)
        bought = [datetime(2026, 11, day, 14, tzinfo=UTC) for day in (4, 13, 13, 14)]
        goods = [grown.variant, grown.variant, gone, grown.variant]
        found = [
            tiny.add_contract(story.world, grown.shop, good["id"], created_at=at)
            for good, at in zip(goods, bought, strict=True)
        ]
        story.install(klaviyo=True)
        with story.ctx.db.session() as session:
            settings.put(session, story.shop.id, settings.PRODUCT, gid("Product", rare["id"]), Terms(action=TELL))
        with story.world.locked():
            card = {found[FAILING]["payment_method_id"]: "MERCHANT_ACCOUNT_ERROR"}
            story.world.faults.set({"outcomes": card})
            story.world.clock.set(datetime(2026, 12, 12, 13, tzinfo=UTC))  # nobody worked for nine days
        story.settle()
        with story.world.locked():
            stock.set_available(story.world, grown.shop, gone["inventory_item_id"], 0)
        story.settle()
        _change(story, found[CHANGED])
        story.advance(MORNING, step=timedelta(hours=25))
        yield story, found


def _gid(row: Row) -> str:
    return gid("SubscriptionContract", row["id"])


def _change(story: Story, row: Row) -> None:
    """Its shopper wants two bags of what ships tomorrow."""
    with story.ctx.db.session() as session:
        contract = session.scalars(select(Contract).where(Contract.shopify_gid == _gid(row))).one()
        line = contract.lines[0].shopify_gid
    target = Target(story.shop.id, _gid(row), f"shopper:{contract.customer_gid}")
    assert door.carry_out(story.ctx, Quantity(line, 2), target, "two-bags").is_done


def _fits(stage: Stage, name: str) -> None:
    """Axe finds nothing serious, and nothing is cut off on a phone."""
    stage.shot(name)
    assert not stage.serious_issues(), name
    stage.shot(f"{name}-320", 320, 640)
    assert stage.width_overflow() <= 0, f"{name} is wider than 320 pixels"
    assert not stage.serious_issues(), f"{name} at 320"
    stage.page.set_viewport_size({"width": 1280, "height": 900})


@dataclass
class Merchant:
    """Who has Home open, and deals with what stands there by clicks alone."""

    stage: Stage
    frame: FrameLocator

    def press(self, name: str) -> None:
        """A button of this name; one that leads to another page is a link."""
        pattern = re.compile(f"^{re.escape(name)}")
        self.frame.get_by_role("button", name=pattern).or_(self.frame.get_by_role("link", name=pattern)).first.click()

    def home(self, *headings: str, without: str = "") -> None:
        """Go back to Home by the menu, where these groups are, with their numbers."""
        self.stage.page.get_by_role("navigation").get_by_role("link", name="Perennial").click()
        self.frame.get_by_role("heading", name="What needs you").wait_for()
        for heading in headings:
            self.frame.get_by_role("heading", name=heading, exact=True).wait_for()
        assert not without or not self.frame.get_by_role("heading", name=without).count()


def test_a_parked_charge_a_failed_one_a_stock_decision_and_a_change_are_dealt_with_from_home(
    morning: tuple[Story, list[Row]], page: Page
) -> None:
    story, found = morning
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    stage = Stage(page, story.sandbox.url, story.ctx)
    merchant = Merchant(stage, stage.open("/"))
    merchant.home("Charges that wait for you: 1", "Failed charges that you can mend: 1")
    merchant.home("Orders in which something is out of stock: 1", "Changes to what ships until tomorrow: 5")
    _fits(stage, "morning-home")
    needs = merchant.frame.locator("s-section").filter(
        has=merchant.frame.get_by_role("heading", name="What needs you")
    )
    stage.page.set_viewport_size({"width": 1280, "height": 2200})  # else the frame cuts it off
    needs.screenshot(path=ARTIFACTS / "morning-needs.png")
    stage.page.set_viewport_size({"width": 1280, "height": 900})

    merchant.press("Release: Alex Marsh 1")
    merchant.frame.get_by_role("heading", name=re.compile("^Release .*2026")).wait_for()
    merchant.press("Release")
    merchant.frame.get_by_role("heading", name="What happened").wait_for()
    story.settle()
    assert _paid(story, found[LATE]) == [1]

    with story.world.locked():  # the account at the payment provider is in order again
        story.world.faults.set({"outcomes": {found[FAILING]["payment_method_id"]: "settle"}})
    merchant.home("Failed charges that you can mend: 1", without="Charges that wait")
    merchant.press("Mended? Try all again")
    merchant.press("Try all again")
    merchant.frame.get_by_role("heading", name="Payments", exact=True).wait_for()
    story.advance(timedelta(minutes=5))
    assert _paid(story, found[FAILING]) == [1]

    merchant.home("Orders in which something is out of stock: 1", without="Failed charges")
    merchant.press("Skip this order: Alex Marsh 3")
    merchant.frame.get_by_role("heading", name="Skip Sun, Dec 13, 2026?").wait_for()
    merchant.press("Skip")
    merchant.frame.get_by_role("button", name="Undo").wait_for()
    assert story.world.of("contracts", story.shop_domain)[found[SHORT]["id"]]["cycles"]["1"]["skipped"]
    story.settle()

    merchant.home(without="Orders in which")
    merchant.press("See all changes")
    merchant.frame.get_by_text("2 × House Blend").first.wait_for()
    merchant.press("Acknowledge all")
    merchant.frame.get_by_text(re.compile("changes acknowledged")).first.wait_for()
    merchant.home()
    merchant.frame.get_by_text("Nothing needs you.").wait_for()
    _fits(stage, "morning-done")
    _told(story, found)
    _history(merchant, found[FAILING])
    assert stage.bounces == 0


def _paid(story: Story, row: Row) -> list[int]:
    """The cycles that Shopify's ledger has a payment of."""
    return [each["cycle_index"] for each in story.world.ledger.payments() if each["contract_id"] == row["id"]]


def _told(story: Story, found: list[Row]) -> None:
    """Nobody was charged twice or for what is not there; Klaviyo has the events, and the feed the rows."""
    assert [_paid(story, row) for row in found] == [[1], [1], [], []] and not story.world.ledger.violations()
    heard = [(event["metric"], event["profile"]["email"][:8]) for event in story.stored_events()]
    for metric, who in (("Processed", LATE), ("Processed", FAILING), ("Skipped", SHORT)):
        assert heard.count((f"{metric} Subscription Order", f"shopper{who + 1}")) == 1, heard
    with story.ctx.db.session() as session:
        rows = session.scalars(select(Change).where(~Change.is_void)).all()
    taken = {row.contract_gid: (row.groups, row.acknowledged_by) for row in rows if row.acknowledged_by}
    assert "items" in taken[_gid(found[CHANGED])][0] and taken[_gid(found[CHANGED])][1].startswith("merchant:")
    assert any(row.contract_gid == _gid(found[SHORT]) and "dates" in row.groups for row in rows)


def _history(merchant: Merchant, row: Row) -> None:
    """What failed and what was paid stand in one line of time, with the calls behind them."""
    merchant.stage.open(f"/contracts/{row['id']}")
    merchant.press("The same, by kind")
    merchant.frame.get_by_role("link", name="Calls to Shopify").click()
    merchant.frame.get_by_role("heading", name="Calls to Shopify").wait_for()
    merchant.frame.get_by_text("try 2").wait_for()
    merchant.frame.get_by_text("The call").first.click()
    merchant.frame.get_by_text(re.compile("^Key ")).first.wait_for()
    _fits(merchant.stage, "morning-history")
