"""The account while things go wrong: Shopify slow or down, a token that has ended, an item that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.seeds import tiny
from shopify_app.edits.models import ContractEdit
from shopify_app.kit.clock import machine_now
from shopify_app.stock.models import StockDecision
from tests.browser.shopper_stage import ShopperStage
from tests.portal.shopper import Shopper
from tests.portal.test_missing import strike
from tests.support.app import Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    with telling(postgres_url, redis_url) as told:
        tiny.grow(told.world, contracts=1)
        told.install()
        yield told


def _fault(story: Story, **operations: dict[str, Any]) -> None:
    with story.world.locked():
        story.world.faults.clear("graphql")
        story.world.faults.set({"graphql": operations})


def _status(story: Story) -> str:
    (contract,) = story.world.of("contracts", story.shop_domain).all()
    return str(contract["status"])


def test_the_page_says_what_is_wrong_and_nothing_is_half_done(story: Story, page: Page) -> None:
    (contract,) = story.world.of("contracts", story.shop_domain).all()
    number, customer = contract["id"], contract["customer_id"]
    shopper = Shopper(story, number, customer, number)
    decision = strike(shopper)
    stage = ShopperStage(page, story.sandbox.url)
    stage.sign_in(customer)

    # something is missing: told above the orders, chosen in the account
    stage.account("").get_by_text("is out of stock").first.wait_for()
    account = stage.account(f"/pages/subscriptions/contracts/{number}")
    account.get_by_role("button", name="Skip this order", exact=True).click()
    account.get_by_text("This order is skipped, and you are not charged for it").first.wait_for()
    stage.fits("account-missing")
    with story.ctx.db.session() as session:
        assert session.get_one(StockDecision, int(decision)).choice == "skip"

    # slow: the button turns, the page stays, and it is done once
    _fault(story, ContractPause={"hang_s": 3})
    account.get_by_role("button", name="Pause", exact=True).click()
    account.get_by_role("button", name="Show what changes").click()
    account.get_by_role("button", name="Pause", exact=True).dblclick()
    account.locator("[aria-busy=true]").first.wait_for()
    assert _status(story) == "ACTIVE"
    account.get_by_text("Done: Pause").wait_for()
    assert _status(story) == "PAUSED" and len(shopper.facts("subscription.pause_requested")) == 1

    # down: it is told as not known, looked up, told as not done, and done at the next try
    _fault(story, **{"*": {"status": 503}})
    account.get_by_role("button", name="Resume", exact=True).click()
    account.get_by_role("heading", name="What changes").wait_for()
    account.get_by_role("button", name="Resume", exact=True).click()
    account.get_by_text("The shop's answer was lost on its way.").wait_for()
    assert _status(story) == "PAUSED" and not shopper.facts("subscription.resumed")
    account.get_by_role("button", name="Try again").click()
    account.get_by_text("It is being changed at this moment.").wait_for()
    _fault(story)
    with story.ctx.db.session() as session:  # the lease of who asked is over
        session.query(ContractEdit).filter_by(state="requested").update({"lease_until": machine_now() - timedelta(1)})
    story.settle()
    (rejected,) = shopper.facts("subscription.edit_rejected")
    assert rejected.data["refusal"] == "not_done" and _status(story) == "PAUSED"

    # signed out meanwhile: nothing is asked of Shopify; signed in again, the same tap does it
    old = story.control("POST", f"/shops/{story.shop_domain}/id_token", claims={"iss": None, "exp": 1_700_000_000})

    def ended(route: Route) -> None:
        route.fulfill(json={"token": old["id_token"]})

    page.route("**/_token", ended)
    account.get_by_role("button", name="Try again").click()
    account.get_by_text("You are signed out. Sign in again to go on.").wait_for()
    assert _status(story) == "PAUSED" and len(shopper.facts("subscription.resume_requested")) == 1
    page.unroute("**/_token")
    account.get_by_role("button", name="Resume", exact=True).click()
    account.get_by_text("Done: Resume").wait_for()
    assert _status(story) == "ACTIVE" and len(shopper.facts("subscription.resumed")) == 1
