"""Stock in the admin: what runs out, what if, a choice for a shopper, and a policy looked at before it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from shopify_app.stock import settings
from shopify_app.stock.models import StockDecision
from tests.browser.stage import Stage, backstage
from tests.web import rows, stock_rows

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(page: Page, postgres_url: str, redis_url: str) -> Iterator[Stage]:
    """December 1st, 9:00 in New York: two bags for five subscribers, plenty of another, one that is not counted."""
    with backstage(postgres_url, redis_url) as (ctx, sandbox):
        with sandbox.world.locked():
            sandbox.world.clock.set(rows.NOW)
        with ctx.db.session() as session:
            shop = rows.shop(session, host=ctx.settings.host, seal=ctx.vault.seal)
            name = "Ethiopia Yirgacheffe, natural process, limited lot 12"
            for number, title, units in ((1, name, 2), (2, "Decaf", 500), (3, "Cold Brew", None)):
                stock_rows.item(session, shop.id, number, title, units)
            for number, ahead in enumerate((2, 3, 4, 5, 20), 1):
                stock_rows.subscriber(
                    session, shop.id, number, 1, [ahead], first_name="Rosalind", next_charge_total=23
                )
            stock_rows.subscriber(session, shop.id, 6, 2, [6])
            stock_rows.subscriber(session, shop.id, 7, 3, [6])
        stock_rows.weigh(ctx)
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        yield Stage(page, sandbox.url, ctx)


def _fits(stage: Stage, name: str) -> None:
    """Axe finds nothing serious, and nothing is cut off on a phone."""
    stage.shot(name)
    assert not stage.serious_issues(), name
    stage.shot(f"{name}-320", 320, 640)
    assert stage.width_overflow() <= 0, f"{name} is wider than 320 pixels"
    assert not stage.serious_issues(), f"{name} at 320"
    stage.page.set_viewport_size({"width": 1280, "height": 900})


def test_from_what_runs_out_to_what_if_a_choice_and_a_policy(stage: Stage) -> None:
    frame = stage.open("/")
    stage.page.get_by_role("navigation").get_by_role("link", name="Stock").click()
    frame.get_by_role("status").filter(has_text="3 items").wait_for()
    _fits(stage, "stock")
    with stage.page.expect_download() as arriving:
        frame.get_by_role("button", name="Download as CSV").click()
    assert arriving.value.suggested_filename == "stock.csv"
    frame.get_by_role("searchbox", name="Search").fill("yirga")
    frame.get_by_role("status").filter(has_text="1 item").wait_for()
    frame.get_by_role("link", name="Ethiopia").click()

    frame.get_by_text("2 orders in the next 14 days: 2 wait.").wait_for()
    frame.get_by_text("2 orders are decided already").wait_for()
    _fits(stage, "stock-item")
    frame.get_by_label("Units left").fill("1")
    frame.get_by_role("button", name="What if", exact=True).click()
    frame.get_by_text("1 order in the next 14 days: 1 waits.").wait_for()

    frame.get_by_role("link", name="Choose for the shopper").first.click()
    frame.get_by_label("What becomes of it").select_option("skip")
    _fits(stage, "stock-choose")
    frame.get_by_role("button", name="Choose for the shopper").click()
    frame.get_by_text("Skip the order: chosen by you or your staff").wait_for()
    frame.get_by_label("Units to keep for subscribers").fill("-1")
    frame.get_by_role("button", name="Save", exact=True).click()
    frame.get_by_text("Enter a whole number from 0 to 99999.").wait_for()
    frame.get_by_role("link", name="It never comes again").or_(
        frame.get_by_role("button", name="It never comes again")
    ).first.click()
    frame.get_by_role("button", name="Mark as discontinued").wait_for()
    _fits(stage, "stock-discontinue")

    stage.open("/stock/policies?q=decaf")
    _fits(stage, "stock-policies")
    stage.open("/stock/policy?scope=product&subject=1")
    frame.get_by_label("When an order cannot be served").select_option("swap")
    frame.get_by_label("What is sent instead").select_option("gid://shopify/ProductVariant/2")
    frame.get_by_text(
        "If what they need were gone today: 2 orders in the next 14 days: 2 get a substitute."
    ).wait_for()
    _fits(stage, "stock-policy")
    stage.page.get_by_role("button", name="Save", exact=True).last.click()
    frame.get_by_role("heading", name="Without a policy of its own").wait_for()
    with stage.ctx.db.session() as session:
        shop_id = session.scalars(select(StockDecision.shop_id).limit(1)).one()
        assert settings.policies(session, shop_id)["product", "gid://shopify/Product/1"].action == "swap"
    assert stage.bounces == 0
