"""A merchant pauses the subscribers of one product: found, ticked, looked at, done, kept as a file, taken back."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.seeds import tiny
from sandbox.shopify import products
from sandbox.world.store import Row
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.statuses import Cancel, Pause
from shopify_app.kit.gid import gid
from tests.browser.stage import Stage
from tests.support.app import Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
FIRST, SECOND, LEAVING, PAUSED, OTHER = range(5)


@pytest.fixture
def shop(postgres_url: str, redis_url: str) -> Iterator[tuple[Story, list[Row]]]:
    """Four subscribers of a rare coffee, of whom one pauses already; and one of another coffee."""
    with telling(postgres_url, redis_url) as story:
        grown = tiny.grow(story.world, at=NOW, contracts=0)
        with story.world.locked():
            coffee = products.create(story.world, grown.shop, "Rare Lot")
            rare = products.add_variant(story.world, grown.shop, coffee, "250 g", "21.00", sku="RL", available=50)
        goods = [rare, rare, rare, rare, grown.variant]
        rows = [tiny.add_contract(story.world, grown.shop, each["id"]) for each in goods]
        story.install()
        _does(story, rows[PAUSED], Pause())
        yield story, rows


def test_many_are_paused_at_once_and_those_that_were_changed_go_on_again(
    shop: tuple[Story, list[Row]], page: Page
) -> None:
    story, rows = shop
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    stage = Stage(page, story.sandbox.url, story.ctx)
    frame = stage.open("/contracts")
    _find_and_tick(frame)

    frame.get_by_role("button", name="Change the chosen").click()
    frame.get_by_role("combobox", name="What to do").select_option(label="Pause")
    frame.get_by_role("button", name="Go on").click()
    frame.get_by_label("Until").fill("2026-12-01")
    frame.get_by_role("button", name="Check").click()
    frame.get_by_text("Choose a day after today.").wait_for()
    frame.get_by_label("Until").fill("")
    frame.get_by_role("button", name="Check").click()

    frame.get_by_text("Nothing is changed yet.").first.wait_for()
    story.settle()
    frame.get_by_text(
        "It can be done with 3 subscriptions, and not with 1."
    ).wait_for()  # the page asked again itself
    frame.get_by_text("1 subscription: The subscription is like that already.").wait_for()
    frame.get_by_role("link", name=f"#{rows[PAUSED]['id']}").wait_for()
    frame.get_by_text("$76.50 less would be charged, before taxes.").wait_for()
    assert _statuses(story, rows) == ["ACTIVE", "ACTIVE", "ACTIVE", "PAUSED", "ACTIVE"]
    stage.fits("bulk-weighed")

    _does(story, rows[LEAVING], Cancel("too_expensive"))  # somebody is quicker
    frame.get_by_role("button", name="Pause (3 subscriptions)").dblclick()
    frame.get_by_text("3 to go").wait_for()
    story.settle()
    frame.get_by_text("Done: 2. Not possible: 1.").wait_for()
    frame.get_by_text("1 subscription: The subscription has ended.").wait_for()
    assert _statuses(story, rows) == ["PAUSED", "PAUSED", "CANCELLED", "PAUSED", "ACTIVE"]
    assert _file(stage) == {
        rows[FIRST]["id"]: ["Done", "Paused"],
        rows[SECOND]["id"]: ["Done", "Paused"],
        rows[LEAVING]["id"]: ["Not possible", "The subscription has ended."],
        rows[PAUSED]["id"]: ["Left out", "The subscription is like that already."],
    }

    frame.get_by_role("button", name="Take it back").click()
    frame.get_by_role("heading", name="Take back: pause").wait_for()
    story.settle()
    frame.get_by_role("button", name="Take back: pause (2 subscriptions)").click()
    frame.get_by_text("2 to go").wait_for()
    story.settle()
    assert _statuses(story, rows) == ["ACTIVE", "ACTIVE", "CANCELLED", "PAUSED", "ACTIVE"]
    frame.get_by_text("Done: 2. Not possible: 0.").wait_for()
    frame.get_by_role("link", name="Bulk changes").click()
    frame.get_by_role("link", name="Take back: pause", exact=True).wait_for()
    frame.get_by_role("link", name="Pause", exact=True).wait_for()
    assert not stage.bounces


def _find_and_tick(frame: FrameLocator) -> None:
    """All subscribers of the rare coffee, by the filter, and none else."""
    frame.get_by_text("More filters").click()
    frame.get_by_role("combobox", name="Product").select_option(label="Rare Lot")
    frame.get_by_role("status").filter(has_text="4 subscriptions").wait_for()
    for box in frame.get_by_role("checkbox", name=re.compile("^Choose #")).all():
        box.check()


def _file(stage: Stage) -> dict[int, list[str]]:
    """What the downloaded file says of each subscription."""
    with stage.page.expect_download() as arriving:
        stage.frame.get_by_role("button", name="Each result as CSV").click()
    head, *lines = csv.reader(Path(arriving.value.path()).read_text("utf-8-sig").splitlines())
    assert head == ["Subscription", "Result", "Why"]
    return {int(number): rest for number, *rest in lines}


def _does(story: Story, row: Row, action: Action) -> None:
    """Its shopper does this."""
    target = Target(story.shop.id, gid("SubscriptionContract", row["id"]), "shopper:1")
    assert door.carry_out(story.ctx, action, target, f"{action.name}-{row['id']}").is_done
    story.settle()


def _statuses(story: Story, rows: list[Row]) -> list[str]:
    """The statuses at Shopify."""
    there = story.world.of("contracts", story.shop_domain)
    return [there[row["id"]]["status"] for row in rows]
