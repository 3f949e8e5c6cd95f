"""Whoever packs, in a browser: the changes acknowledged and taken back, what ships when, and the settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from shopify_app.contracts.models import Contract
from shopify_app.fulfillment import take
from shopify_app.fulfillment.models import Digest
from tests.browser import shop_rows
from tests.browser.stage import Stage, backstage
from tests.web import rows

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGES = {
    "changes-feed": "/fulfillment",
    "upcoming": "/fulfillment/upcoming",
    "pick-plan": "/fulfillment/pick",
    "fulfillment-settings": "/fulfillment/settings",
}
NOW = rows.NOW


@pytest.fixture
def stage(page: Page, postgres_url: str, redis_url: str) -> Iterator[Stage]:
    """A shop with 64 contracts, of which three were changed this morning."""
    with backstage(postgres_url, redis_url) as (ctx, sandbox):
        with sandbox.world.locked():
            sandbox.world.clock.set(NOW)
        with ctx.db.session() as session:
            shop = rows.shop(session, host=ctx.settings.host, seal=ctx.vault.seal)
            shop_rows.fill(session, shop)
            gids = [f"gid://shopify/SubscriptionContract/{number}" for number in (9005, 9011)]
            mine = select(Contract).where(Contract.shopify_gid.in_(gids))
            for contract in session.scalars(mine).all():
                _change(session, contract)
            given = {"day": date(2026, 11, 30), "at": NOW, "after": 0, "until": 1, "number": 2, "next_try_at": NOW}
            lost = {"channel": "slack", "state": "unknown", "body": {"text": "x"}, "last_error": "Nobody knows."}
            session.add(Digest(shop_id=shop.id, **given, **lost))
        take.drain(ctx)
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        yield Stage(page, sandbox.url, ctx)


def _change(session, contract: Contract) -> None:
    who = {"customer_gid": contract.customer_gid, "actor": f"shopper:{contract.customer_gid}"}
    mug = {"title": "Enamel mug with a very long name that no phone shows on one line", "quantity": 1}
    sides = {"before": {"items": [mug]}, "after": {"items": [{**mug, "quantity": 2}]}}
    rows.fact(session, contract, "subscription.quantity_changed", NOW, **sides, **who)
    rows.fact(session, contract, "subscription.address_changed", NOW, **who)
    at = NOW + timedelta(days=34)
    rows.fact(session, contract, "order.skipped", NOW, cycle_index=4, data={"expected_at": at.isoformat()})


def test_changes_are_acknowledged_and_taken_back_and_every_page_passes_axe_and_fits_a_phone(stage: Stage) -> None:
    for name, path in PAGES.items():
        stage.open(path)
        stage.shot(name, 1280, 700, tallest=1000)
        assert not stage.serious_issues(), name
        stage.shot(f"{name}-320", 320, 640)
        assert stage.width_overflow() <= 0, f"{name} is wider than 320 pixels"
        assert not stage.serious_issues(), f"{name} at 320"
    stage.page.set_viewport_size({"width": 1280, "height": 900})
    frame = stage.open("/changes")
    buttons = frame.get_by_role("button", name="Acknowledge the change")
    buttons.first.wait_for()
    before = buttons.count()
    buttons.first.click()
    undo = frame.get_by_role("button", name="Undo")
    undo.wait_for()
    assert buttons.count() == before - 1
    undo.click()
    undo.wait_for(state="detached")
    assert buttons.count() == before
    frame.get_by_role("button", name=f"Acknowledge all {before} shown").click()
    frame.get_by_text("No such change.").wait_for()
    assert stage.bounces == 0
