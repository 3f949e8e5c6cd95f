"""A card fails, the merchant sees what comes next, the shopper mends the card, and the page tells the recovery."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.stage import Stage
from tests.dunning.ward import Ward, admitted
from tests.support.app import telling

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def ward(postgres_url: str, redis_url: str) -> Iterator[Ward]:
    """Two subscriptions due on December 4: one card has expired, the other lacks the money."""
    with telling(postgres_url, redis_url) as story:
        found = admitted(story, contracts=2, klaviyo=False)
        found.bank("EXPIRED_CARD", 0)
        found.bank("INSUFFICIENT_FUNDS", 1)
        found.until(4)
        yield found


def _fits(stage: Stage, name: str) -> None:
    """Axe finds nothing serious, and nothing is cut off on a phone."""
    stage.shot(name)
    assert not stage.serious_issues(), name
    stage.shot(f"{name}-320", 320, 640)
    assert stage.width_overflow() <= 0, f"{name} is wider than 320 pixels"
    assert not stage.serious_issues(), f"{name} at 320"
    stage.page.set_viewport_size({"width": 1280, "height": 900})


def test_a_failing_card_the_fix_and_the_recovery(ward: Ward, page: Page) -> None:
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    stage = Stage(page, ward.story.sandbox.url, ward.story.ctx)
    frame = stage.open("/")
    page.get_by_role("navigation").get_by_role("link", name="Payments").click()
    frame.get_by_role("heading", name="The shopper can mend it: 2").wait_for()
    frame.get_by_text("The card has expired.").wait_for()
    frame.get_by_text(
        "Unless it is mended, Perennial pauses the subscription: Fri, Dec 18, 2026, 9:00 AM."
    ).wait_for()
    frame.get_by_text("The next try is on Sat, Dec 5, 2026, 9:00 AM.").wait_for()
    _fits(stage, "payments")

    for number in (0, 1):
        ward.bank(None, number)
    ward.card(0)  # the shopper gives the card's new date
    ward.story.advance(ward.story.now.replace(minute=5))
    stage.open("/payments")
    frame.get_by_role("heading", name="The shopper can mend it: 1").wait_for()
    frame.get_by_text("100%").first.wait_for()

    frame.get_by_role("link", name="Retry now:").click()
    frame.get_by_text("at once, before taxes, with").wait_for()
    assert not stage.serious_issues()
    frame.get_by_role("button", name="Retry now", exact=True).dblclick()
    frame.get_by_text("A charge is under way; its outcome appears here.").wait_for()
    ward.story.settle()
    stage.open("/payments")
    frame.get_by_text("No failed charge is open.").wait_for()
    frame.get_by_text("2 of 2").first.wait_for()
    _fits(stage, "payments-recovered")
    assert len(ward.story.world.ledger.payments()) == 2

    stage.open(f"/contracts/{ward.contracts[0]['id']}")
    frame.get_by_text("is paid after all.").wait_for()
    _fits(stage, "contract-recovered")
    _ladder(stage)
    assert stage.bounces == 0


def _ladder(stage: Stage) -> None:
    """The merchant sees what a change of the ladder means while typing it, and saves it."""
    frame = stage.open("/settings/payments")
    frame.get_by_role("link", name="Change: Refused by the bank").click()
    frame.get_by_text("Tries again on December 5, 7, 9 and 11 at 9:00 AM, then pauses the subscription.").wait_for()
    frame.get_by_label("Try 1, days").fill("3")
    frame.get_by_label("Then").select_option("cancel")
    frame.get_by_text("Tries again on December 7, 9, 11 and 13 at 9:00 AM, then cancels the subscription.").wait_for()
    frame.get_by_label("Try 4, days").fill("")
    frame.get_by_role("button", name="Preview").click()
    frame.get_by_text("Tries again on December 7, 9 and 11 at 9:00 AM, then cancels the subscription.").wait_for()
    _fits(stage, "ladder")
    frame.get_by_role("button", name="Save", exact=True).click()
    frame.get_by_role("button", name="Drop your own rule").wait_for()
    stage.open("/settings/payments")
    frame.get_by_text("Changed by you").wait_for()
    _fits(stage, "ladders")
