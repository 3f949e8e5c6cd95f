"""A merchant swaps an item of a subscription in the admin, moves a date, and takes both back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from sandbox.shopify import products
from shopify_app.contracts.models import Contract
from shopify_app.kit.gid import number_of
from tests.browser.stage import Stage
from tests.support.app import Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOUGHT = datetime(2026, 11, 4, 15, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    """A subscription of one coffee; the shop sells another, which no subscription has yet."""
    with telling(postgres_url, redis_url) as told:
        grown = tiny.grow(told.world, at=NOW, created_at=BOUGHT)
        dark = products.create(told.world, grown.shop, "Harbor Dark")
        products.add_variant(told.world, grown.shop, dark, "250 g", "20.00", sku="HD-250")
        told.install()
        yield told


def test_an_item_is_swapped_a_date_moved_and_both_taken_back(story: Story, page: Page) -> None:
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    stage = Stage(page, story.sandbox.url, story.ctx)
    with story.ctx.db.session() as session:
        number = number_of(session.scalars(select(Contract.shopify_gid)).one())
    frame = stage.open(f"/contracts/{number}")

    frame.get_by_role("link", name="Swap: House Blend").click()
    frame.get_by_role("button", name="Choose from all products").click()
    picker = page.get_by_role("dialog", name="Select variants")
    picker.get_by_role("radio", name="Harbor Dark").check()
    picker.get_by_role("button", name="Select").click()
    frame.get_by_role("option", name="Harbor Dark, 250 g: $20.00", selected=True).wait_for(state="attached")
    assert not stage.serious_issues()
    frame.get_by_role("button", name="Show what changes").click()
    frame.get_by_text("1 × House Blend, 250 g: $14.00 each").wait_for()
    frame.get_by_text("1 × Harbor Dark, 250 g: $20.00 each").wait_for()
    assert not stage.serious_issues()
    frame.get_by_role("button", name="Swap", exact=True).dblclick()
    frame.get_by_role("link", name="Swap: Harbor Dark").wait_for()
    assert _titles(story, number) == ["Harbor Dark"]
    assert not stage.serious_issues()

    frame.get_by_role("button", name="Undo").click()
    frame.get_by_role("link", name="Swap: House Blend").wait_for()
    assert _titles(story, number) == ["House Blend"]

    frame.get_by_role("link", name="Move: Fri, Dec 4").click()
    frame.get_by_label("New day").fill("2026-12-07")
    frame.get_by_role("button", name="Show what changes").click()
    frame.get_by_text("moves to Mon, Dec 7, 2026").wait_for()
    assert not stage.serious_issues()
    frame.get_by_role("button", name="Move", exact=True).dblclick()
    frame.get_by_role("link", name="Move: Mon, Dec 7").wait_for()
    frame.get_by_role("button", name="Undo").click()
    frame.get_by_role("link", name="Move: Fri, Dec 4").wait_for()
    page.set_viewport_size({"width": 320, "height": 800})
    assert stage.width_overflow() == 0
    assert stage.bounces == 0


def _titles(story: Story, number: str) -> list[str]:
    """What the subscription holds at Shopify."""
    row = story.world.of("contracts", story.shop_domain)[int(number)]
    return [line["title"] for line in row["lines"]]
