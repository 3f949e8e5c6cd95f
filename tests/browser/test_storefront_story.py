"""A shopper subscribes on the product page by keyboard, checks out, and skips in the storefront's account block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shopify_app.contracts.models import BillingCycle
from tests.browser.stage import ARTIFACTS, AXE
from tests.proxy.shop import ADDRESS, ROOT, grow
from tests.support.app import Story
from tests.support.stories import story

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["story"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.shifted += each.value;
}).observe({type: "layout-shift", buffered: true});"""


def check(page: Page, name: str, most: float = 0) -> None:
    """Nothing moved by itself (by `most` of the page), and axe finds nothing serious; leaves a picture."""
    assert page.evaluate("window.shifted") <= most
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTIFACTS / f"storefront-{name}.png"))


def test_a_shopper_subscribes_by_keyboard_and_skips_the_next_order(story: Story, page: Page) -> None:
    front = grow(story)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.add_init_script(SHIFTS)
    page.set_viewport_size({"width": 800, "height": 800})
    page.goto(f"{story.sandbox.url}{ROOT}/products/house-blend")
    once, weekly = page.get_by_label("One-time purchase"), page.get_by_label("Every week")
    once.focus()
    page.keyboard.press("ArrowDown")
    assert weekly.is_checked()
    page.get_by_text("Then on: December 8, 2026 · December 15, 2026").wait_for()
    assert page.locator("[data-perennial-input]").input_value() == str(front.weekly)
    assert "$12.60" in page.locator("label", has=weekly).inner_text()
    page.get_by_label("Size").select_option("1 kg")
    page.get_by_text("$36.00", exact=True).wait_for()
    assert "Save $4.00" in page.locator("label", has=weekly).inner_text()
    assert "Every week: $36.00 Save $4.00" in page.locator("[data-perennial-live]").inner_text()
    check(page, "product")

    page.get_by_role("button", name="Add to cart").click()
    page.get_by_text("Subscriptions in your cart").wait_for()
    page.goto(f"{story.sandbox.url}{ROOT}/checkout")
    for name, words in ADDRESS.items():
        page.locator(f"#{name}").fill(words)
    page.get_by_role("button", name="Pay now").click()
    page.get_by_text("Thank you").wait_for()
    story.settle()

    page.get_by_role("link", name="Your account").click()
    page.get_by_text("Next order: Tuesday, December 8, 2026").wait_for()
    check(page, "account", 0.01)  # what comes next is asked for once the page stands
    page.get_by_role("button", name="Skip this order").press("Enter")
    page.get_by_text("This order is skipped.").wait_for()
    page.get_by_text("Next order: Tuesday, December 15, 2026").wait_for()
    with story.ctx.db.session() as session:
        assert session.query(BillingCycle).filter_by(skipped=True).count() == 1
