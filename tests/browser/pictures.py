"""Takes the pictures of docs/images anew: the coffee shop of the demo, installed, with a day of charges behind it.

Run by hand when the pages have changed: `DATABASE_URL=… REDIS_URL=… python -m tests.browser.pictures`, on an empty
database.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from sandbox.seeds import coffee
from sandbox.shopify import installs
from shopify_app.contracts.models import ContractImport
from shopify_app.kit.clock import sleep
from shopify_app.kit.migrate import upgrade
from tests.browser.stage import ROOT, Stage
from tests.support.app import KLAVIYO_ACCOUNT, Story, telling
from tests.support.chromium import FLAGS, find_chromium

IMAGES = ROOT / "docs/images"
MORNING = datetime(2026, 12, 1, 13, tzinfo=UTC)


def main() -> None:
    """Fill, charge, and look."""
    upgrade(os.environ["DATABASE_URL"])
    with telling(os.environ["DATABASE_URL"], os.environ["REDIS_URL"]) as story:
        _live(story)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
            _look(Stage(browser.new_page(viewport={"width": 1280, "height": 900}), story.sandbox.url, story.ctx))
            _read_a_mail(browser.new_page(viewport={"width": 640, "height": 560}), story)
            browser.close()


def _live(story: Story) -> None:
    with story.world.locked():
        story.world.clock.freeze(MORNING)
        coffee.grow(story.world)
        installs.install(story.world, coffee.SHOP)
    story.install(klaviyo=True)
    while not _is_imported(story):  # the sandbox throttles as Shopify does
        sleep(1)
        story.settle()
    story.advance(MORNING + timedelta(hours=26), step=timedelta(hours=4))


def _is_imported(story: Story) -> bool:
    with story.ctx.db.session() as session:
        return session.get_one(ContractImport, story.shop.id).finished_at is not None


def _look(stage: Stage) -> None:
    stage.open("/")
    _keep(stage, "home")
    stage.open("/settings")
    _keep(stage, "settings")
    stage.open("/plans")
    _keep(stage, "plans")
    frame = stage.open("/contracts?show=charged")
    _keep(stage, "subscriptions", 1)
    frame.get_by_role("row").nth(1).click()
    frame.get_by_role("heading", name="What happened").wait_for()
    _keep(stage, "subscription", 1080)


def _read_a_mail(page: Page, story: Story) -> None:
    """The newest mail about a coming order, and the page behind its first link."""
    story.stored_events()
    mail = story.mails(metric="Upcoming Subscription Order")[-1]
    page.goto(f"{story.sandbox.url}/klaviyo/inbox/{KLAVIYO_ACCOUNT}/mails/{mail['event']}")
    page.screenshot(path=IMAGES / "mail.png", full_page=True)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Skip this order").click()
    opened.value.set_viewport_size({"width": 640, "height": 560})
    opened.value.get_by_role("button", name="Skip order").wait_for()
    opened.value.screenshot(path=IMAGES / "mail-link.png")


def _keep(stage: Stage, name: str, tallest: int = 4000) -> Path:
    stage.page.wait_for_timeout(300)
    return Path(shutil.copy(stage.shot(f"picture-{name}", tallest=tallest), IMAGES / f"{name}.png"))


if __name__ == "__main__":
    main()
