"""A shopper in their account: skips with undo, changes the address, takes an offer instead of cancelling, resumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from sandbox.seeds import tiny
from shopify_app.journal.models import Fact
from tests.browser.shopper_stage import ShopperStage
from tests.support.app import Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    """A shopper with a monthly coffee, next charged on January 1st."""
    with telling(postgres_url, redis_url) as told:
        tiny.grow(told.world, contracts=1)
        told.install(klaviyo=True)
        yield told


def test_skip_and_undo_address_offer_and_resume(story: Story, page: Page) -> None:
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    (contract,) = story.world.of("contracts", story.shop_domain).all()
    number = contract["id"]
    stage = ShopperStage(page, story.sandbox.url)
    stage.sign_in(contract["customer_id"])
    profile = stage.account("/profile")
    profile.get_by_text("Visa ending in 0001").wait_for()
    profile.get_by_role("link", name="Manage").click()
    page.wait_for_url(f"**/pages/subscriptions/contracts/{number}")
    account = stage.account("/pages/subscriptions/")
    account.get_by_role("button", name="Manage 1 × House Blend").press("Enter")
    account.get_by_role("heading", name="Next order").wait_for()
    assert page.url.endswith(f"/pages/subscriptions/contracts/{number}")
    stage.fits("account-contract")

    account.get_by_role("button", name="Skip: Fri, January 1, 2027").press("Enter")
    account.get_by_text("Then: Mon, February 1, 2027").wait_for()
    stage.fits("account-skip")
    account.get_by_role("button", name="Skip", exact=True).dblclick()
    account.get_by_role("button", name="Undo").wait_for()
    account.get_by_text("Fri, January 1, 2027: skipped").first.wait_for()
    assert _skipped(story, number) == 1
    account.get_by_role("button", name="Undo").click()
    account.get_by_role("button", name="Skip: Fri, January 1, 2027").wait_for()
    assert _skipped(story, number) == 0

    account.get_by_role("button", name="Change address", exact=True).click()
    account.get_by_label("Street and number").fill("")
    account.get_by_role("button", name="Show what changes").click()
    account.get_by_text("Fill this in.").wait_for()
    account.get_by_label("Street and number").fill("7 Quince Lane")
    account.get_by_label("Street and number").press("Enter")
    account.get_by_text("Then: Alex Marsh 1, 7 Quince Lane").wait_for()
    account.get_by_role("button", name="Change address", exact=True).click()
    account.get_by_text("Done: Change address").wait_for()
    kept = story.world.of("contracts", story.shop_domain)[number]["delivery"]["address"]
    assert kept["address1"] == "7 Quince Lane"

    account.get_by_role("button", name="Cancel subscription").click()
    account.get_by_role("button", name="Cancel now").wait_for()
    account.get_by_label("Why do you cancel?").select_option("too_much")
    account.get_by_text("Skip the next order and keep the rest.").wait_for()
    stage.fits("account-cancel")
    account.get_by_label("Why do you cancel?").select_option("not_satisfied")
    account.get_by_role("button", name="Pause", exact=True).click()
    account.get_by_role("button", name="Show what changes").click()
    account.get_by_role("button", name="Pause", exact=True).click()
    account.get_by_text("Done: Pause").wait_for()
    assert story.world.of("contracts", story.shop_domain)[number]["status"] == "PAUSED"
    account.get_by_role("button", name="Resume").click()
    account.get_by_role("button", name="Resume", exact=True).click()
    account.get_by_text("Done: Resume").wait_for()

    account.get_by_role("button", name="Cancel subscription").click()
    account.get_by_role("button", name="Cancel now").click()
    account.get_by_text("This subscription has ended.").wait_for()
    assert story.world.of("contracts", story.shop_domain)[number]["status"] == "CANCELLED"
    _heard(story)


def _heard(story: Story) -> None:
    """Klaviyo has the events, the feed the rows, each by the shopper."""
    story.settle()
    sent = {event["metric"] for event in story.stored_events()}
    assert {"Paused Subscription", "Cancelled Subscription"} <= sent, sent
    with story.ctx.db.session() as session:
        told = {row.kind: row.actor for row in session.query(Fact).order_by(Fact.id)}
    kinds = ("order.skipped", "order.unskipped", "subscription.address_changed", "subscription.cancelled")
    assert all(told[kind].startswith("shopper:") for kind in kinds), told


def _skipped(story: Story, number: int) -> int:
    """How many orders to come Shopify holds as skipped."""
    row = story.world.of("contracts", story.shop_domain)[number]
    return sum(1 for each in row.get("cycles", {}).values() if each.get("skipped"))
