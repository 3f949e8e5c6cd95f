"""Making plans in the admin's frame: checked by axe at two widths, published once, sold with a product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from sandbox.seeds import tiny
from sandbox.shopify import products
from tests.browser.stage import ARTIFACTS, HANDLE, Stage
from tests.support.app import telling

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(page: Page, postgres_url: str, redis_url: str) -> Iterator[Stage]:
    """An installed shop with two products and no plans."""
    with telling(postgres_url, redis_url) as story:
        with story.world.locked():
            made = tiny.grow(story.world)
            products.create(story.world, made.shop, "Rose Tea")
        story.install()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        stage = Stage(page, story.sandbox.url, story.ctx)
        stage.world = story.world  # type: ignore[attr-defined]
        yield stage


def _look(stage: Stage, name: str) -> None:
    stage.shot(name)
    assert not stage.serious_issues(), name
    stage.shot(f"{name}-320", 320, 640)
    assert stage.width_overflow() <= 0, f"{name} is wider than 320 pixels"
    stage.page.set_viewport_size({"width": 1280, "height": 900})


def test_plans_are_made_published_and_sold_with_a_product(stage: Stage):
    frame = stage.open("/plans")
    frame.get_by_text("Nothing is offered on subscription yet").wait_for()
    _look(stage, "plans-none")
    frame.get_by_role("link", name="New plans").or_(frame.get_by_role("button", name="New plans")).click()
    frame.get_by_role("textbox", name="Per cent or amount", exact=True).fill("150")
    frame.get_by_role("button", name="Show what it means").click()
    frame.get_by_text("Enter a number above 0 and up to 100").wait_for()
    _look(stage, "plans-form")
    frame.get_by_role("textbox", name="Per cent or amount", exact=True).fill("15")
    frame.get_by_role("button", name="Show what it means").click()
    frame.get_by_text("An item: $20.00 → $17.00 every 4 weeks").wait_for()
    _look(stage, "plans-preview")
    frame.get_by_role("button", name="Publish to Shopify").click()
    frame.get_by_role("heading", name="Plans to choose from").wait_for()
    frame.get_by_role("button", name="Choose products").or_(frame.get_by_role("link", name="Choose products")).click()
    frame.get_by_label("Search products").fill("hou")
    frame.get_by_role("button", name="Search").click()
    frame.get_by_label("Rose Tea").wait_for(state="detached")
    frame.get_by_label("House Blend").check()
    _look(stage, "plans-products")
    frame.get_by_role("button", name="Sell with these plans").click()
    frame.get_by_role("heading", name="Plans to choose from").wait_for()
    frame.get_by_text("House Blend: $14.00 → $11.90 every 4 weeks").wait_for()
    _look(stage, "plans-sold")
    world = stage.world  # type: ignore[attr-defined]
    (group,) = world.of("selling_plan_groups", tiny.SHOP).all()
    assert group["product_ids"] == [world.of("products", tiny.SHOP).all()[0]["id"]]
    assert [(plan["name"], plan["pricing"][0]["value"]) for plan in group["plans"]] == [("Every 4 weeks", "15.0")]
    assert stage.bounces == 0


def test_plans_are_made_on_the_products_own_page_and_a_contract_is_opened_from_the_admin(stage: Stage):
    world, page = stage.world, stage.page  # type: ignore[attr-defined]
    product = world.of("products", tiny.SHOP).all()[0]["id"]
    page.goto(f"{stage.sandbox_url}/store/{HANDLE}/products")
    page.get_by_role("link", name="House Blend").click()
    action = page.frame_locator("iframe[name=action]")
    open_it = page.get_by_role("button", name="Perennial: subscription plans")
    open_it.click()
    action.get_by_text("Your shop has no plans yet.").wait_for()
    action.get_by_role("button", name="New plans").click()
    action.get_by_label("Per cent or amount").fill("150")
    action.get_by_role("button", name="Publish").click()
    action.get_by_text("Enter a number above 0 and up to 100").wait_for()
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "plans-on-product.png")
    action.get_by_label("Per cent or amount").fill("20")
    action.get_by_role("button", name="Publish").click()
    page.get_by_role("button", name="Edit Every 4 weeks").click()
    action.get_by_label("Deliver every").fill("2")
    action.get_by_label("What shoppers choose").fill("")
    action.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Edit Every 2 weeks").wait_for()
    (group,) = world.of("selling_plan_groups", tiny.SHOP).all()
    assert group["product_ids"] == [product] and group["plans"][0]["pricing"][0]["value"] == "20.0"
    open_it.click()
    action.get_by_role("button", name="Take off this product").click()
    action.get_by_role("button", name="Offer with this product").wait_for()
    assert world.of("selling_plan_groups", tiny.SHOP).all()[0]["product_ids"] == []
    contract = world.of("contracts", tiny.SHOP).all()[0]["id"]
    page.goto(f"{stage.sandbox_url}/store/{HANDLE}/subscriptions")
    page.get_by_role("link", name=str(contract)).click()
    stage.frame.get_by_role("heading", name=f"Subscription #{contract}").wait_for()
