"""A shopper's life: subscribes on the product page, changes what there is in the account, mends a card, leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shopify_app.channels.klaviyo import connect
from shopify_app.edits.contract import goods
from shopify_app.journal.models import Fact
from shopify_app.kit.gid import gid
from shopify_app.leaving import store
from shopify_app.leaving.regions import Region
from shopify_app.tasks.models import Task
from tests.browser.shopper_stage import ShopperStage
from tests.proxy.shop import ADDRESS, ROOT, grow
from tests.support.app import KLAVIYO_KEY, Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DUE = datetime(2026, 12, 8, 15, tzinfo=UTC)
"""After the first charge of a weekly subscription made on December 1st."""


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    """A coffee in two sizes and with two plans, in a shop that gives a discount to who stays."""
    with telling(postgres_url, redis_url) as told:
        front = grow(told)
        connect.connect(told.ctx, told.shop.id, KLAVIYO_KEY)
        for variant in (front.small, front.large):
            assert goods.learn(told.ctx, told.shop.id, gid("ProductVariant", variant)) is None
        with told.ctx.db.session() as session:
            offer = store.Offer(True, 20, 3, "Thank you for staying")
            assert store.save_offer(session, told.shop.id, offer, "merchant:1", told.now)
            here = Region("*", True, withdrawal_days=14, exempt="Opened bags of coffee.")
            assert store.save_region(session, told.shop.id, here, "merchant:1", told.now)
        yield told


def test_from_the_product_page_to_the_end(story: Story, page: Page) -> None:
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    contract = _subscribe(story, page)
    number = contract["id"]
    stage = ShopperStage(page, story.sandbox.url)
    stage.sign_in(contract["customer_id"])
    order = contract["origin_order_id"]
    stage.account(f"/thank-you/{order}").get_by_text("You have subscribed").wait_for()
    stage.account(f"/orders/{order}").get_by_text("Next order on Tue, December 8, 2026").wait_for()
    stage.account("/profile").get_by_role("link", name="Manage").click()
    page.wait_for_url(f"**/pages/subscriptions/contracts/{number}")
    account = stage.account("/pages/subscriptions/")
    account.get_by_role("button", name="Manage 1 × House Blend").press("Enter")
    account.get_by_role("heading", name="Next order").wait_for()
    assert page.url.endswith(f"/pages/subscriptions/contracts/{number}")
    stage.fits("account-contract")

    _skip_and_undo(story, stage, account, number)
    _swap_and_move_house(story, account, number)
    account = _mend_the_card(story, stage, number)

    account.get_by_role("button", name="Cancel subscription").click()
    account.get_by_role("button", name="Cancel now").wait_for()
    account.get_by_label("Why do you cancel?").select_option("too_much")
    account.get_by_text("Skip the next order and keep the rest.").wait_for()
    account.get_by_label("Why do you cancel?").select_option("too_expensive")
    account.get_by_text("Stay, and get 20% off each of the next 3 orders.").wait_for()
    stage.fits("account-cancel")
    _do(account, "Take the discount")
    (given,) = _there(story, number)["discounts"]
    assert (given["title"], given["limit"]) == ("Thank you for staying", 3), given

    account.get_by_role("button", name="Pause", exact=True).click()
    account.get_by_role("button", name="Show what changes").click()
    account.get_by_role("button", name="Pause", exact=True).click()
    account.get_by_text("Done: Pause").wait_for()
    assert _there(story, number)["status"] == "PAUSED"
    _do(account, "Resume")

    account.get_by_role("button", name="Cancel subscription").click()
    account.get_by_role("button", name="Cancel now").click()
    account.get_by_text("This subscription has ended. You can subscribe again in the shop.").wait_for()
    assert _there(story, number)["status"] == "CANCELLED"
    # Shopify reactivates no cancelled subscription, so nothing promises it
    assert (
        account.get_by_role("button", name="Reactivate").or_(account.get_by_role("button", name="Resume")).count()
        == 0
    )

    account.get_by_role("button", name="Withdraw from contract here").click()
    account.get_by_text("The shop says: Opened bags of coffee.").wait_for()
    assert _kinds(story, "subscription.withdrawn") == [], "the first step declares nothing"
    stage.fits("account-withdraw")
    account.get_by_role("button", name="Confirm withdrawal").dblclick()
    account.get_by_text("You withdrew from this contract: Thu, December 10").wait_for()
    _heard(story, contract["customer_id"])


def _subscribe(story: Story, page: Page) -> dict[str, Any]:
    """Buy the weekly coffee on its product page; returns the contract that Shopify made of it."""
    page.goto(f"{story.sandbox.url}{ROOT}/products/house-blend")
    page.get_by_label("Every week").check()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_text("Subscriptions in your cart").wait_for()
    page.goto(f"{story.sandbox.url}{ROOT}/checkout")
    for name, words in ADDRESS.items():
        page.locator(f"#{name}").fill(words)
    page.get_by_role("button", name="Pay now").click()
    page.get_by_text("Thank you").wait_for()
    story.settle()
    return story.world.of("contracts", story.shop_domain).all()[-1]


def _skip_and_undo(story: Story, stage: ShopperStage, account: FrameLocator, number: int) -> None:
    account.get_by_role("button", name="Skip: Tue, December 8, 2026").press("Enter")
    account.get_by_text("Then: Tue, December 15, 2026").wait_for()
    stage.fits("account-skip")
    account.get_by_role("button", name="Skip", exact=True).dblclick()
    account.get_by_role("button", name="Undo").wait_for()
    account.get_by_text("Tue, December 8, 2026: skipped").first.wait_for()
    assert _skipped(story, number) == 1
    account.get_by_role("button", name="Undo").click()
    account.get_by_role("button", name="Skip: Tue, December 8, 2026").wait_for()
    assert _skipped(story, number) == 0


def _swap_and_move_house(story: Story, account: FrameLocator, number: int) -> None:
    account.get_by_role("button", name="Swap an item").click()
    account.get_by_role("button", name="Show what changes").click()
    account.get_by_text("Then: 1 × House Blend, 1 kg").wait_for()
    account.get_by_role("button", name="Swap an item").click()
    account.get_by_text("Done: Swap an item").wait_for()
    assert _there(story, number)["lines"][0]["sku"] == "HB-1000"

    account.get_by_role("button", name="Change address", exact=True).click()
    account.get_by_label("Last name").fill("Field")
    account.get_by_label("Street and number").fill("")
    account.get_by_role("button", name="Show what changes").click()
    account.get_by_text("Fill this in.").wait_for()
    account.get_by_label("Street and number").fill("7 Quince Lane")
    account.get_by_label("Street and number").press("Enter")
    account.get_by_text("7 Quince Lane").first.wait_for()
    account.get_by_role("button", name="Change address", exact=True).click()
    account.get_by_text("Done: Change address").wait_for()
    assert _there(story, number)["delivery"]["address"]["address1"] == "7 Quince Lane"


def _mend_the_card(story: Story, stage: ShopperStage, number: int) -> FrameLocator:
    """The charge fails; the account says so; another card pays it, once. Returns the page of the subscription."""
    with story.world.locked():
        story.world.faults.set({"outcomes": {"*": "EXPIRED_CARD"}})
    story.advance(DUE, step=timedelta(days=4))
    with story.world.locked():
        story.world.faults.clear("outcomes")
    assert story.world.ledger.payments() == [], "nobody was charged yet"
    stage.account("").get_by_text("The last payment failed.").wait_for()
    account = stage.account(f"/pages/subscriptions/contracts/{number}")
    account.get_by_text("The last payment failed.").wait_for()
    stage.fits("account-failed")
    account.get_by_role("button", name="Replace the payment method").click()
    stage.page.get_by_role("button", name="Use a new card").click()
    story.settle()
    story.advance(timedelta(minutes=5), step=timedelta(minutes=5))
    story.advance(timedelta(days=2), step=timedelta(days=1))
    assert len(story.world.ledger.payments()) == 1, "the failed cycle is charged once"
    account = stage.account(f"/pages/subscriptions/contracts/{number}")
    account.get_by_text("Tue, December 15, 2026").first.wait_for()
    assert account.get_by_text("The last payment failed.").count() == 0
    return account


def _do(account: FrameLocator, deed: str) -> None:
    """Open a deed that asks for nothing, see what it changes, and do it."""
    account.get_by_role("button", name=deed, exact=True).click()
    account.get_by_role("heading", name="What changes").wait_for()
    account.get_by_role("button", name=deed, exact=True).click()
    account.get_by_text(f"Done: {deed}").wait_for()


def _there(story: Story, number: int) -> dict[str, Any]:
    """The contract as Shopify has it."""
    return story.world.of("contracts", story.shop_domain)[number]


def _heard(story: Story, customer: int) -> None:
    """Klaviyo has the events, the history the rows by the shopper, the warehouse's feed what changed."""
    story.settle()
    sent = {event["metric"] for event in story.stored_events()}
    wanted = ("Started", "Swapped", "Changed", "Charge Failed", "Charge Recovered", "Paused",
              "Resumed", "Cancelled", "Withdrawn")  # fmt: skip
    assert not [word for word in wanted if not any(word in metric for metric in sent)], sent
    kinds = ("order.skipped", "order.unskipped", "subscription.item_swapped", "subscription.address_changed",
             "subscription.discount_added", "subscription.cancelled", "subscription.withdrawn")  # fmt: skip
    assert all(_kinds(story, kind) == [f"shopper:{customer}"] for kind in kinds)
    with story.ctx.db.session() as session:
        assert [task.kind for task in session.query(Task)] == ["withdrawal"]


def _kinds(story: Story, kind: str) -> list[str]:
    """Who did what the history tells of this kind."""
    with story.ctx.db.session() as session:
        return [row.actor for row in session.query(Fact).filter_by(kind=kind).order_by(Fact.id)]


def _skipped(story: Story, number: int) -> int:
    """How many orders to come Shopify holds as skipped."""
    return sum(1 for each in _there(story, number).get("cycles", {}).values() if each.get("skipped"))
