"""From an empty browser to a charge and back: install, import, find, charge, uninstall, install again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from shopify_app.contracts import importer
from shopify_app.contracts.models import ContractImport
from tests.browser.stage import Stage
from tests.support.app import KLAVIYO_KEY, Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TODAY = datetime(2026, 12, 3, 20, tzinfo=UTC)
BOUGHT = datetime(2026, 11, 4, 15, tzinfo=UTC)
"""Monthly, so the next charge is on 4 December at 9:00 in New York."""
LATER = [datetime(2026, 11, 6 + number, 15, tzinfo=UTC) for number in range(20)]


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    """A shop with 26 subscriptions that does not have the app yet; one customer's data may not be seen."""
    with telling(postgres_url, redis_url) as told:
        tiny.grow(told.world, at=TODAY, created_at=BOUGHT, contracts=5, installed=False)
        tiny.add_contract(told.world, tiny.SHOP, created_at=BOUGHT, mail=False)
        for bought in LATER:
            tiny.add_contract(told.world, tiny.SHOP, created_at=bought)
        yield told


@pytest.fixture
def stage(page: Page, story: Story) -> Stage:
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return Stage(page, story.sandbox.url, story.ctx)


def _admin(stage: Stage, path: str = "") -> None:
    stage.page.goto(f"{stage.sandbox_url}/store/rosebud-coffee{path}")


def _install(stage: Stage) -> None:
    _admin(stage, "/apps/perennial")
    stage.page.get_by_role("button", name="Install").click()
    stage.frame.get_by_role("heading", name="Reading your subscriptions from Shopify").wait_for()


def _settle_until_read(story: Story, stage: Stage) -> None:
    """A slice may have to rest before the next one (machine time), so one settling may not be the whole import."""
    for _ in range(120):
        story.settle()
        with story.ctx.db.session() as session:
            if session.scalar(select(ContractImport.finished_at)) is not None:
                return
        stage.page.wait_for_timeout(500)
    raise AssertionError("the import did not end within a minute")


def test_a_shop_installs_is_charged_leaves_and_comes_back(
    story: Story, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = stage.frame
    _install(stage)
    frame.get_by_text("Step 1 of 3").wait_for()
    assert stage.bounces == 0, "the admin brought a token with the first load"

    with monkeypatch.context() as slowly:
        slowly.setattr(importer, "SLICE_SECONDS", 0.001)  # one page a slice, to see it on its way
        importer.drain(story.ctx)
        frame.get_by_text("10 subscriptions read so far.").wait_for()
        stage.shot("story-1-import")
        importer.drain(story.ctx)
        importer.drain(story.ctx)
        frame.get_by_text("Step 2 of 3").wait_for()
    story.settle()
    frame.get_by_role("heading", name="Reading your subscriptions from Shopify").wait_for(state="detached")
    frame.get_by_text("The busiest day is Fri, Dec 4 with 6.").wait_for()
    stage.shot("story-2-home")

    frame.get_by_role("link", name="Connect Klaviyo").click()
    frame.get_by_label("Private API key").fill(f"{KLAVIYO_KEY}x")
    frame.get_by_role("button", name="Connect").click()
    frame.get_by_text("Klaviyo does not know this key.").wait_for()
    frame.get_by_label("Private API key").fill(KLAVIYO_KEY)
    frame.get_by_role("button", name="Connect").click()
    frame.get_by_text("Key ending in").wait_for()
    stage.shot("story-3-klaviyo")

    stage.page.get_by_role("navigation").get_by_role("link", name="Subscriptions").last.click()
    frame.get_by_role("searchbox", name="Search").press_sequentially("shopper3@rosebud", delay=20)
    frame.get_by_role("status").filter(has_text="1 subscription").wait_for()
    stage.shot("story-4-found")
    frame.get_by_role("link", name="Alex Marsh 3").click()
    frame.get_by_text("Perennial has not charged this subscription yet.").wait_for()
    frame.get_by_text("(tomorrow)").wait_for()

    story.advance(datetime(2026, 12, 4, 16, tzinfo=UTC), step=timedelta(hours=6))
    (paid,) = {payment["amount"] for payment in story.world.ledger.payments()}
    stage.page.reload()
    frame.get_by_text("Charged", exact=True).wait_for()
    told = frame.get_by_text(f"Charged ${paid}, order #").text_content() or ""
    order = told.strip().removesuffix(".").rsplit(" ", 1)[-1]
    frame.get_by_text("Accepted by Klaviyo").first.wait_for()
    stage.shot("story-5-charged")
    frame.get_by_role("link", name=order).first.click()
    stage.page.wait_for_url("**/store/rosebud-coffee/orders/*")
    stage.page.get_by_text(order).first.wait_for()

    stage.open("/")
    frame.get_by_role("link", name=re.compile(r"^Charged today\s*6\b")).wait_for()
    stage.shot("story-6-home")

    _admin(stage)
    stage.page.once("dialog", lambda dialog: dialog.accept())
    stage.page.get_by_role("button", name="Uninstall").click()
    stage.page.get_by_role("button", name="Uninstall").wait_for(state="detached")
    story.settle()
    assert not story.shop.is_installed

    _install(stage)
    _settle_until_read(story, stage)
    frame.get_by_text("The busiest day is").wait_for()  # Home has replaced itself; a click before is overtaken
    stage.page.get_by_role("navigation").get_by_role("link", name="Subscriptions").last.click()
    frame.get_by_role("status").filter(has_text="26 subscriptions").wait_for()
    frame.get_by_role("searchbox", name="Search").fill("shopper3@rosebud")
    frame.get_by_role("link", name="Alex Marsh 3").click()
    frame.get_by_text(f"Charged ${paid}, order #").wait_for()  # what was known is still known
    stage.shot("story-7-back")
    assert story.world.ledger.verdict(story.now)["violations"] == 0
    assert len(story.world.ledger.payments()) == 6
    assert stage.bounces == 0
