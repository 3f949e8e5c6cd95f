"""From a mail in Klaviyo's inbox to a skipped order at Shopify and back, and every page a link can lead to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from sandbox.shopify import cycles
from shopify_app.journal.models import Fact
from tests.browser.stage import ARTIFACTS, AXE
from tests.support.app import KLAVIYO_ACCOUNT, Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOUGHT = datetime(2026, 11, 4, 15, tzinfo=UTC)
"""Monthly, so the next charge is on 4 December at 9:00 in New York."""
MAILED = datetime(2026, 12, 1, 15, tzinfo=UTC)
"""Three days ahead."""


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    """One subscription whose shopper has been mailed about the order of 4 December."""
    with telling(postgres_url, redis_url) as told:
        tiny.grow(told.world, at=MAILED - timedelta(days=1), created_at=BOUGHT)
        told.install(klaviyo=True)
        told.advance(MAILED, step=timedelta(hours=6))
        yield told


def test_a_shopper_skips_from_a_mail_and_takes_it_back(page: Page, story: Story) -> None:
    mail = _mail(page, story)
    with page.expect_popup() as opened:
        mail.get_by_role("link", name="Skip this order").click()
    shopper = opened.value
    shopper.get_by_role("heading", name="Skip this order?").wait_for()
    shopper.get_by_text("Your order of Friday, December 4, 2026 will be left out").wait_for()
    shopper.get_by_text("1 × House Blend (250 g)").wait_for()
    _fits(shopper, "ask")
    assert not _is_skipped(story) and _history(story) == []

    shopper.get_by_role("button", name="Skip order").click()
    shopper.get_by_role("heading", name="This order is skipped").wait_for()
    _fits(shopper, "done")
    assert _is_skipped(story) and _history(story) == ["order.skipped"]

    shopper.get_by_role("button", name="Undo").click()
    shopper.get_by_role("heading", name="This order takes place").wait_for()
    assert not _is_skipped(story) and _history(story) == ["order.skipped", "order.unskipped"]

    with page.expect_popup() as again:
        mail.get_by_role("link", name="Skip this order").click()
    again.value.get_by_role("heading", name="This link was used already").wait_for()
    account = again.value.get_by_role("link", name="Open your account")
    assert account.get_attribute("href") == f"https://{tiny.SHOP}/account"
    _fits(again.value, "used")
    assert not _is_skipped(story)


def test_a_link_moves_and_no_page_is_too_wide_or_unreadable(page: Page, story: Story) -> None:
    links = {link["text"]: link["href"] for link in story.mails(metric="Upcoming Subscription Order")[-1]["links"]}
    page.emulate_media(color_scheme="dark")
    page.goto(links["One week later"])
    page.get_by_text("moves to Friday, December 11, 2026").wait_for()
    _fits(page, "move-dark")
    page.get_by_role("button", name="Move order").click()
    page.get_by_text("Your order is now planned for Friday, December 11, 2026.").wait_for()
    _fits(page, "moved-dark")
    page.emulate_media(color_scheme="light")
    page.goto(f"{story.url}/links/cut-off")
    page.get_by_role("heading", name="This link does not work").wait_for()
    _fits(page, "invalid")
    with story.world.locked():
        story.world.clock.set(MAILED + timedelta(days=12))
    story.ctx.clock.fresh()
    page.goto(links["Skip this order"])
    page.get_by_role("heading", name="This link has expired").wait_for()
    page.get_by_role("link", name="Open your account").wait_for()
    _fits(page, "expired")


def _mail(page: Page, story: Story) -> FrameLocator:
    """Go through the inbox to the shopper's newest mail."""
    story.stored_events()
    page.goto(f"{story.sandbox.url}/klaviyo/inbox?account={KLAVIYO_ACCOUNT}")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    return page.frame_locator("section.mail iframe").first


def _fits(page: Page, name: str) -> None:
    """Check the page by axe and for its width, on a phone and on a desk, and take its pictures."""
    ARTIFACTS.mkdir(exist_ok=True)
    for width, height in ((1280, 900), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=ARTIFACTS / f"link-{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") == width, f"{name} is wider than {width} pixels"
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]] == [], name


def _is_skipped(story: Story) -> bool:
    """What Shopify says of the order of 4 December."""
    contract = story.world.of("contracts", tiny.SHOP).all()[0]
    with story.ctx.db.session() as session:
        told = session.scalars(select(Fact).where(Fact.kind == "order.upcoming").order_by(Fact.id)).first()
    assert told is not None and told.cycle_index is not None
    cycle = cycles.cycle(story.world, tiny.SHOP, contract, told.cycle_index)
    assert cycle is not None
    return bool(cycle["skipped"])


def _history(story: Story) -> list[str]:
    """What a link has done, in order."""
    done = Fact.kind.in_(("order.skipped", "order.unskipped", "order.moved"))
    with story.ctx.db.session() as session:
        return list(session.scalars(select(Fact.kind).where(done, Fact.actor == "link").order_by(Fact.id)))
