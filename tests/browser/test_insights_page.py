"""Insights as a merchant sees it: ten weeks of a shop, by axe and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shopify_app.contracts.models import ContractImport
from shopify_app.insights import revenue
from tests.browser.stage import Stage, backstage
from tests.web import rows

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
NEW = (9, 4, 6, 3, 8, 5, 2, 7, 4, 6)
LEFT = (0, 1, 2, 1, 0, 3, 1, 2, 1, 1)
REASONS = ("too_expensive", "too_much", "moving", "too_expensive")


@pytest.fixture
def stage(page: Page, postgres_url: str, redis_url: str) -> Iterator[Stage]:
    """Each week some begin and some end; the first three are charged soon."""
    with backstage(postgres_url, redis_url) as (ctx, sandbox):
        with sandbox.world.locked():
            sandbox.world.clock.set(rows.NOW)
        with ctx.db.session() as session:
            shop = rows.shop(session, host=ctx.settings.host, seal=ctx.vault.seal)
            done = {"started_at": rows.NOW, "finished_at": rows.NOW, "next_slice_at": rows.NOW}
            session.add(ContractImport(shop_id=shop.id, phase="done", contracts_done=0, **done))
            live, number = [], 0
            for week, (new, left) in enumerate(zip(NEW, LEFT, strict=True)):
                at = rows.NOW - (len(NEW) - week) * WEEK
                for _ in range(new):
                    number += 1
                    live.append(rows.contract(session, shop.id, number, shopify_created_at=at, shopify_updated_at=at))
                for place in range(left):
                    gone = live.pop(place)
                    gone.status, gone.shopify_updated_at = "CANCELLED", at
                    session.flush()
                    rows.fact(
                        session, gone, "subscription.cancelled", at, data={"reason": REASONS[(week + place) % 4]}
                    )
                session.flush()
                revenue.count(session, shop, at + DAY)
            for ahead, contract in enumerate(live):
                rows.cycle(session, contract, 1, rows.NOW + (ahead % 80) * DAY)
                contract.next_charge_total = Decimal(23)
            revenue.count(session, shop, rows.NOW)
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        yield Stage(page, sandbox.url, ctx)


def test_ten_weeks_are_read_at_a_glance_and_on_a_phone(stage: Stage) -> None:
    frame = stage.open("/insights")
    frame.get_by_text("active subscriptions bring in").wait_for()
    frame.get_by_text("In the week from").wait_for()
    frame.get_by_text("will be charged in the next twelve weeks").wait_for()
    frame.get_by_text("No month of beginners is three months old yet.").wait_for()
    stage.shot("insights", tallest=6000)
    assert not stage.serious_issues()
    stage.shot("insights-320", 320, 640, tallest=9000)
    assert stage.width_overflow() <= 0, "wider than 320 pixels"
    assert not stage.serious_issues(), "at 320"
