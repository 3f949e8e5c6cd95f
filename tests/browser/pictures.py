"""Takes the pictures of docs/images anew: the coffee shop of the demo, installed, with a day of charges behind it.

Run by hand when the pages have changed: `DATABASE_URL=… REDIS_URL=… python -m tests.browser.pictures`, on an empty
database. What needs another shop or a shopper is taken from the browser stories that play it: `python -m
tests.browser.pictures stories` runs them and keeps their pictures.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, sync_playwright

from sandbox.seeds import coffee
from sandbox.shopify import installs
from shopify_app.contracts.models import ContractImport
from shopify_app.health.alive import TICKER, WORKER
from shopify_app.health.pulse import Pulse
from shopify_app.kit.clock import sleep
from shopify_app.kit.migrate import upgrade
from tests.browser import palette
from tests.browser.stage import ARTIFACTS, ROOT, Stage
from tests.support.app import KLAVIYO_ACCOUNT, Story, telling
from tests.support.chromium import FLAGS, find_chromium

IMAGES = ROOT / "docs/images"
OF_STORIES = {
    "morning-needs": "home-needs",
    "morning-history": "history",
    "insights": "insights",
    "bulk-weighed": "bulk",
    "account-contract": "account-contract",
    "account-skip": "account-skip",
    "account-cancel": "account-cancel",
    "account-withdraw": "account-withdraw",
    "storefront-product": "storefront-product",
    "storefront-account": "storefront-account",
}
"""Picture that a story leaves in `test-artifacts` → picture of `docs/images`."""
STORIES = ("morning_story", "insights_page", "bulk_story", "account_story", "storefront_story")
TALLEST = {"bulk": 440, "insights": 1900}
"""Picture of a story → pixels after which nothing is on it."""
LOW = 540
"""Pixels: the height of a page with little on it."""
TROUBLES = ("INSUFFICIENT_FUNDS", "EXPIRED_CARD", "PROCESSING_ERROR", "MERCHANT_ACCOUNT_ERROR")
MORNING = datetime(2026, 12, 1, 13, tzinfo=UTC)


def main() -> None:
    """Fill, charge, and look."""
    upgrade(os.environ["DATABASE_URL"])
    with telling(os.environ["DATABASE_URL"], os.environ["REDIS_URL"]) as story:
        _live(story)
        at_work = (Pulse(story.ctx.db, kind, patience=3600) for kind in (WORKER, TICKER))  # this process does both
        with next(at_work), next(at_work), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
            stage = Stage(browser.new_page(viewport={"width": 1280, "height": 900}), story.sandbox.url, story.ctx)
            _look(stage)
            _read_a_mail(browser.new_page(viewport={"width": 640, "height": 560}), story)
            _get_into_trouble(story)
            _look_at_payments(stage)
            browser.close()


def keep_of_stories() -> int:
    """Play the stories, and keep their pictures if all went well; returns pytest's code."""
    code = pytest.main(["-q", *(str(ROOT / f"tests/browser/test_{name}.py") for name in STORIES)])
    if code == 0:
        for shot, name in OF_STORIES.items():
            _take(ARTIFACTS / f"{shot}.png", name, TALLEST.get(name, 4000))
    return int(code)


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
    shown = {"/": "home", "/settings": "settings", "/settings/rules": "rules", "/plans": "plans", "/stock": "stock"}
    for path, name in shown.items():
        stage.open(path)
        _keep(stage, name, 1600)
    stage.open("/plans/new")
    _keep(stage, "plans-form")
    frame = stage.open("/contracts?show=charged")
    _keep(stage, "subscriptions", 1)
    frame.get_by_role("row").nth(1).click()
    frame.get_by_role("heading", name="What happened").wait_for()
    _keep(stage, "subscription", 1080)
    _edit(stage, frame)
    stage.open("/fulfillment")
    _keep(stage, "changes", 1, LOW)
    stage.open("/fulfillment/upcoming")
    _keep(stage, "upcoming", 1)


def _get_into_trouble(story: Story) -> None:
    """Half of the cards fail for some days, each for its own reason; two of the reasons pass for half of them."""
    rows = story.world.of("contracts", story.shop_domain).all()
    cards = [row["payment_method_id"] for row in rows]
    outcomes = {card: TROUBLES[number % 8] for number, card in enumerate(cards) if number % 8 < len(TROUBLES)}
    passing = [card for card, code in outcomes.items() if code in ("INSUFFICIENT_FUNDS", "PROCESSING_ERROR")]
    for found in (outcomes, dict.fromkeys(passing[::2], "settle")):
        with story.world.locked():
            story.world.faults.set({"outcomes": found})
        story.advance(timedelta(days=2), step=timedelta(hours=12))


def _look_at_payments(stage: Stage) -> None:
    stage.open("/payments")
    _keep(stage, "payments", 2000)
    stage.open("/settings/payments?kind=soft")
    _keep(stage, "ladder", 1600)


def _edit(stage: Stage, frame: FrameLocator) -> None:
    """A swap, looked at before it is done; a date skipped, and one moved by two days."""
    frame.get_by_role("link", name="Swap:").first.click()
    frame.get_by_role("combobox", name="Product").select_option(index=2)
    frame.get_by_role("button", name="Show what changes").click()
    frame.get_by_text("Then", exact=True).wait_for()
    _keep(stage, "edit-preview", 1, LOW)
    _confirm(frame, "Swap")
    frame.get_by_role("link", name="Skip:").last.click()
    _confirm(frame, "Skip")
    link = frame.get_by_role("link", name=re.compile("^Move:")).first
    day = datetime.strptime(str(link.get_attribute("aria-label")), "Move: %a, %b %d, %Y").date()
    link.click()
    frame.get_by_label("New day").fill(str(day + timedelta(days=2)))
    frame.get_by_role("button", name="Show what changes").click()
    _confirm(frame, "Move")


def _confirm(frame: FrameLocator, button: str) -> None:
    frame.get_by_role("button", name=button, exact=True).click()
    frame.get_by_role("button", name="Undo").wait_for()


def _read_a_mail(page: Page, story: Story) -> None:
    """The newest mail from which an order can be moved, too, and the page behind its first link."""
    story.stored_events()
    mails = story.mails(metric="Upcoming Subscription Order")
    mail = [each for each in mails if any(link["text"] == "Two weeks later" for link in each["links"])][-1]
    page.goto(f"{story.sandbox.url}/klaviyo/inbox/{KLAVIYO_ACCOUNT}/mails/{mail['event']}")
    page.screenshot(path=ARTIFACTS / "mail.png", full_page=True)
    _take(ARTIFACTS / "mail.png", "mail")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Skip this order").click()
    opened.value.set_viewport_size({"width": 640, "height": 560})
    opened.value.get_by_role("button", name="Skip order").wait_for()
    opened.value.screenshot(path=ARTIFACTS / "mail-link.png", full_page=True)
    _take(ARTIFACTS / "mail-link.png", "mail-link")


def _keep(stage: Stage, name: str, tallest: int = 4000, height: int = 900) -> None:
    stage.page.wait_for_timeout(300)
    _take(stage.shot(f"picture-{name}", height=height, tallest=tallest), name)


def _take(shot: Path, name: str, tallest: int = 4000) -> None:
    """Keep a picture, made small."""
    palette.shrink(Path(shutil.copy(shot, IMAGES / f"{name}.png")), tallest)


if __name__ == "__main__":
    sys.exit(keep_of_stories() if sys.argv[1:] == ["stories"] else main())
